/** The rows of the documents' database: updates as they came, and how many edits of which tab no room has acknowledged. */
import * as Y from 'yjs';
import { answered, type Stores } from './device-database.ts';

export type UpdateRow = { n?: number; doc: string; update: Uint8Array };
/** Written by a version of the app before tabs shared a link: without `made`. */
export type UnackedRow = { doc: string; tab: string; count: number; made?: number };
/** `unacked` by tab: an earlier place of this tab, which had another id, may have made edits that the device hasn't taken. */
export type Write = { doc: string; updates: Uint8Array[]; unacked: Map<string, { count: number; made: number }> };

const compactAt = 50;

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

/** One row for all that came since the last write; at 50 rows the document's rows become one, without what was deleted. */
export async function keep(transaction: IDBTransaction, { doc, updates, unacked }: Write): Promise<void> {
	const store = transaction.objectStore('updates');
	if (updates.length > 0) {
		await answered(store.add({ doc, update: updates.length === 1 ? updates[0] : Y.mergeUpdates(updates) }));
		if ((await answered(store.index('doc').count(doc))) >= compactAt) await compact(store, doc);
	}
	const markers = transaction.objectStore('unacked');
	for (const [tab, mark] of unacked) {
		const there: UnackedRow | undefined = await answered(markers.get([doc, tab]));
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

async function compact(store: IDBObjectStore, doc: string): Promise<void> {
	const rows: UpdateRow[] = await answered(store.index('doc').getAll(doc));
	const whole = new Y.Doc();
	const unreadable: UpdateRow[] = [];
	for (const row of rows) {
		try {
			Y.applyUpdate(whole, row.update);
			store.delete(row.n!);
		} catch {
			// Left where it is: a row that can't be read must not be lost by tidying up.
			unreadable.push(row);
		}
	}
	store.add({ doc, update: Y.encodeStateAsUpdate(whole) });
	whole.destroy();
}
