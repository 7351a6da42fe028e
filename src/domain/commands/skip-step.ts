import * as v from 'valibot';
import { id, reason, type Command } from './command.ts';
import { stepGround } from './ground.ts';

/** Lets a run go on behind the step it is at. Held when the run is at another one. */
export const skipStep = { type: 'skip-step', permission: 'run.control', args: v.object({ runId: id, reason }), ground: ({ runId }, read) => stepGround(read, runId) } satisfies Command<{ runId: string; reason: string }>;
