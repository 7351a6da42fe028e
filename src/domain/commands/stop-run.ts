import * as v from 'valibot';
import { id, reason, type Command } from './command.ts';
import { runGround } from './ground.ts';

/** Ends a run; nothing of it is sent any more. */
export const stopRun = { type: 'stop-run', permission: 'run.control', args: v.object({ runId: id, reason }), ground: ({ runId }, read) => runGround(read, runId) } satisfies Command<{ runId: string; reason: string }>;
