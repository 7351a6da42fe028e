import * as v from 'valibot';
import { id, type Command } from './command.ts';

/** How many customers the draft's filters hold for now. */
export const countMatching = { type: 'count-matching', permission: null, isRead: true, args: v.object({ playbookId: id }) } satisfies Command;
