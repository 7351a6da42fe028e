import * as v from 'valibot';
import { id, type Command } from './command.ts';

/** Marks a task done. Held when somebody else did it, or its run was stopped, in the meantime. */
export const completeTask = { type: 'complete-task', permission: 'task.complete', args: v.object({ taskId: id }) } satisfies Command;
