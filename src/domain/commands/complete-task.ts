import * as v from 'valibot';
import { id, type Command } from './command.ts';
import { taskGround } from './ground.ts';

/** Marks a task done. Held when somebody else did it, it reads otherwise, its run was stopped, or its customer stands elsewhere in the meantime. */
export const completeTask = { type: 'complete-task', permission: 'task.complete', args: v.object({ taskId: id }), ground: ({ taskId }, read) => taskGround(read, taskId) } satisfies Command<{ taskId: string }>;
