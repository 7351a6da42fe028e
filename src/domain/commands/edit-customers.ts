import * as v from 'valibot';
import { canonical } from '../value.ts';
import { id, text, type Command } from './command.ts';
import { groundOf, partsOf, type Ground, type GroundValue } from './ground.ts';

/** What may be done to many customers at once: the customer document's own edits. */
const bulkEdits = ['set-field', 'add-tag', 'remove-tag', 'add-team-member', 'remove-team-member'] as const;

/** How many customers one command takes: what the rooms do within a request. */
const most = 50;

const args = v.object({
	customerIds: v.pipe(v.array(id), v.minLength(1), v.maxLength(most)),
	edits: v.pipe(v.array(v.object({ edit: v.picklist(bulkEdits), args: v.record(text(60), v.unknown()) })), v.minLength(1), v.maxLength(20)),
	only: v.optional(v.pipe(v.array(v.object({ field: text(80), value: v.unknown() })), v.maxLength(20)), []),
});
export type BulkArgs = v.InferOutput<typeof args>;

/** The fields that it sets, with what to: tags and teams only grow or shrink by what is named, whatever else they hold. */
export const fieldsSet = (edits: BulkArgs['edits']): Map<string, unknown> => new Map(edits.flatMap(({ edit, args: { field, value } }) => (edit === 'set-field' ? [[String(field), value ?? null] as const] : [])));

/**
 * Changes these customers alike, each through its room, once (CU12). Held when a field that it sets was changed meanwhile, unless to the same.
 * `only`: a customer whose field is not (any more) at this value is left as it is, whoever changed it: how a bulk edit is taken back without undoing what came after it.
 */
export const editCustomers = {
	type: 'edit-customers',
	permission: 'document.edit',
	args,
	ground: ({ customerIds, edits, only }: BulkArgs, read) => {
		const fields = only?.length ? [] : [...fieldsSet(edits).keys()];
		const valuesOf = ({ custom, ...row }: { custom?: Record<string, unknown> }) => Object.fromEntries(fields.map((field) => [field, (field.startsWith('f_') ? (custom?.[field] ?? null) : row[field as never]) as GroundValue | undefined]));
		return customerIds.reduce<Ground>((ground, one) => Object.assign(ground, groundOf(read, 'customer', one, valuesOf)), {});
	},
	isMet: ({ edits }: BulkArgs, { name, now }) => {
		const fields = fieldsSet(edits);
		const { field } = partsOf(name);
		return fields.has(field) && canonical(fields.get(field)) === canonical(now);
	},
} satisfies Command<BulkArgs>;

/** What became of each customer. `reason` says why it was refused or left. */
export type BulkResult = { customerId: string; outcome: 'changed' | 'unchanged' | 'left' | 'refused'; reason?: string };
