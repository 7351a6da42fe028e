import * as v from 'valibot';
import { id, reason, type Command } from './command.ts';
import { runGround } from './ground.ts';

/** Holds a run: nothing of it is done until somebody resumes it, and its timers stand still (R8). */
export const pauseRun = { type: 'pause-run', permission: 'run.control', args: v.object({ runId: id, reason }), ground: ({ runId }, read) => runGround(read, runId) } satisfies Command<{ runId: string; reason: string }>;
