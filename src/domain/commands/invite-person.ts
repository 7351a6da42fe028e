import * as v from 'valibot';
import { roles } from '../access/roles.ts';
import { type Command } from './command.ts';

/** Sends a link that makes its reader a member. */
export const invitePerson = { type: 'invite-person', permission: 'member.invite', args: v.object({ email: v.pipe(v.string(), v.trim(), v.toLowerCase(), v.email(), v.maxLength(320)), role: v.picklist(roles) }) } satisfies Command;
