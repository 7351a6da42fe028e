import * as v from 'valibot';
import { id, type Command } from './command.ts';

/** How many customers a version's filters hold for now (without one: the draft's), and how many of them may enter. */
export const countMatching = { type: 'count-matching', permission: null, isRead: true, args: v.object({ playbookId: id, version: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1))), null) }) } satisfies Command;
