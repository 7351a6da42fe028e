import * as v from 'valibot';
import { id, type Command } from './command.ts';

/** Makes a customer's document. `args` is its seed (documents/customer), checked by the type's own schema. */
export const createCustomer = { type: 'create-customer', permission: 'document.edit', args: v.object({ id: v.pipe(id, v.startsWith('customer_')), args: v.unknown() }) } satisfies Command;
