import * as v from 'valibot';
import { id, type Command } from './command.ts';

/** Brings a deleted customer back with all that was deleted with it, while its grace lasts (CU10). The runs that ended stay ended. */
export const restoreCustomer = { type: 'restore-customer', permission: 'customer.delete', args: v.object({ customerId: id }) } satisfies Command;
