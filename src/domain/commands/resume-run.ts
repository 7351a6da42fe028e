import * as v from 'valibot';
import { missedChoices, type Missed } from '../engine/missed.ts';
import { id, reason, type Command } from './command.ts';
import { runGround } from './ground.ts';

/** Lets a paused run go on. `missed`: what becomes of what fell due meanwhile. */
export const resumeRun = {
	type: 'resume-run',
	permission: 'run.control',
	args: v.object({ runId: id, missed: v.optional(v.picklist(missedChoices), 'shift'), reason }),
	ground: ({ runId }, read) => runGround(read, runId),
} satisfies Command<{ runId: string; missed: Missed; reason: string }>;
