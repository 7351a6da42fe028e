/** Bulk edits that are on their way, over the list's rows: what somebody changed shows at once. */
import { fieldsSet, type BulkArgs } from '#domain/commands/edit-customers.ts';
import { partsOf, type GroundValue, type Seen } from '#domain/commands/ground.ts';
import { canonical } from '#domain/value.ts';
import type { Customer } from './lines.ts';

type Edits = BulkArgs['edits'];

/** A customer as it is after the edits; the same one when they change nothing. */
export function afterEdits(customer: Customer, { edits, only }: Pick<BulkArgs, 'edits' | 'only'>): Customer {
	if (only.some(({ field, value }) => canonical(valueOf(customer, field)) !== canonical(value ?? null))) return customer;
	return edits.reduce(afterEdit, customer);
}

/** What a field holds now; custom fields by their id. */
export const valueOf = (customer: Customer, field: string): unknown => (field.startsWith('f_') ? customer.custom[field] : customer[field as keyof Customer]) ?? null;

function afterEdit(customer: Customer, { edit, args }: Edits[number]): Customer {
	if (edit === 'set-field') {
		const field = args.field as string;
		return field.startsWith('f_') ? { ...customer, custom: { ...customer.custom, [field]: args.value } } : { ...customer, [field]: args.value };
	}
	const key = edit.endsWith('-tag') ? 'tags' : 'team';
	const one = (key === 'tags' ? args.tag : args.userId) as string;
	const rest = customer[key].filter((id) => id !== one);
	if (edit.startsWith('add-') === customer[key].includes(one)) return customer;
	return { ...customer, [key]: edit.startsWith('add-') ? [...rest, one] : rest };
}

/** The rows with what is on its way; the same array when nothing is. */
export function withBulkEdits(customers: readonly Customer[], pending: readonly Pick<BulkArgs, 'customerIds' | 'edits' | 'only'>[]): readonly Customer[] {
	if (pending.length === 0) return customers;
	const by = new Map<string, Pick<BulkArgs, 'edits' | 'only'>[]>();
	for (const { customerIds, edits, only } of pending) for (const id of customerIds) by.set(id, [...(by.get(id) ?? []), { edits, only }]);
	return customers.map((customer) => (by.get(customer.id) ?? []).reduce(afterEdits, customer));
}

/** What a bulk edit is based on as the list shows it: the values that those still on their way before it set, or what is so without them. */
export function groundOver(seen: readonly Seen[], pending: readonly Pick<BulkArgs, 'customerIds' | 'edits' | 'only'>[]): Seen[] {
	return seen.map((one) => {
		const { id, field } = partsOf(one.name);
		const last = pending.findLast(({ customerIds, edits }) => customerIds.includes(id) && fieldsSet(edits).has(field));
		return last ? { name: one.name, was: (fieldsSet(last.edits).get(field) ?? null) as GroundValue, or: one.was } : one;
	});
}
