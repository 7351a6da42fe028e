import * as v from 'valibot';
import { id, type Command } from './command.ts';

/** Ends a run; nothing of it is sent any more. */
export const stopRun = { type: 'stop-run', permission: 'run.control', args: v.object({ runId: id }) } satisfies Command;
