/** The form of a definition at the door: of a template, an old version, a duplicate. Params are checked at publish by their own schemas. */
import * as v from 'valibot';
import { id, text } from '../../commands/command.ts';
import { operators, type Group } from '../../conditions/condition.ts';
import type { PlaybookDefinition, Step } from './definition.ts';
import { jsonValue } from './json.ts';

const params = v.record(v.string(), jsonValue);
const clause = v.object({ id, kind: v.literal('clause'), field: text(200), operator: v.picklist(operators), value: v.optional(jsonValue, null) });
const group: v.GenericSchema<any, Group> = v.object({ id, kind: v.literal('group'), mode: v.picklist(['all', 'any']), items: v.array(v.union([clause, v.lazy(() => group)])) }) as v.GenericSchema<any, Group>;

const wait = v.variant('mode', [
	v.object({ mode: v.literal('for'), amount: v.nullable(v.number()), unit: v.picklist(['minutes', 'hours', 'days', 'weeks']) }),
	v.object({ mode: v.literal('until'), field: v.nullable(text(200)), time: text(5) }),
]);
const step: v.GenericSchema<any, Step> = v.variant('kind', [
	v.object({ id, kind: v.literal('action'), action: text(100), params }),
	v.object({ id, kind: v.literal('wait'), params: wait }),
	v.object({
		id,
		kind: v.literal('split'),
		isMerged: v.boolean(),
		question: v.optional(params),
		branches: v.array(v.object({ id, name: text(200), condition: v.nullable(group), steps: v.array(v.lazy(() => step)) })),
	}),
	v.object({ id, kind: v.literal('stop') }),
]) as v.GenericSchema<any, Step>;

export const definitionSchema: v.GenericSchema<any, PlaybookDefinition> = v.object({
	name: text(200),
	description: v.optional(text(10_000), ''),
	subject: v.literal('customer'),
	trigger: v.nullable(v.object({ type: text(100), params })),
	filters: group,
	entry: v.variant('rule', [v.object({ rule: v.literal('once') }), v.object({ rule: v.literal('after-end') }), v.object({ rule: v.literal('every'), days: v.pipe(v.number(), v.integer(), v.minValue(1)) })]),
	steps: v.array(step),
}) as v.GenericSchema<any, PlaybookDefinition>;
