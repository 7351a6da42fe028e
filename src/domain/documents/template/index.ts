/** The template of pages: written together once, filled from a customer each time a page is made of it (fill.ts). */
import * as v from 'valibot';
import { line, text } from '../../commands/command.ts';
import { paragraphsInto } from '../../rich-text/write.ts';
import type { DocumentType } from '../document-type.ts';
import { pathsOf } from '../paths.ts';
import { edits } from './edits.ts';
import { events } from './events.ts';
import { heal } from './heal.ts';
import { projection } from './projection.ts';
import { body, fields, meta } from './shape.ts';

/** A new template: its name, and paragraphs of plain text to begin with. */
export const seed = v.object({ name: line(200), paragraphs: v.optional(v.array(text(10_000)), []) });

const schemaVersion = 1;

export const template: DocumentType = {
	type: 'template',
	schemaVersion,
	seed,
	skeleton: (doc, { id, workspace, at, args }) =>
		doc.transact(() => {
			const { name, paragraphs } = v.parse(seed, args);
			for (const [key, value] of Object.entries({ type: 'template', schemaVersion, id, workspace, createdAt: at })) meta(doc).set(key, value);
			fields(doc).set('name', name);
			paragraphsInto(body(doc), paragraphs);
		}),
	edits,
	projection,
	events,
	heal,
	stamps: { template: { '*': 'updatedAt' } },
	pathOf: (event) => [...new Set(pathsOf(event).map((path) => path.replace(/^(items\/[^:]+):/, '$1/')))],
};
