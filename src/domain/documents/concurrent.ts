/**
 * Which writes to a key of a map were made without knowing of one another (SY6). Yjs keeps the last one and forgets the others; each
 * item remembers what its writer saw before it, and a transaction that has just ended still holds the values that lost.
 */
import * as Y from 'yjs';
import { pathOfType } from './paths.ts';

/** One value that somebody wrote: `id` names the write (client:clock). */
export type Write = { id: string; client: number; clock: number; value: unknown };
/** A write that arrived, and the ids of those that its writer saw and wrote over: the newest it knew of, and its own before. */
export type Arrival = Write & { over: string[] };
/** What a transaction brought to one key: what was current before it, and the writes that nobody in it has written over. */
export type Change = { path: string; before: Write | null; arrivals: Arrival[] };

/**
 * Whether Yjs may forget a value that was written over. A device keeps those of keys that a room watches: one that it lost to somebody
 * else's, before the room had taken it, would reach the room empty.
 */
export const isForgettable = ({ parentSub }: Y.Item): boolean => parentSub === null || !/(^|\/)(stage|owner|mrr|startAt|endAt|f_[^/]*)$/.test(parentSub);

/** The changes of the paths that `isWatched`, after a transaction and before Yjs forgets what lost (`afterTransaction`). */
export function changesIn(transaction: Y.Transaction, isWatched: (path: string) => boolean): Change[] {
	const found: Change[] = [];
	for (const [type, keys] of transaction.changed) {
		if (!(type instanceof Y.Map)) continue;
		for (const key of keys) {
			if (key === null) continue;
			const path = `${pathOfType(type)}/${key}`;
			if (isWatched(path)) found.push(changeOf(transaction, path, itemsOf(type, key)));
		}
	}
	return found;
}

/** Every item of a key, the current one first. */
export function itemsOf(map: Y.Map<unknown>, key: string): Y.Item[] {
	const items: Y.Item[] = [];
	for (let item = map._map.get(key) ?? null; item !== null; item = item.left) items.push(item);
	return items;
}

function changeOf(transaction: Y.Transaction, path: string, items: Y.Item[]): Change {
	const isNew = ({ id }: Y.Item): boolean => id.clock >= (transaction.beforeState.get(id.client) ?? 0);
	const fresh = new Map(items.filter(isNew).map((item) => [nameOf(item.lastId), item]));
	const writtenOver = new Set([...fresh.values()].map(({ origin }) => nameOf(origin)));
	const arrivals = [...fresh.values()].filter((item) => !writtenOver.has(nameOf(item.lastId))).flatMap((item): Arrival[] => {
		const write = writeOf(item);
		if (write === null) return [];
		const over: string[] = [];
		for (let at: Y.Item | undefined = item; at; at = fresh.get(nameOf(at.origin))) over.push(nameOf(at.origin));
		return [{ ...write, over }];
	});
	const last = items.find((item) => !isNew(item));
	return { path, before: last ? (writeOf(last) ?? { ...idOf(last), value: null }) : null, arrivals };
}

/** What an item says; null when its content is gone: Yjs forgets what was written over. A removed key counts as null. */
function writeOf(item: Y.Item): Write | null {
	if (item.content instanceof Y.ContentDeleted) return null;
	return { ...idOf(item), value: item.content.getContent().at(-1) ?? null };
}

const idOf = ({ lastId: { client, clock } }: Y.Item) => ({ id: nameOf({ client, clock }), client, clock });
const nameOf = (id: { client: number; clock: number } | null): string => (id === null ? '' : `${id.client}:${id.clock}`);
