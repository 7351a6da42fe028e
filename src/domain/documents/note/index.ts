/** The note or page on a customer: written together; its boxes may be tasks. */
import * as v from 'valibot';
import { id, text, userId } from '../../commands/command.ts';
import { itemKey, items } from '../../rich-text/items.ts';
import { htmlInto } from '../../rich-text/write.ts';
import type { DocumentType } from '../document-type.ts';
import { pathsOf } from '../paths.ts';
import { edits } from './edits.ts';
import { events, ticks } from './events.ts';
import { heal } from './heal.ts';
import { projection } from './projection.ts';
import { body, fields, meta, noteKinds, title } from './shape.ts';

/** `html`: what a filled template says (template/fill.ts); its boxes carry `data-assignee` and `data-due-at` (ms UTC). */
export const seed = v.object({ customerId: id, kind: v.picklist(noteKinds), author: v.nullable(userId), title: v.optional(title, ''), html: v.optional(text(500_000), '') });

const schemaVersion = 1;
const attribute = (attributes: string, name: string): string | null => new RegExp(`\\sdata-${name}="([^"]*)"`).exec(attributes)?.[1] ?? null;

export const note: DocumentType = {
	type: 'note',
	schemaVersion,
	seed,
	skeleton: (doc, { id: own, workspace, at, args }) =>
		doc.transact(() => {
			const { customerId, kind, author, title: name, html } = v.parse(seed, args);
			for (const [key, value] of Object.entries({ type: 'note', schemaVersion, id: own, workspace, createdAt: at, customerId, kind, author })) if (value !== null) meta(doc).set(key, value);
			if (name !== '') fields(doc).set('title', name);
			let n = 0;
			if (html !== '')
				htmlInto(body(doc), html, (item, attributes) => {
					const box = `task_${own.slice(own.indexOf('_') + 1)}_${++n}`;
					item.setAttribute('id', box);
					const [assignee, dueAt] = [attribute(attributes, 'assignee'), Number(attribute(attributes, 'due-at') ?? NaN)];
					if (assignee !== null && v.is(userId, assignee)) items(doc).set(itemKey(box, 'assignee'), assignee);
					if (Number.isSafeInteger(dueAt)) items(doc).set(itemKey(box, 'dueAt'), dueAt);
				});
		}),
	edits,
	projection,
	events,
	ticks,
	heal,
	stamps: { note: { '*': 'updatedAt' }, task: { item: 'createdAt' } },
	pathOf: (event) => [...new Set(pathsOf(event).map((path) => path.replace(/^(items\/[^:]+):/, '$1/')))],
};
