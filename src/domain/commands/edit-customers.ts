import * as v from 'valibot';
import { id, text, type Command } from './command.ts';

/** What may be done to many customers at once: the customer document's own edits. */
const bulkEdits = ['set-field', 'add-tag', 'remove-tag', 'add-team-member', 'remove-team-member'] as const;

/** How many customers one command takes: what the rooms do within a request. */
const most = 50;

/**
 * Changes these customers alike, each through its room, once (CU12). `only`: a customer whose field is not (any more) at this value is
 * left as it is: how a bulk edit is taken back without undoing what came after it.
 */
export const editCustomers = {
	type: 'edit-customers',
	permission: 'document.edit',
	args: v.object({
		customerIds: v.pipe(v.array(id), v.minLength(1), v.maxLength(most)),
		edits: v.pipe(v.array(v.object({ edit: v.picklist(bulkEdits), args: v.record(text(60), v.unknown()) })), v.minLength(1), v.maxLength(20)),
		only: v.optional(v.pipe(v.array(v.object({ field: text(80), value: v.unknown() })), v.maxLength(20)), []),
	}),
} satisfies Command;

export type BulkArgs = v.InferOutput<typeof editCustomers.args>;
/** What became of each customer. `reason` says why it was refused or left. */
export type BulkResult = { customerId: string; outcome: 'changed' | 'unchanged' | 'left' | 'refused'; reason?: string };
