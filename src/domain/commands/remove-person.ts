import * as v from 'valibot';
import { userId, type Command } from './command.ts';

/** Takes a member's access away; their open documents close within 2 s (S6). */
export const removePerson = { type: 'remove-person', permission: 'member.invite', args: v.object({ userId }) } satisfies Command;
