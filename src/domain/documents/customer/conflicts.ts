/**
 * Conflicts (SY6): two devices wrote one guarded field differently, neither knowing of the other. The room finds them where updates are
 * merged and writes them into the document, so that every device and the engine learn of them as of any other content. A conflict names
 * the values that nobody has knowingly written over; it is open until a person chooses, or writes the field anew, or its time is over.
 * Equal values written apart are kept likewise, as one that nobody sees: who goes on from theirs without knowing of the other makes it a conflict.
 */
import * as v from 'valibot';
import * as Y from 'yjs';
import type { Actor } from '../../events/event.ts';
import { canonical } from '../../value.ts';
import { changesIn, itemsOf, type Arrival, type Change, type Write } from '../concurrent.ts';
import type { Known, ProjectedRow, Stamp } from '../document-type.ts';
import { mapOf, mayBeGuarded, placeAt, stamps, subjectIdOf } from './guarded.ts';
import { entry } from './shape.ts';

const actor = v.looseObject({ kind: v.picklist(['user', 'run', 'import', 'system']), id: v.string() });
const choice = v.object({
	value: v.union([v.string(), v.number(), v.boolean(), v.null(), v.array(v.string())]),
	/** Null when nobody knows any more: a field as old as its customer. */
	by: v.nullable(actor),
	at: v.nullable(v.number()),
	device: v.nullable(v.picklist(['phone', 'computer'])),
	/** The writes that say so (concurrent.ts). */
	items: v.array(v.string()),
});
const content = v.object({
	path: v.string(),
	values: v.array(choice),
	openedAt: v.number(),
	settled: v.optional(v.object({ value: v.unknown(), at: v.nullable(v.number()) })),
	settledBy: v.optional(actor),
	expiredAt: v.optional(v.number()),
});
type Choice = v.InferOutput<typeof choice>;
type Conflict = v.InferOutput<typeof content> & { id: string; map: Y.Map<unknown> };

/** Conflicts by an id that the room generated. */
const conflicts = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('conflicts');

/** A conflict as it can be read; null when there is none, or no room wrote it. */
export function conflictOf(doc: Y.Doc, id: string): Conflict | null {
	const map = entry(conflicts(doc), id);
	const parsed = map && v.safeParse(content, map.toJSON());
	return map && parsed?.success ? { ...parsed.output, id, map } : null;
}

export const isOpen = ({ settled, expiredAt }: Pick<Conflict, 'settled' | 'expiredAt'>): boolean => settled === undefined && expiredAt === undefined;

/** The open conflict of a path; null when there is none. */
const openAt = (doc: Y.Doc, path: string): Conflict | null =>
	[...conflicts(doc).keys()].map((id) => conflictOf(doc, id)).find((one) => one !== null && one.path === path && isOpen(one)) ?? null;

/** Names one value only: nobody differs yet. */
const isAgreement = (one: Pick<Conflict, 'values' | 'settled' | 'expiredAt'>): boolean => isOpen(one) && one.values.length < 2;

/** A field is written anew by somebody who has its open conflict before them: a person settles it. What was agreed upon apart is over, whoever writes. */
export function writtenAt(doc: Y.Doc, path: string, { value, isChanged, stamp }: { value: unknown; isChanged: boolean; stamp: Stamp | undefined }): void {
	const open = openAt(doc, path);
	if (open === null) return;
	if (!isAgreement(open)) {
		if (!stamp?.by || stamp.by.kind === 'user') open.map.set('settled', { value, at: stamp?.at ?? null });
	} else if (isChanged) conflicts(doc).delete(open.id);
}

/** Its rows: those whose contact or agreement is still there, by id. */
export function conflictRows(doc: Y.Doc, customerId: string): ProjectedRow[] {
	return [...conflicts(doc).keys()].sort().flatMap((id): ProjectedRow[] => {
		const found = conflictOf(doc, id);
		const place = found && placeAt(found.path);
		if (!found || !place || isAgreement(found) || !mapOf(doc, place)) return [];
		const { values, openedAt, settled, settledBy, expiredAt } = found;
		const choices = values.map(({ value, by, at, device }) => ({ value, by, at, device }));
		const state = settled ? 'settled' : expiredAt === undefined ? 'open' : 'expired';
		const about = { customerId, subjectType: place.subject, subjectId: subjectIdOf(doc, place), field: place.field };
		return [{ table: 'conflict', id, values: { ...about, choices, state, openedAt, settledBy: settledBy ?? null, settledAt: settled?.at ?? expiredAt ?? null, chosen: settled?.value ?? null } }];
	});
}

/** What the room writes after a change: conflicts that it made, wider or over, and who settled which. Null = nothing. */
export function review(transaction: Y.Transaction, known: Known): ((doc: Y.Doc) => void) | null {
	const { doc } = transaction;
	const writes = [...settledIn(transaction, known), ...changesIn(transaction, (path) => placeAt(path) !== null).map((change) => judged(doc, change, known))].filter((write) => write !== null);
	return writes.length === 0 ? null : (into) => writes.forEach((write) => write(into));
}

/** Who settled is the room's to say, by the client id that wrote it; when, at the latest now. */
function settledIn(transaction: Y.Transaction, { at, authorOf }: Known): ((doc: Y.Doc) => void)[] {
	return [...transaction.changed].flatMap(([type, keys]) => {
		if (!(type instanceof Y.Map) || !keys.has('settled') || type._item?.parent !== conflicts(transaction.doc) || !type.has('settled')) return [];
		const map: Y.Map<unknown> = type;
		const by = authorOf(map._map.get('settled')!.id.client);
		const { value, at: said } = map.get('settled') as { value: unknown; at: number | null };
		return [() => {
			map.set('settledBy', by);
			if (said === null || said > at) map.set('settled', { value, at });
		}];
	});
}

/** Compares what arrived with what was current, or with what an open conflict names; says what to write about it. */
function judged(doc: Y.Doc, { path, before, arrivals }: Change, known: Known): ((doc: Y.Doc) => void) | null {
	if (arrivals.length === 0) return null;
	const open = openAt(doc, path);
	const { field } = placeAt(path)!;
	let named: Choice[] = open ? open.values : before ? [choiceOf(doc, path, before, known)] : [];
	for (const arrival of arrivals) named = joined(named, arrival, choiceOf(doc, path, arrival, known));
	if (open) {
		if (named.length > 1 && isAgreement(open)) return () => (open.map.set('values', named), open.map.set('openedAt', known.at));
		if (named.length === 1 && !isAgreement(open)) return () => (open.map.set('values', named), open.map.set('settled', { value: named[0]!.value, at: known.at }), open.map.set('settledBy', named[0]!.by));
		return canonical(named) === canonical(open.values) ? null : () => void open.map.set('values', named);
	}
	const isApart = named.length > 1 || named[0]!.items.length > 1;
	if (!isApart || !mayBeGuarded(field, named.map(({ value }) => value))) return null;
	return (into) => {
		const conflict = new Y.Map<unknown>(Object.entries({ path, values: named, openedAt: known.at }));
		conflicts(into).set(known.newId('conflict_'), conflict);
	};
}

/** The named values with one more write: those that it knowingly wrote over go, an equal one stands for both. */
function joined(named: readonly Choice[], { over }: Arrival, fresh: Choice): Choice[] {
	const left = named.map((one) => ({ ...one, items: one.items.filter((item) => !over.includes(item)) })).filter(({ items }) => items.length > 0);
	const equal = left.find(({ value }) => canonical(value) === canonical(fresh.value));
	if (!equal) return [...left, fresh];
	return left.map((one) => (one === equal ? { ...one, items: [...one.items, ...fresh.items] } : one));
}

/** A write with its author and time: from the stamp behind it, else from what the room knows. Only the room's own stamps name their author. */
function choiceOf(doc: Y.Doc, path: string, write: Write, { at, authorOf, isArriving }: Known): Choice {
	const item = itemsOf(stamps(doc), path).find(({ id }) => id.client === write.client && id.clock === write.clock + 1);
	const stamp = item?.content.getContent()[0] as Partial<Stamp> | null | undefined;
	const said = typeof stamp?.at === 'number' ? Math.min(stamp.at, at) : null;
	const device = stamp?.device === 'phone' || stamp?.device === 'computer' ? stamp.device : null;
	const by = authorOf(write.client) ?? (stamp?.by as Actor | undefined) ?? null;
	return { value: (write.value ?? null) as Choice['value'], by, at: said ?? (isArriving(write.client, write.clock) ? at : null), device, items: [write.id] };
}
