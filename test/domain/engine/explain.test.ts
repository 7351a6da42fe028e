import { describe, expect, it } from 'vitest';
import type { Explanation } from '#domain/conditions/condition.ts';
import type { PlaybookDefinition } from '#domain/documents/playbook/definition.ts';
import type { Entry, History } from '#domain/engine/enrol.ts';
import { explainEntry, type Asked, type Check } from '#domain/engine/explain.ts';
import { lastChange, withChanges } from '#domain/engine/last-change.ts';
import type { RecordedEvent } from '#domain/events/event.ts';
import { day, factsOf, noon } from '../facts.ts';
import { all, clause, playbook, task, when } from './playbooks.ts';

const never: History = { hasEntered: false, isRunning: false, lastEnteredAt: null, lastEndedAt: null, startedLastMinute: 0 };
const ann = { kind: 'user' as const, id: 'user_ann' };
const happened = (type: RecordedEvent['type'], data: Record<string, unknown>, at = noon, more: Partial<RecordedEvent> = {}): RecordedEvent => ({
	id: `event_${type}_${at}`, type, subjectType: type.startsWith('contact') ? 'contact' : type.startsWith('agreement') ? 'agreement' : 'customer', subjectId: 'customer_acme', customerId: 'customer_acme', at, actor: ann, cause: null, data, ...more,
});
const toStage = (to: string, at = noon) => happened('customer.stage-changed', { field: 'stage', from: 'stage_new', to }, at);
const staged = (to: string) => ({ trigger: { type: 'stage-changed', params: { from: null, to } } });
const active = { state: 'active' as const, version: 3, since: noon - 10 * day };

type Change = { definition?: Partial<PlaybookDefinition>; history?: Partial<History>; entry?: Partial<Entry>; asked?: Partial<Asked> };
const why = ({ definition, history, entry, asked }: Change) =>
	explainEntry(
		{ workspace: 'workspace', playbookId: 'playbook_a', version: 3, cause: { by: 'activation', userId: '' }, parent: null, facts: factsOf(), now: noon, runId: 'run_1', definition: playbook([task('a')], definition), history: { ...never, ...history }, ...entry },
		{ activation: active, events: [toStage('stage_live')], ...asked },
	);
const check = <K extends Check['kind']>(change: Change, kind: K) => why(change).checks.find((one) => one.kind === kind) as Extract<Check, { kind: K }>;
const live = staged('stage_live');
const undecided = new Map([['customer.mrr', noon + day]]);

describe('BE6: why a record enters, or what is in its way first', () => {
	it.each<[string, Change, Check['kind'] | null]>([
		['it enters', { definition: live }, null],
		['it was never activated', { definition: live, asked: { activation: null } }, 'activation'],
		['it is paused', { definition: live, asked: { activation: { ...active, state: 'paused' } } }, 'activation'],
		['it has no trigger', { definition: { trigger: null } }, 'trigger'],
		['its trigger asks for another stage', { definition: staged('stage_new') }, 'trigger'],
		['nothing of the kind ever happened', { definition: live, asked: { events: [] } }, 'trigger'],
		['it happened before the activation', { definition: live, asked: { events: [toStage('stage_live', noon - 11 * day)] } }, 'trigger'],
		['a value that it reads waits for a person', { definition: { ...live, filters: when(true) }, asked: { undecided } }, 'conflict'],
		['a conflict about something else doesn’t matter', { definition: { ...live, filters: when(true) }, asked: { undecided: new Map([['customer.owner', noon + day]]) } }, null],
		['its filters do not hold', { definition: { ...live, filters: when(false) } }, 'filters'],
		['it runs already', { definition: live, history: { isRunning: true } }, 'entry'],
		['it let the record in once', { definition: { ...live, entry: { rule: 'once' } }, history: { hasEntered: true, lastEnteredAt: noon - day } }, 'entry'],
		['R19: too many runs in a minute', { definition: live, history: { startedLastMinute: 50 } }, 'limits'],
		['a person starts it by hand', { definition: { trigger: { type: 'manual', params: {} } } }, null],
	])('%s', (_, change, expected) => expect([why(change).code, why(change).enters]).toEqual([expected, expected === null]));

	it('tells everything that is in its way, not only the first', () => {
		const told = why({ definition: { ...live, filters: when(false), entry: { rule: 'every', days: 7 } }, history: { hasEntered: true, lastEnteredAt: noon - 3 * day }, asked: { activation: { ...active, state: 'inactive' } } });
		expect(told.checks.filter(({ holds }) => holds === false).map(({ kind }) => kind)).toEqual(['activation', 'filters', 'entry']);
		expect(told.checks.find(({ kind }) => kind === 'entry')).toMatchObject({ code: 'every', lastEnteredAt: noon - 3 * day, again: noon + 4 * day });
	});
	it('names the event that would have started it, and the newest that missed', () => {
		const [miss, match] = [toStage('stage_new', noon), toStage('stage_live', noon - day)];
		expect(check({ definition: live, asked: { events: [miss, match] } }, 'trigger')).toMatchObject({ holds: true, matched: { id: match.id }, missed: { id: miss.id }, isBefore: false });
		expect(check({ definition: live, asked: { events: [toStage('stage_live', noon - 11 * day)] } }, 'trigger')).toMatchObject({ holds: false, isBefore: true });
	});
	it('names the time that starts it: a schedule hangs on what comes, a state that has lasted is due', () => {
		const weekly = { trigger: { type: 'scheduled-recurring', params: { every: 'week', weekdays: [1], day: 1, time: '09:00' } } };
		expect(check({ definition: weekly, asked: { events: [] } }, 'trigger')).toMatchObject({ holds: null, turn: Date.parse('2026-03-23T08:00:00Z') });
		const lasting = (amount: number, stage = 'stage_new') => check({ definition: { trigger: { type: 'stage-unchanged', params: { stage, amount, unit: 'days' } } }, asked: { events: [] } }, 'trigger');
		expect([lasting(15).holds, lasting(15).turn]).toEqual([null, noon + 5 * day]);
		expect(lasting(5).holds).toBe(true);
		expect(lasting(5, 'stage_live')).toMatchObject({ holds: false, turn: null });
	});
});

describe('CO5: since when a value was what was seen', () => {
	const history = [
		happened('customer.created', { name: 'Acme' }, 1),
		happened('customer.field-changed', { field: 'f_goal', from: null, to: 'Grow' }, 2),
		happened('customer.stage-changed', { field: 'stage', from: null, to: 'stage_new' }, 3),
		happened('agreement.changed', { field: 'mrr', from: 1, to: 2 }, 4),
		happened('customer.tag-added', { tag: 'tag_hot' }, 5),
		happened('contact.field-changed', { field: 'title', from: null, to: 'CEO' }, 6),
		happened('interaction.logged', { name: 'Call' }, 7, { subjectType: 'interaction' }),
	];
	it.each([
		['customer.f_goal', 2], ['customer.stage', 3], ['customer.stageSince', 3], ['customer.mrr', 4], ['customer.renewalAt', 4], ['customer.tags', 5], ['contact.title', 6], ['customer.lastTouchAt', 7],
		['customer.name', 1], ['customer.team', 1], ['customer.title', 1], ['contact.roles', 1], ['event.to', null], ['run.startedAt', null],
	])('%s', (path, at) => expect(lastChange(path, [...history].reverse())?.at ?? null).toBe(at));
	it('says so at every clause of nested groups', () => {
		const clauseOf = (field: string): Explanation => ({ kind: 'clause', id: field, field, operator: 'is', expected: 1, saw: 1, holds: true });
		const tree: Explanation = { kind: 'group', id: 'g', mode: 'all', holds: true, items: [clauseOf('customer.stage'), { kind: 'group', id: 'h', mode: 'any', holds: true, items: [clauseOf('event.to')] }] };
		expect(withChanges(tree, history)).toMatchObject({ items: [{ changed: { at: 3, by: ann } }, { items: [{ changed: null }] }] });
	});
	it('filters that read the event see the one that would have started it', () => {
		const filters = all(clause('event.to', 'is', 'stage_live'));
		const event = toStage('stage_live');
		expect(check({ definition: { ...live, filters }, entry: { facts: factsOf({ event }) } }, 'filters').holds).toBe(true);
	});
});
