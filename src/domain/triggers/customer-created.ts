/** A customer was created, by a person or an import (TR2). Those that exist already don't enter. */
import * as v from 'valibot';
import type { Trigger } from './trigger.ts';

export const customerCreated: Trigger<Record<string, never>> = {
	type: 'customer-created',
	icon: 'user-plus',
	schema: v.object({}),
	initial: () => ({}),
	events: ['customer.created'],
	matches: (_, event) => event.type === 'customer.created',
};
