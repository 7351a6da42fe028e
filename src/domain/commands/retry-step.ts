import * as v from 'valibot';
import { id, reason, type Command } from './command.ts';
import { stepGround } from './ground.ts';

/** Tries the failed step of a run again. Held when the run is at another one. */
export const retryStep = { type: 'retry-step', permission: 'run.control', args: v.object({ runId: id, reason }), ground: ({ runId }, read) => stepGround(read, runId) } satisfies Command<{ runId: string; reason: string }>;
