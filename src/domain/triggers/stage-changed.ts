/** A customer entered or left a stage; either end may be left open (TR2). */
import * as v from 'valibot';
import { allows, edited } from './parameters.ts';
import type { Trigger } from './trigger.ts';

type Params = { from: string | null; to: string | null };
const stage = () => v.optional(v.nullable(v.string()), null);

export const stageChanged: Trigger<Params> = {
	type: 'stage-changed',
	icon: 'milestone',
	schema: v.object({ from: v.pipe(stage(), edited('stage', 'stage_from')), to: v.pipe(stage(), edited('stage', 'stage_to')) }),
	initial: () => ({ from: null, to: null }),
	events: ['customer.stage-changed'],
	matches: ({ from, to }, { type, data }) => type === 'customer.stage-changed' && allows(from, data.from) && allows(to, data.to),
	references: ({ from, to }) => [...(from ? [{ kind: 'stage' as const, id: from, param: 'from' }] : []), ...(to ? [{ kind: 'stage' as const, id: to, param: 'to' }] : [])],
};
