import * as v from 'valibot';
import { id, type Command } from './command.ts';

/** Follows a customer no longer. Nothing happens when it wasn't followed. */
export const unfollowCustomer = { type: 'unfollow-customer', permission: null, args: v.object({ customerId: id }) } satisfies Command;
