import * as v from 'valibot';
import { id, type Command } from './command.ts';

/** Follows a customer: their changes are kept on this person's devices, and the list of the followed shows them (CU12). */
export const followCustomer = { type: 'follow-customer', permission: null, args: v.object({ customerId: id }) } satisfies Command;
