/**
 * Puts right what no edit of ours writes (S12): a name that isn't text, entries that aren't maps, a mail without its texts. The tree
 * needs no healing: every client reads a valid one (tree.ts). Steps of a kind we don't know are left alone (S15).
 */
import * as Y from 'yjs';
import type { Healing, Projection } from '../document-type.ts';
import { branches, comments, conditions, fields, isMail, items, meta, steps } from './shape.ts';
import { makeTexts } from './steps.ts';

/** What was healed, by path. Idempotent. Only the room calls it, so the texts it makes are made once (S10). */
export function heal(doc: Y.Doc, before: Projection | null): Healing[] {
	if (typeof meta(doc).get('id') !== 'string') return [];
	const last = before?.find((row) => row.table === 'playbook')?.values.draft as Record<string, unknown> | undefined;
	const healings: Healing[] = [];
	for (const field of ['name', 'description']) {
		const found = fields(doc).get(field);
		if (typeof found === 'string' || (found === undefined && field === 'description')) continue;
		const healed = typeof last?.[field] === 'string' ? last[field] : field === 'name' ? '?' : '';
		fields(doc).set(field, healed);
		healings.push({ path: `fields/${field}`, found: plain(found), healed });
	}
	for (const [root, map] of [['steps', steps(doc)], ['branches', branches(doc)], ['conditions', conditions(doc)], ['comments', comments(doc)]] as const)
		for (const [id, value] of [...map.entries()]) {
			if (value instanceof Y.Map) continue;
			map.delete(id);
			healings.push({ path: `${root}/${id}`, found: plain(value), healed: null });
		}
	for (const [id, step] of items(steps(doc))) {
		if (step.get('kind') !== 'action' || !isMail(step.get('action')) || (step.get('body') instanceof Y.XmlFragment && step.get('subject') instanceof Y.Text)) continue;
		makeTexts(step);
		healings.push({ path: `steps/${id}`, found: null, healed: 'body, subject' });
	}
	return healings;
}

const plain = (value: unknown): unknown => (value instanceof Y.AbstractType ? value.toJSON() : (value ?? null));
