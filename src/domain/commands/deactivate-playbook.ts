import * as v from 'valibot';
import { id, type Command } from './command.ts';

/** Nobody enters any more; what runs finishes or stops. */
export const deactivatePlaybook = { type: 'deactivate-playbook', permission: 'playbook.publish', args: v.object({ playbookId: id, running: v.picklist(['finish', 'stop']) }) } satisfies Command;
