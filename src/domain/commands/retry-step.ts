import * as v from 'valibot';
import { id, type Command } from './command.ts';

/** Tries the failed step of a run again. */
export const retryStep = { type: 'retry-step', permission: 'run.control', args: v.object({ runId: id }) } satisfies Command;
