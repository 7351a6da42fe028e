/**
 * Puts right what no edit of ours writes (S12): a value that its field can't hold becomes the last valid one, else its blank.
 * Keys that we don't know are left alone: a newer version may have written them (S15).
 */
import * as Y from 'yjs';
import type { Healing, Projection } from '../document-type.ts';
import { agreements, blankOf, contacts, fields, isCustomField, isValid, meta, type Subject } from './shape.ts';

/** What was healed, by path. Idempotent: healed content is valid. */
export function heal(doc: Y.Doc, before: Projection | null): Healing[] {
	if (typeof meta(doc).get('id') !== 'string') return [];
	const last = (table: Subject, id?: string) => before?.find((row) => row.table === table && (id === undefined || row.id === id))?.values;
	const healings = healFields(fields(doc), 'customer', 'fields', last('customer'));
	if (!fields(doc).has('name')) healings.push(...restore(fields(doc), 'customer', 'fields', 'name', last('customer')));
	for (const [root, map, subject] of [['contacts', contacts(doc), 'contact'], ['agreements', agreements(doc), 'agreement']] as const)
		for (const [id, value] of [...map.entries()]) {
			if (value instanceof Y.Map) healings.push(...healFields(value, subject, `${root}/${id}`, last(subject, id)));
			else {
				map.delete(id);
				healings.push({ path: `${root}/${id}`, found: plain(value), healed: null });
			}
		}
	return healings;
}

const healFields = (map: Y.Map<unknown>, subject: Subject, path: string, last: Record<string, unknown> | undefined): Healing[] =>
	[...map.keys()].filter((field) => !isValid(subject, field, map.get(field))).flatMap((field) => restore(map, subject, path, field, last));

function restore(map: Y.Map<unknown>, subject: Subject, path: string, field: string, last: Record<string, unknown> | undefined): Healing[] {
	const found = plain(map.get(field));
	const known = isCustomField(field) ? (last?.custom as Record<string, unknown> | undefined)?.[field] : last?.[field];
	const healed = known !== undefined && isValid(subject, field, known) ? known : field === 'name' ? unnamed : blankOf(field);
	map.set(field, healed);
	return [{ path: `${path}/${field}`, found, healed }];
}

/** A name is needed in every list; a customer that lost its only one is called this until a person says better. */
const unnamed = '?';

/** What was found, as JSON: it goes into an event. */
const plain = (value: unknown): unknown => (value instanceof Y.AbstractType ? value.toJSON() : (value ?? null));
