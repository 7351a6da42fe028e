import * as v from 'valibot';
import { id, type Command } from './command.ts';

/** Lets a playbook's quarantined timer try again (R15). Held when it isn't quarantined any more. */
export const retryTimer = { type: 'retry-timer', permission: 'settings.change', args: v.object({ playbookId: id }) } satisfies Command<{ playbookId: string }>;
