/** Puts right what no edit of ours writes (S12). Keys that we don't know are left alone: a newer version may have written them (S15). */
import * as v from 'valibot';
import * as Y from 'yjs';
import { healItems, items } from '../../rich-text/items.ts';
import type { Healing, Projection } from '../document-type.ts';
import { body, fields, fieldSchemas, itemSchemas, meta } from './shape.ts';

/** What was healed, by path. Idempotent: healed content is valid. */
export function heal(doc: Y.Doc, before: Projection | null): Healing[] {
	if (typeof meta(doc).get('id') !== 'string') return [];
	const last = before?.find((row) => row.table === 'note')?.values ?? {};
	const healings: Healing[] = [];
	const put = (map: Y.Map<unknown>, root: string, key: string, healed: unknown) => {
		healings.push({ path: `${root}/${key}`, found: plain(map.get(key)), healed });
		if (healed === null) map.delete(key);
		else map.set(key, healed);
	};
	for (const [key, schema] of Object.entries(fieldSchemas)) if (fields(doc).has(key) && !v.is(schema, fields(doc).get(key))) put(fields(doc), 'fields', key, v.is(schema, last[key]) ? last[key] : null);
	for (const key of [...items(doc).keys()]) {
		const schema = itemSchemas[key.slice(key.lastIndexOf(':') + 1) as keyof typeof itemSchemas] as v.GenericSchema | undefined;
		if (schema !== undefined && !v.is(schema, items(doc).get(key))) put(items(doc), 'items', key, null);
	}
	// Whose note it is the server said once; a client can't move it to another customer.
	if (typeof last.customerId === 'string' && meta(doc).get('customerId') !== last.customerId) put(meta(doc), 'meta', 'customerId', last.customerId);
	// A box without an id of its own is nobody's mistake (two people moved it at once): it is put right and not told.
	healItems(body(doc));
	return healings;
}

/** What was found, as JSON: it goes into an event. */
const plain = (value: unknown): unknown => (value instanceof Y.AbstractType ? value.toJSON() : (value ?? null));
