/** Puts right what no edit of ours writes (S12). Keys that we don't know are left alone (S15). */
import * as v from 'valibot';
import * as Y from 'yjs';
import { healItems, items } from '../../rich-text/items.ts';
import type { Healing, Projection } from '../document-type.ts';
import { body, fields, fieldSchemas, itemSchemas, meta } from './shape.ts';

/** A name is needed in every list; a template that lost its only one is called this until a person says better. */
const unnamed = '?';

/** What was healed, by path. Idempotent: healed content is valid. */
export function heal(doc: Y.Doc, before: Projection | null): Healing[] {
	if (typeof meta(doc).get('id') !== 'string') return [];
	const last = before?.find((row) => row.table === 'template')?.values ?? {};
	const healings: Healing[] = [];
	for (const [key, schema] of Object.entries(fieldSchemas)) {
		const found = fields(doc).get(key);
		if (v.is(schema, found) || (found === undefined && key !== 'name')) continue;
		const healed = v.is(schema, last[key]) ? last[key] : key === 'name' ? unnamed : false;
		fields(doc).set(key, healed);
		healings.push({ path: `fields/${key}`, found: plain(found), healed });
	}
	for (const key of [...items(doc).keys()]) {
		const schema = itemSchemas[key.slice(key.lastIndexOf(':') + 1) as keyof typeof itemSchemas] as v.GenericSchema | undefined;
		if (schema === undefined || v.is(schema, items(doc).get(key))) continue;
		healings.push({ path: `items/${key}`, found: plain(items(doc).get(key)), healed: null });
		items(doc).delete(key);
	}
	healItems(body(doc));
	return healings;
}

/** What was found, as JSON: it goes into an event. */
const plain = (value: unknown): unknown => (value instanceof Y.AbstractType ? value.toJSON() : (value ?? null));
