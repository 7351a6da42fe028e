/** The rows of the documents' database: updates as they came, and how many edits of which tab no room has acknowledged. */
import * as Y from 'yjs';
import { answered, type Stores } from './device-database.ts';

export type UpdateRow = { n?: number; doc: string; update: Uint8Array };
/** Written by a version of the app before tabs shared a link: without `made`. */
export type UnackedRow = { doc: string; tab: string; count: number; made?: number };
/** `unacked` by tab: an earlier place of this tab, which had another id, may have made edits that the device hasn't taken. */
export type Write = { doc: string; updates: Uint8Array[]; unacked: Map<string, { count: number; made: number }> };

/** At so many rows a document's become one. */
export const compactAt = 50;

/** The database's stores. */
export const stores: Stores = {
	updates: (database) => void database.createObjectStore('updates', { keyPath: 'n', autoIncrement: true }).createIndex('doc', 'doc'),
	unacked: (database) => void database.createObjectStore('unacked', { keyPath: ['doc', 'tab'] }),
};

/** The marks of one document. */
export const tabsOf = (doc: string) => IDBKeyRange.bound([doc], [doc, []]);
/** How many edits wait, by these marks. */
export const total = (rows: UnackedRow[]) => rows.reduce((sum, row) => sum + row.count, 0);

/** The device's marks, with those over them that it hasn't taken yet. */
export function marked(rows: UnackedRow[], held: readonly Write[]): UnackedRow[] {
	const marks = new Map(rows.map((row) => [`${row.doc} ${row.tab}`, row]));
	for (const { doc, unacked } of held) for (const [tab, mark] of unacked) marks.set(`${doc} ${tab}`, { doc, tab, ...mark });
	return [...marks.values()].filter(({ count }) => count > 0);
}

/** One row for all that came since the last write. What the tab `own` made is asked for at once, with nothing read first: it is on the device even if the tab goes away in the next moment. */
export async function keep(transaction: IDBTransaction, { doc, updates, unacked }: Write, own: string): Promise<void> {
	if (updates.length > 0) transaction.objectStore('updates').add({ doc, update: updates.length === 1 ? updates[0]! : Y.mergeUpdates(updates) } satisfies UpdateRow);
	const markers = transaction.objectStore('unacked');
	for (const [tab, mark] of unacked) {
		const there: UnackedRow | undefined = tab === own ? undefined : await answered(markers.get([doc, tab]));
		// Its own tab knows of later edits.
		if ((there?.made ?? 0) > mark.made) continue;
		if (mark.count === 0) markers.delete([doc, tab]);
		else markers.put({ doc, tab, ...mark } satisfies UnackedRow);
	}
}

/** Takes a document out. */
export async function remove(transaction: IDBTransaction, doc: string): Promise<void> {
	transaction.objectStore('unacked').delete(tabsOf(doc));
	const updates = transaction.objectStore('updates');
	for (const key of await answered(updates.index('doc').getAllKeys(doc))) updates.delete(key);
}

/** A document's rows become one, without what was deleted. Resolves with how many are left. */
export async function compact(transaction: IDBTransaction, doc: string): Promise<number> {
	const store = transaction.objectStore('updates');
	const rows: UpdateRow[] = await answered(store.index('doc').getAll(doc));
	const whole = new Y.Doc();
	let unreadable = 0;
	for (const row of rows) {
		try {
			Y.applyUpdate(whole, row.update);
			store.delete(row.n!);
		} catch {
			// Left where it is: a row that can't be read must not be lost by tidying up.
			unreadable++;
		}
	}
	store.add({ doc, update: Y.encodeStateAsUpdate(whole) });
	whole.destroy();
	return unreadable + 1;
}
