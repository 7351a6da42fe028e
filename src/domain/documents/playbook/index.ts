/** The playbook: its draft is written together; what runs is a version of it. */
import * as v from 'valibot';
import { line, text } from '../../commands/command.ts';
import type { DocumentType } from '../document-type.ts';
import { pathsOf } from '../paths.ts';
import { definitionSchema } from './definition-schema.ts';
import { edits } from './edits.ts';
import { events } from './events.ts';
import { heal } from './heal.ts';
import { projection } from './projection.ts';
import { restore } from './restore.ts';
import { fields, meta } from './shape.ts';

/** A new playbook: empty but for its name, or made from a definition (library, duplicate), which `name` renames. */
export const seed = v.object({ name: line(200), description: v.optional(text(10_000)), definition: v.optional(definitionSchema) });
export type PlaybookSeed = v.InferInput<typeof seed>;

const schemaVersion = 1;

export const playbook: DocumentType = {
	type: 'playbook',
	schemaVersion,
	seed,
	skeleton: (doc, { id, workspace, at, args }) =>
		doc.transact(() => {
			const { name, description, definition } = v.parse(seed, args);
			for (const [key, value] of Object.entries({ type: 'playbook', schemaVersion, id, workspace, createdAt: at })) meta(doc).set(key, value);
			if (definition !== undefined) restore(doc, { ...definition, name });
			fields(doc).set('name', name);
			if (description !== undefined) fields(doc).set('description', description);
		}),
	edits,
	projection,
	events,
	heal,
	stamps: { playbook: { '*': 'updatedAt' } },
	pathOf: pathsOf,
};
