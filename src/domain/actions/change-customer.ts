/** Changes the customer: stage, owner, tags, any field (AC1). The edits go to its document's room, where open screens see them. */
import * as v from 'valibot';
import type { Action, Reference } from './action.ts';
import { fieldKey } from './people.ts';
import { atLocalTime, isDate } from '../calendar/zones.ts';
import { refusalOf } from '../documents/customer/settable.ts';
import { chosen, edited } from '../triggers/parameters.ts';
import { isBlank } from '../value.ts';

type Params = { set: { field: string; value: unknown }[]; addTags: string[]; removeTags: string[] };

export const changeCustomer: Action<Params> = {
	type: 'change-customer',
	icon: 'pencil-line',
	group: 'customer',
	schema: v.pipe(
		v.object({
			set: v.pipe(v.array(v.object({ field: chosen(), value: v.unknown() })), edited('field-value', 'set')),
			addTags: v.pipe(v.optional(v.array(chosen()), []), edited('customer-tags', 'add_tags')),
			removeTags: v.pipe(v.optional(v.array(chosen()), []), edited('customer-tags', 'remove_tags')),
		}),
		v.forward(v.check(({ set, addTags, removeTags }) => set.length + addTags.length + removeTags.length > 0, 'required'), ['set']),
	),
	initial: () => ({ set: [], addTags: [], removeTags: [] }),
	plan: ({ set, addTags, removeTags }, { customer, settings }) => {
		const changes = set.map(({ field, value }) => ({ field: fieldKey(field), value: isBlank(value) ? null : value }));
		for (const { field, value } of changes) {
			const refusal = refusalOf(field, value, settings);
			if (refusal) return { refusal };
		}
		const gone = [...addTags, ...removeTags].find((tag) => !settings.tags.some(({ id, subject }) => id === tag && subject === 'customer'));
		if (gone) return { refusal: { code: 'unknown-tag', detail: { tag: gone } } };
		const isDay = (field: string, value: unknown): value is string => isDate(value) && settings.fields.some(({ id, type }) => id === field && type === 'date');
		const edits = [
			...changes.map(({ field, value }) => ({ edit: 'set-field', args: { field, value: isDay(field, value) ? atLocalTime(value, '00:00', settings.timeZone) : value } })),
			...addTags.map((tag) => ({ edit: 'add-tag', args: { tag } })),
			...removeTags.map((tag) => ({ edit: 'remove-tag', args: { tag } })),
		];
		return { intents: [{ part: 0, request: { kind: 'document-edit', document: customer.id, edits } }] };
	},
	references: ({ set, addTags, removeTags }) => {
		const found: Reference[] = set.map(({ field }) => ({ kind: 'customer-field', id: fieldKey(field), param: 'set' }));
		for (const { field, value } of set) {
			if (isBlank(value)) continue;
			found.push(field === 'stage' || field === 'owner' ? { kind: field === 'stage' ? 'stage' : 'user', id: String(value), param: 'set' } : { kind: 'value', id: String(value), param: 'set', field: `customer.${fieldKey(field)}` });
		}
		for (const id of addTags) found.push({ kind: 'customer-tag', id, param: 'addTags' });
		for (const id of removeTags) found.push({ kind: 'customer-tag', id, param: 'removeTags' });
		return found;
	},
};
