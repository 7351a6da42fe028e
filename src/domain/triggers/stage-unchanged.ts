/** A customer stays in a stage for longer than an amount of time (TR2). The sweep finds them: engine/lasting.ts. */
import * as v from 'valibot';
import { edited, whole } from './parameters.ts';
import type { Trigger } from './trigger.ts';

type Params = { stage: string | null; amount: number; unit: 'days' | 'weeks' | 'months' };

export const stageUnchanged: Trigger<Params> = {
	type: 'stage-unchanged',
	icon: 'hourglass',
	schema: v.object({
		stage: v.pipe(v.optional(v.nullable(v.string()), null), edited('stage', 'stage')),
		amount: v.pipe(whole(1, 3650), edited('number', 'amount')),
		unit: v.pipe(v.picklist(['days', 'weeks', 'months'], 'required'), edited('choice', 'unit')),
	}),
	initial: () => ({ stage: null, amount: 30, unit: 'days' }),
	events: [],
	matches: () => false,
	lasting: ({ stage, amount, unit }) => ({ field: 'stage', value: stage, duration: { amount, unit } }),
	references: ({ stage }) => (stage ? [{ kind: 'stage', id: stage, param: 'stage' }] : []),
};
