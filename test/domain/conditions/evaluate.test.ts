import { describe, expect, it } from 'vitest';
import type { Clause, Group, Operator } from '#domain/conditions/condition.ts';
import { operators } from '#domain/conditions/condition.ts';
import { explain } from '#domain/conditions/evaluate.ts';
import { conditionFields, expects, operatorsOf, type ConditionType } from '#domain/conditions/fields.ts';
import type { Facts } from '#domain/engine/facts.ts';
import { factsOf, day, noon, settings } from '../facts.ts';

const clause = (field: string, operator: Operator, value: unknown = null, id = 'x'): Clause => ({ id, kind: 'clause', field, operator, value });
const group = (mode: 'all' | 'any', ...items: Group['items']): Group => ({ id: 'g', kind: 'group', mode, items });
const holds = (field: string, operator: Operator, value: unknown = null, facts: Facts = factsOf()) => explain(group('all', clause(field, operator, value)), facts, noon).holds;

/** For each type: a field, and for each of its operators what holds, what doesn't, and what a blank gives. */
const table: Record<ConditionType, [field: string, rows: Partial<Record<Operator, { yes: unknown[]; no: unknown[]; blank: boolean }>>]> = {
	text: ['customer.f_goal', {
		is: { yes: ['Grow', ' grow '], no: ['Gro', '', null], blank: false },
		'is-not': { yes: ['Shrink'], no: ['GROW'], blank: true },
		contains: { yes: ['row'], no: ['x', '', null], blank: false },
		'not-contains': { yes: ['x'], no: ['GR'], blank: true },
		'any-of': { yes: [['a', 'grow']], no: [['a'], []], blank: false },
		'none-of': { yes: [['a'], []], no: [['Grow']], blank: true },
	}],
	number: ['customer.f_seats', {
		is: { yes: [25, '25'], no: [24, '', 'x'], blank: false }, 'is-not': { yes: [24], no: [25], blank: true }, greater: { yes: [24, '24.5'], no: [25, null, 'x'], blank: false },
		less: { yes: [26], no: [25], blank: false }, between: { yes: [[25, 30], [30, 20]], no: [[26, 30], [25], null], blank: false },
	}],
	score: ['customer.f_pulse', {
		is: { yes: [4], no: [3], blank: false }, 'is-not': { yes: [3], no: [4], blank: true }, greater: { yes: [3], no: [4], blank: false }, less: { yes: [5], no: [4], blank: false },
		between: { yes: [[1, 4]], no: [[5, 6]], blank: false },
	}],
	money: ['customer.f_budget', {
		is: { yes: [5000.5], no: [5000], blank: false }, 'is-not': { yes: [1], no: [5000.5], blank: true }, greater: { yes: [5000], no: [5001], blank: false }, less: { yes: [5001], no: [5000], blank: false },
		between: { yes: [[5000, 5001]], no: [[1, 2]], blank: false },
	}],
	// 2026-04-15T22:00Z is 16 April in Paris: the day is the zone's.
	date: ['customer.f_kickoff', {
		is: { yes: ['2026-04-16', Date.parse('2026-04-16T10:00:00Z')], no: ['2026-04-15', 'soon', null], blank: false },
		'is-not': { yes: ['2026-04-15'], no: ['2026-04-16'], blank: true },
		before: { yes: ['2026-04-17'], no: ['2026-04-16', null], blank: false },
		after: { yes: ['2026-04-15'], no: ['2026-04-16'], blank: false },
		between: { yes: [['2026-04-16', '2026-04-20'], ['2026-04-20', '2026-04-01']], no: [['2026-04-17', '2026-04-20'], ['2026-04-16']], blank: false },
		'within-next-days': { yes: [29, '30'], no: [28, null], blank: false },
		'within-last-days': { yes: [], no: [100], blank: false },
	}],
	choice: ['customer.f_plan', {
		is: { yes: ['pro'], no: ['Pro', null], blank: false }, 'is-not': { yes: ['free'], no: ['pro'], blank: true },
		'any-of': { yes: [['free', 'pro']], no: [['free'], []], blank: false }, 'none-of': { yes: [['free'], []], no: [['pro']], blank: true },
	}],
	user: ['customer.f_engineer', {
		is: { yes: ['user_bo'], no: ['user_ann'], blank: false }, 'is-not': { yes: ['user_ann'], no: ['user_bo'], blank: true },
		'any-of': { yes: [['user_bo']], no: [['user_ann']], blank: false }, 'none-of': { yes: [['user_ann']], no: [['user_bo']], blank: true },
	}],
	boolean: ['customer.f_vip', { is: { yes: [true, 'true'], no: [false, null], blank: false }, 'is-not': { yes: [false, 'false'], no: [true], blank: true } }],
	set: ['customer.tags', {
		contains: { yes: ['tag_hot'], no: ['tag_cold', null], blank: false }, 'not-contains': { yes: ['tag_cold'], no: ['tag_hot'], blank: true },
		'any-of': { yes: [['tag_cold', 'tag_hot']], no: [['tag_cold']], blank: false }, 'none-of': { yes: [['tag_cold']], no: [['tag_hot']], blank: true },
	}],
};

describe.each(Object.entries(table))('CO1: %s', (type, [field, rows]) => {
	const key = field.split('.')[1]!;
	const blank = factsOf({ customer: { [key]: type === 'set' ? [] : null } });
	it('covers every operator of the type', () => {
		expect([...Object.keys(rows), 'is-empty', 'is-not-empty'].sort()).toEqual([...operatorsOf[type as ConditionType]].sort());
		expect(conditionFields(settings).find(({ path }) => path === field)?.type).toBe(type);
	});
	it.each(Object.entries(rows))('%s', (operator, { yes, no, blank: whenBlank }) => {
		for (const value of yes) expect([value, holds(field, operator as Operator, value)]).toEqual([value, true]);
		for (const value of no) expect([value, holds(field, operator as Operator, value)]).toEqual([value, false]);
		expect(holds(field, operator as Operator, yes[0] ?? no[0], blank)).toBe(whenBlank);
	});
	it('is empty, is not empty', () => {
		expect([holds(field, 'is-empty'), holds(field, 'is-not-empty'), holds(field, 'is-empty', null, blank), holds(field, 'is-not-empty', null, blank)]).toEqual([false, true, true, false]);
	});
});

it('CO1: every operator belongs to some type, and says what it expects', () => {
	expect([...new Set(Object.values(operatorsOf).flat())].sort()).toEqual([...operators].sort());
	expect(operators.map(expects)).toMatchInlineSnapshot(`
		[
		  "one",
		  "one",
		  "list",
		  "list",
		  "one",
		  "one",
		  "nothing",
		  "nothing",
		  "one",
		  "one",
		  "days",
		  "days",
		  "one",
		  "one",
		  "pair",
		]
	`);
});

describe('CO1: days', () => {
	const at = (offset: number) => factsOf({ customer: { f_kickoff: noon + offset } });
	it.each([
		['today counts as last 0 days', 3_600_000, 'within-last-days', 0, true],
		['and as next 0 days', -3_600_000, 'within-next-days', 0, true],
		['7 days ago', -7 * day, 'within-last-days', 7, true],
		['8 days ago', -8 * day, 'within-last-days', 7, false],
		['tomorrow is not in the last', day, 'within-last-days', 7, false],
		['yesterday is not in the next', -day, 'within-next-days', 7, false],
	] as const)('%s', (_, offset, operator, value, expected) => expect(holds('customer.f_kickoff', operator, value, at(offset))).toBe(expected));
});

describe('CO1: contacts, event and run', () => {
	it('a clause on contacts holds when it holds for any of them', () => {
		expect(holds('contact.roles', 'contains', 'sponsor')).toBe(true);
		expect(holds('contact.email', 'is-empty')).toBe(true);
		expect(holds('contact.title', 'is-not-empty')).toBe(false);
		expect(holds('contact.name', 'is-not', 'Tom Roe', factsOf({ contacts: [] }))).toBe(false);
	});
	it('reads the event and the variables of the run', () => {
		const facts = factsOf({
			event: { type: 'customer.stage-changed', at: noon - day, subjectId: 'customer_acme', data: { field: 'stage', from: 'stage_new', to: 'stage_live' } },
			run: { id: 'r', startedAt: noon, vars: { hook: { body: { score: 7, ok: true, list: [1, 2] } } } },
		});
		expect(holds('event.to', 'is', 'stage_live', facts)).toBe(true);
		expect(holds('event.type', 'is', 'customer.stage-changed', facts)).toBe(true);
		expect(holds('event.at', 'within-last-days', 1, facts)).toBe(true);
		expect(holds('run.vars.hook.body.score', 'is', '7', facts)).toBe(true);
		expect(holds('run.vars.hook.nothing.there', 'is-empty', null, facts)).toBe(true);
		expect(holds('run.startedAt', 'is', '2026-03-18', facts)).toBe(true);
	});
	it('reads only own properties, and unknown fields are blank', () => {
		for (const field of ['customer.constructor', 'customer.__proto__', 'event.toString', 'run.vars.constructor', 'nothing', 'x.y']) expect(holds(field, 'is-empty')).toBe(true);
	});
});

describe('CO5: explanations', () => {
	it('an empty group holds, in both modes', () => {
		expect(explain(group('all'), factsOf(), noon)).toEqual({ kind: 'group', id: 'g', mode: 'all', holds: true, items: [] });
		expect(explain(group('any'), factsOf(), noon).holds).toBe(true);
	});
	it('evaluates every clause of nested groups, and says what each saw', () => {
		const tree = group('any', clause('customer.stage', 'is', 'stage_new', 'a'), { ...group('all', clause('customer.mrr', 'greater', 9999, 'b'), clause('contact.name', 'contains', 'tom', 'c')), id: 'h' });
		expect(explain(tree, factsOf(), noon)).toEqual({
			kind: 'group', id: 'g', mode: 'any', holds: true,
			items: [
				{ kind: 'clause', id: 'a', field: 'customer.stage', operator: 'is', expected: 'stage_new', saw: 'stage_new', holds: true },
				{
					kind: 'group', id: 'h', mode: 'all', holds: false,
					items: [
						{ kind: 'clause', id: 'b', field: 'customer.mrr', operator: 'greater', expected: 9999, saw: 1200, holds: false },
						{ kind: 'clause', id: 'c', field: 'contact.name', operator: 'contains', expected: 'tom', saw: 'Tom Roe', holds: true },
					],
				},
			],
		});
	});
	it('shows all contacts when none matched', () => {
		const [item] = (explain(group('all', clause('contact.email', 'is', 'x@y.example')), factsOf(), noon) as { items: unknown[] }).items;
		expect(item).toMatchObject({ saw: ['mia@customer.example', 'tom@customer.example'], holds: false });
	});
});

describe('CO1: the fields of the picker', () => {
	const fields = conditionFields(settings);
	it('has every built-in and custom field of customer and contact, the event and the run', () => {
		const paths = fields.map(({ path }) => path);
		expect(new Set(paths).size).toBe(paths.length);
		for (const path of ['customer.name', 'customer.stage', 'customer.tags', 'customer.f_goal', 'contact.roles', 'contact.f_language', 'event.to', 'run.startedAt']) expect(paths).toContain(path);
		for (const { id, subject } of settings.fields) expect(paths).toContain(`${subject}.${id}`);
	});
	it('offers stages, people, tags and options by id', () => {
		const options = (path: string) => fields.find((field) => field.path === path)?.options?.map(({ id }) => id);
		expect(options('customer.stage')).toEqual(['stage_new', 'stage_live']);
		expect(options('customer.owner')).toEqual(['user_ann', 'user_bo']);
		expect(options('customer.tags')).toEqual(['tag_hot', 'tag_cold']);
		expect(options('contact.tags')).toEqual(['tag_vip']);
		expect(options('customer.f_plan')).toEqual(['pro', 'free']);
		expect(options('customer.f_goal')).toBeUndefined();
	});
});
