import * as v from 'valibot';
import { id, type Command } from './command.ts';
import { groundOf } from './ground.ts';

/** How long a deleted customer can be restored, in ms: 30 days. */
export const deletionGraceMs = 30 * 86_400_000;

const args = v.object({ customerId: id });
type Args = v.InferOutput<typeof args>;

/** Deletes a customer: it is gone from everywhere at once, its runs end, and after the grace it is erased (CU10). Held when it isn't any more what was deleted. */
export const deleteCustomer = {
	type: 'delete-customer',
	permission: 'customer.delete',
	args,
	ground: ({ customerId }: Args, read) => groundOf(read, 'customer', customerId, ({ name, stage, owner, mrr }) => ({ name, stage, owner, mrr })),
} satisfies Command<Args>;
