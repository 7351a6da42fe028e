import { readdirSync } from 'node:fs';
import { safeParse } from 'valibot';
import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '#domain/events/event.ts';
import { matches } from '#domain/engine/match.ts';
import { lastingOccurrence, nextOccurrence } from '#domain/engine/lasting.ts';
import { triggers } from '#domain/triggers/index.ts';
import { noon, settings } from '../facts.ts';

const event = (type: RecordedEvent['type'], data: Record<string, unknown> = {}): RecordedEvent =>
	({ id: 'e', type, subjectType: 'customer', subjectId: 'customer_acme', customerId: 'customer_acme', at: noon, actor: { kind: 'user', id: 'user_ann' }, cause: null, data });

describe('the registry', () => {
	it('has every trigger’s file, under its type', () => {
		const files = readdirSync('src/domain/triggers').map((file) => file.replace('.ts', '')).filter((name) => !['index', 'trigger', 'parameters'].includes(name));
		expect(Object.keys(triggers).sort()).toEqual(files.sort());
		for (const [type, trigger] of Object.entries(triggers)) expect(trigger.type).toBe(type);
	});
	it('a new trigger’s parameters are those of its form', () => {
		for (const { schema, initial } of Object.values(triggers)) {
			const { entries } = schema as unknown as { entries: Record<string, { pipe: { type: string; metadata?: { control: string; label: string } }[] }> };
			expect(Object.keys(initial())).toEqual(Object.keys(entries));
			for (const entry of Object.values(entries)) expect(entry.pipe.find(({ type }) => type === 'metadata')?.metadata).toMatchObject({ control: expect.any(String), label: expect.stringMatching(/^param_/) });
		}
	});
});

describe('TR1, TR2: events', () => {
	const stageChanged = event('customer.stage-changed', { field: 'stage', from: 'stage_new', to: 'stage_live' });
	const fieldChanged = event('customer.field-changed', { field: 'f_seats', from: null, to: 25 });
	it.each([
		['manual', {}, stageChanged, false],
		['customer-created', {}, event('customer.created'), true],
		['customer-created', {}, stageChanged, false],
		['stage-changed', {}, stageChanged, true],
		['stage-changed', { from: null, to: 'stage_live' }, stageChanged, true],
		['stage-changed', { from: 'stage_new', to: null }, stageChanged, true],
		['stage-changed', { from: 'stage_live', to: null }, stageChanged, false],
		['stage-changed', { from: 'stage_new', to: 'stage_new' }, stageChanged, false],
		['stage-changed', {}, fieldChanged, false],
		['customer-field-changed', { field: 'f_seats' }, fieldChanged, true],
		['customer-field-changed', { field: 'f_seats', from: null, to: 25 }, fieldChanged, true],
		['customer-field-changed', { field: 'f_seats', to: 26 }, fieldChanged, false],
		['customer-field-changed', { field: 'f_goal' }, fieldChanged, false],
		['customer-field-changed', { field: 'stage', to: 'stage_live' }, stageChanged, true],
		['customer-field-changed', { field: 'owner' }, event('customer.owner-changed', { field: 'owner', from: 'user_ann', to: null }), true],
		['customer-field-changed', { field: null }, fieldChanged, false],
		// A contact's field of the same name is not the customer's.
		['customer-field-changed', { field: 'name' }, event('contact.field-changed', { field: 'name', from: 'a', to: 'b' }), false],
		['stage-unchanged', { stage: null, amount: 3, unit: 'days' }, stageChanged, false],
		['scheduled-once', { at: '2026-03-20T09:00' }, stageChanged, false],
		['scheduled-recurring', triggers['scheduled-recurring']!.initial(), stageChanged, false],
		['unheard-of', {}, stageChanged, false],
		['constructor', {}, stageChanged, false],
	] as const)('%s %j by %o: %s', (type, params, by, expected) => expect(matches({ type, params }, by)).toBe(expected));
});

describe('TR4, R22: schedules', () => {
	const recurring = (change: object) => ({ type: 'scheduled-recurring', params: { ...triggers['scheduled-recurring']!.initial(), ...change } });
	const at = (text: string) => Date.parse(text);
	const next = (change: object, after: string, zone = 'Europe/Paris') => {
		const found = nextOccurrence(recurring(change), at(after), { ...settings, timeZone: zone });
		return found && [new Date(found.at).toISOString(), found.key];
	};
	it.each([
		['daily, later today', { every: 'day', time: '09:00' }, '2026-03-18T07:00:00Z', '2026-03-18T08:00:00.000Z', 'day@09:00:2026-03-18'],
		['daily, strictly after', { every: 'day', time: '09:00' }, '2026-03-18T08:00:00Z', '2026-03-19T08:00:00.000Z', 'day@09:00:2026-03-19'],
		['weekly', { every: 'week', weekdays: [5, 1], time: '09:00' }, '2026-03-18T08:00:00Z', '2026-03-20T08:00:00.000Z', 'week15@09:00:2026-03-20'],
		['monthly', { every: 'month', day: 1, time: '00:00' }, '2026-03-18T08:00:00Z', '2026-03-31T22:00:00.000Z', 'month1@00:00:2026-04-01'],
		['day 31 in a short month is its last', { every: 'month', day: 31, time: '12:00' }, '2026-04-01T08:00:00Z', '2026-04-30T10:00:00.000Z', 'month31@12:00:2026-04-30'],
		['day 30 in February', { every: 'month', day: 30, time: '12:00' }, '2026-01-31T08:00:00Z', '2026-02-28T11:00:00.000Z', 'month30@12:00:2026-02-28'],
		['a gap at 02:30 runs at 03:00', { every: 'day', time: '02:30' }, '2026-03-29T00:00:00Z', '2026-03-29T01:00:00.000Z', 'day@02:30:2026-03-29'],
		['after the gap comes the next day', { every: 'day', time: '02:30' }, '2026-03-29T01:00:00Z', '2026-03-30T00:30:00.000Z', 'day@02:30:2026-03-30'],
		['an overlap runs at its first 02:30', { every: 'day', time: '02:30' }, '2026-10-24T22:00:00Z', '2026-10-25T00:30:00.000Z', 'day@02:30:2026-10-25'],
		['and not at its second', { every: 'day', time: '02:30' }, '2026-10-25T00:30:00Z', '2026-10-26T01:30:00.000Z', 'day@02:30:2026-10-26'],
	])('%s', (_, change, after, expected, key) => expect(next(change, after)).toEqual([expected, key]));

	it('Lord Howe: each local date once over both half-hour changes', () => {
		for (const [from, days] of [['2026-04-01T00:00:00Z', 10], ['2026-10-01T00:00:00Z', 10]] as const) {
			const keys: string[] = [];
			for (let after = at(from), i = 0; i < days; i++) {
				const found = nextOccurrence(recurring({ every: 'day', time: '01:45' }), after, { ...settings, timeZone: 'Australia/Lord_Howe' })!;
				expect(found.at).toBeGreaterThan(after);
				keys.push(found.key);
				after = found.at;
			}
			expect(new Set(keys).size).toBe(days);
		}
	});
	it('once', () => {
		const once = { type: 'scheduled-once', params: { at: '2026-03-29T02:30' } };
		expect(nextOccurrence(once, at('2026-03-28T00:00:00Z'), settings)).toEqual({ at: at('2026-03-29T01:00:00Z'), key: 'once:2026-03-29T02:30' });
		expect(nextOccurrence(once, at('2026-03-29T01:00:00Z'), settings)).toBeNull();
	});
	it.each([
		['scheduled-once', { at: '2026-02-30T09:00' }],
		['scheduled-once', { at: null }],
		['scheduled-recurring', { every: 'week', weekdays: [], day: 1, time: '09:00' }],
		['scheduled-recurring', { every: 'day', weekdays: [], day: 1, time: '9:00' }],
		['scheduled-recurring', { every: 'month', weekdays: [], day: 32, time: '09:00' }],
		['stage-unchanged', { stage: null, amount: 0, unit: 'days' }],
		['customer-field-changed', { field: '' }],
	])('refuses %s %j', (type, params) => {
		expect(safeParse(triggers[type]!.schema, params).success).toBe(false);
		expect(nextOccurrence({ type, params }, noon, settings)).toBeNull();
	});
});

describe('TR2: stage unchanged', () => {
	const trigger = (stage: string | null, amount: number, unit: string) => ({ type: 'stage-unchanged', params: { stage, amount, unit } });
	const since = Date.parse('2026-03-20T11:00:00Z');
	it.each([
		['days keep the wall time', trigger('stage_new', 10, 'days'), '2026-03-30T10:00:00.000Z'],
		['any stage', trigger(null, 1, 'weeks'), '2026-03-27T11:00:00.000Z'],
		['months', trigger(null, 1, 'months'), '2026-04-20T10:00:00.000Z'],
	])('%s', (_, what, expected) => expect(new Date(lastingOccurrence(what, { stage: 'stage_new', stageSince: since }, settings)!.at).toISOString()).toBe(expected));
	it('is one occurrence for each time a record enters the stage', () => {
		const key = (stageSince: number) => lastingOccurrence(trigger(null, 1, 'weeks'), { stage: 'stage_new', stageSince }, settings)!.key;
		expect(key(since)).toBe(key(since));
		expect(key(since)).not.toBe(key(since + 1));
	});
	it('asks for the stage', () => {
		expect(lastingOccurrence(trigger('stage_live', 1, 'days'), { stage: 'stage_new', stageSince: since }, settings)).toBeNull();
		expect(lastingOccurrence(trigger(null, 1, 'days'), { stage: null, stageSince: null }, settings)).toBeNull();
		expect(lastingOccurrence({ type: 'manual', params: {} }, { stage: 'stage_new', stageSince: since }, settings)).toBeNull();
	});
});
