import * as v from 'valibot';
import { id, type Command } from './command.ts';

/** Lets a run go on behind the step it is at. */
export const skipStep = { type: 'skip-step', permission: 'run.control', args: v.object({ runId: id }) } satisfies Command;
