import * as v from 'valibot';
import { id, type Command } from './command.ts';

/** Lets a version take new records; with `enterMatching` the customers that match now enter at once. */
export const activatePlaybook = { type: 'activate-playbook', permission: 'playbook.publish', args: v.object({ playbookId: id, version: v.pipe(v.number(), v.integer(), v.minValue(1)), enterMatching: v.optional(v.boolean(), false) }) } satisfies Command;
