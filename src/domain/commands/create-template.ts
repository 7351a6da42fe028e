import * as v from 'valibot';
import { id, line, text, type Command } from './command.ts';

/** Makes a template of pages; `paragraphs` are plain text to begin with. */
export const createTemplate = {
	type: 'create-template',
	permission: 'document.edit',
	args: v.object({ id: v.pipe(id, v.startsWith('template_')), name: line(200), paragraphs: v.optional(v.pipe(v.array(text(10_000)), v.maxLength(100)), []) }),
} satisfies Command;
