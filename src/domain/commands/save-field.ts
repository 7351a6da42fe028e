import * as v from 'valibot';
import { fieldTypes } from '../settings.ts';
import { id, line, type Command } from './command.ts';

/** Adds or changes a custom field. Its type stays what it was made with. */
export const saveField = { type: 'save-field', permission: 'settings.change', args: v.pipe(
	v.object({
		id: v.pipe(id, v.startsWith('f_')),
		subject: v.picklist(['customer', 'contact']),
		name: line(100),
		type: v.picklist(fieldTypes),
		options: v.optional(v.nullable(v.pipe(v.array(v.object({ id, label: line(100) })), v.maxLength(200))), null),
		position: v.pipe(v.number(), v.integer()),
	}),
	v.check((field) => field.type !== 'choice' || (field.options?.length ?? 0) > 0, 'a choice needs options'),
) } satisfies Command;
