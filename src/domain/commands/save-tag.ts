import * as v from 'valibot';
import { colour, id, line, type Command } from './command.ts';

/** Adds or changes a tag. */
export const saveTag = { type: 'save-tag', permission: 'settings.change', args: v.object({ id, subject: v.picklist(['customer', 'contact']), name: line(100), colour }) } satisfies Command;
