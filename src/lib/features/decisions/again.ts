/** Whether a decision that was not executed can be made once more, and what that is called. */
import type { QueuedCommand } from '$lib/sync/index.ts';

/** Reasons that are over once the customer is there again: it was deleted, and somebody restored it (ADR 43). */
const whileDeleted = new Set(['no-such-customer', 'deleted']);

/**
 * `anyway`: the ground has changed, and what it is about (`isOpen`) can still be decided. `retry`: its customers had been deleted and are back (`isHere`): what it
 * makes has the same id, so that what was written meanwhile finds its room. Null: there is nothing to do but read why.
 */
export function againOf({ reason, args }: Pick<QueuedCommand, 'reason' | 'args'>, isOpen: boolean, isHere: (customerId: string) => boolean): 'anyway' | 'retry' | null {
	if (reason === 'ground-changed') return isOpen ? 'anyway' : null;
	if (reason === null || !whileDeleted.has(reason)) return null;
	const { customerId, customerIds = [] } = (args ?? {}) as { customerId?: string; customerIds?: readonly string[] };
	const named = customerId ? [customerId] : customerIds;
	return named.length > 0 && named.every(isHere) ? 'retry' : null;
}
