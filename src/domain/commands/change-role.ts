import * as v from 'valibot';
import { roles } from '../access/roles.ts';
import { userId, type Command } from './command.ts';

/** Gives a member another role; open documents follow within 2 s (S6). */
export const changeRole = { type: 'change-role', permission: 'member.invite', args: v.object({ userId, role: v.picklist(roles) }) } satisfies Command;
