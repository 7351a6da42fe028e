import * as v from 'valibot';
import { type Command } from './command.ts';

/** Sent under the id of a command whose answer never came: nothing is decided for that id any more, unless it was already. */
export const takeBack = { type: 'take-back', permission: null, args: v.object({}) } satisfies Command;
