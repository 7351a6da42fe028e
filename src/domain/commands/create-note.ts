import * as v from 'valibot';
import { noteKinds } from '../documents/note/shape.ts';
import { id, text, type Command } from './command.ts';

/** Makes a note or page on a customer, filled from a template when there is one (then `title` is the template's name unless it is given). */
export const createNote = {
	type: 'create-note',
	permission: 'document.edit',
	args: v.object({
		id: v.pipe(id, v.startsWith('note_')),
		customerId: id,
		kind: v.picklist(noteKinds),
		title: v.optional(text(300), ''),
		templateId: v.optional(v.nullable(id), null),
	}),
} satisfies Command;
