import * as v from 'valibot';
import { id, line, moment, text, userId, type Command } from './command.ts';

/** Gives people something to do, by hand. */
export const createTask = { type: 'create-task', permission: 'task.complete', args: v.object({
	id,
	title: line(300),
	description: v.optional(text(10_000), ''),
	customerId: v.optional(v.nullable(id), null),
	assignees: v.optional(v.pipe(v.array(userId), v.maxLength(50)), []),
	teamId: v.optional(v.nullable(id), null),
	dueAt: v.optional(v.nullable(moment), null),
}) } satisfies Command;
