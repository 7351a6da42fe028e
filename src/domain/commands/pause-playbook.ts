import * as v from 'valibot';
import { id, type Command } from './command.ts';

/** Nobody enters, and what runs waits, until it is activated again. */
export const pausePlaybook = { type: 'pause-playbook', permission: 'playbook.publish', args: v.object({ playbookId: id }) } satisfies Command;
