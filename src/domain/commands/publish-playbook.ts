import * as v from 'valibot';
import { id, text, type Command } from './command.ts';

/** Makes the draft as it is now the next version. Refused with every problem at its step while there is one. */
export const publishPlaybook = { type: 'publish-playbook', permission: 'playbook.publish', args: v.object({ playbookId: id, note: v.optional(text(2_000), '') }) } satisfies Command;
