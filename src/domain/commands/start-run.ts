import * as v from 'valibot';
import { id, type Command } from './command.ts';

/** Runs the active version on these customers, by hand. */
export const startRun = { type: 'start-run', permission: 'run.control', args: v.object({ playbookId: id, customerIds: v.pipe(v.array(id), v.minLength(1), v.maxLength(500)) }) } satisfies Command;
