import * as v from 'valibot';
import { id, reason, type Command } from './command.ts';
import { stepGround } from './ground.ts';

/** Lets a run go on at another of its steps. Held when it is at another one than the person saw. */
export const jumpToStep = {
	type: 'jump-to-step',
	permission: 'run.control',
	args: v.object({ runId: id, stepId: id, reason }),
	ground: ({ runId }, read) => stepGround(read, runId),
} satisfies Command<{ runId: string; stepId: string; reason: string }>;
