import * as v from 'valibot';
import { id, type Command } from './command.ts';

/** Removes a saved view: one's own, or, as an administrator, a shared one. */
export const removeView = { type: 'remove-view', permission: null, args: v.object({ id }) } satisfies Command;
