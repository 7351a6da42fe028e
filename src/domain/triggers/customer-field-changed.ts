/** A built-in or custom field of the customer changed, optionally from and to given values (TR2). */
import * as v from 'valibot';
import { fieldKey } from '../actions/people.ts';
import { isBlank } from '../value.ts';
import { allows, anyOr, chosen, edited } from './parameters.ts';
import type { Trigger } from './trigger.ts';

type Params = { field: string; from: unknown; to: unknown };

export const customerFieldChanged: Trigger<Params> = {
	type: 'customer-field-changed',
	icon: 'pencil-line',
	schema: v.object({
		field: v.pipe(chosen(), edited('customer-field', 'field')),
		from: v.pipe(anyOr(), edited('value-of-field', 'from')),
		to: v.pipe(anyOr(), edited('value-of-field', 'to')),
	}),
	initial: () => ({ field: null, from: null, to: null }),
	events: ['customer.field-changed', 'customer.stage-changed', 'customer.owner-changed'],
	matches: ({ field, from, to }, { data }) => data.field === field && allows(from, data.from) && allows(to, data.to),
	references: ({ field, ...values }) => [
		{ kind: 'customer-field', id: field, param: 'field' },
		...(['from', 'to'] as const).flatMap((param) => [values[param]].flat().filter((value) => !isBlank(value)).map((value) => ({ kind: 'value' as const, id: String(value), param, field: `customer.${fieldKey(field)}` }))),
	],
};
