import * as v from 'valibot';
import { id, type Command } from './command.ts';
import { customerGround, epochGround, groundOf } from './ground.ts';

/** Marks a task done. Held when somebody else did it, its run was stopped, or its customer stands elsewhere in the meantime. */
export const completeTask = {
	type: 'complete-task',
	permission: 'task.complete',
	args: v.object({ taskId: id }),
	ground: ({ taskId }, read) => {
		const task = read('task', taskId);
		return {
			...groundOf(read, 'task', taskId, ({ state, completedBy }) => ({ state, completedBy })),
			...customerGround(read, task?.customerId ?? null),
			...epochGround(read, task?.runId ?? null),
		};
	},
} satisfies Command<{ taskId: string }>;
