import { expect, test } from 'vitest';
import fc from 'fast-check';
import { rewind, type RowsNow } from '#domain/engine/rewind.ts';
import type { RecordedEvent } from '#domain/events/event.ts';

const customer = { id: 'customer_a', name: 'Acme', domain: null, externalId: null, parentId: null, stage: 'live', stageSince: 50, owner: 'ann', tags: ['hot'], team: ['bo'], custom: { f_goal: 'Grow' }, mrr: 300, renewalAt: 900, createdAt: 1, updatedAt: 60 };
const contact = (id: string, isRemoved = false) => ({ id, customerId: 'customer_a', name: id, email: `${id}@a.test`, phone: null, title: 'CEO', roles: ['champion'], tags: [], custom: {}, createdAt: 1, mergedFrom: [], isRemoved });
const deal = (id: string, mrr: number, endAt: number, isRemoved = false) => ({ id, customerId: 'customer_a', name: id, status: 'ACTIVE', mrr, startAt: 1, endAt, noticeDays: 0, isTacit: false, isRemoved });
const now: RowsNow = { customer, contacts: [contact('mia'), contact('tom', true)], agreements: [deal('one', 100, 900), deal('two', 200, 1_000)], touchedAt: [10, 40] };
let n = 0;
const happened = (at: number, type: RecordedEvent['type'], data: Record<string, unknown>, subjectId = 'customer_a'): RecordedEvent => ({
	id: `e${++n}`, type, subjectType: type.split('.')[0] as RecordedEvent['subjectType'], subjectId, customerId: 'customer_a', at, actor: { kind: 'user', id: 'ann' }, cause: null, data,
});
const events = [
	happened(20, 'customer.stage-changed', { field: 'stage', from: 'new', to: 'onboarding' }),
	happened(50, 'customer.stage-changed', { field: 'stage', from: 'onboarding', to: 'live' }),
	happened(30, 'customer.field-changed', { field: 'f_goal', from: null, to: 'Keep' }),
	happened(45, 'customer.field-changed', { field: 'f_goal', from: 'Keep', to: 'Grow' }),
	happened(35, 'customer.tag-added', { tag: 'hot' }),
	happened(36, 'customer.tag-removed', { tag: 'cold' }),
	happened(37, 'customer.team-changed', { field: 'team', from: [], to: ['bo'] }),
	happened(38, 'contact.field-changed', { field: 'title', from: 'CTO', to: 'CEO' }, 'mia'),
	happened(33, 'contact.created', { name: 'mia' }, 'mia'),
	happened(42, 'contact.removed', { name: 'tom' }, 'tom'),
	happened(41, 'agreement.created', { name: 'two' }, 'two'),
	happened(43, 'agreement.changed', { field: 'mrr', from: 80, to: 100 }, 'one'),
	happened(40, 'interaction.logged', { name: 'Call' }, 'call'),
];
const at = (moment: number, stageSince: number | null = 20) => rewind(now, { at: moment, begun: null, after: events, stageSince });

test('BE7 now is as it is', () => {
	const { isRemoved: _, ...mia } = contact('mia');
	expect(at(60)).toMatchObject({ customer: { ...customer, mrr: 300 }, contacts: [mia], lastTouchAt: 40 });
});

test('BE7 fields, tags, team, stage and its time are as they were', () => {
	expect(at(44).customer).toMatchObject({ stage: 'onboarding', stageSince: 20, custom: { f_goal: 'Keep' }, tags: ['hot'], team: ['bo'] });
	expect(at(34).customer).toMatchObject({ custom: { f_goal: 'Keep' }, tags: ['cold'], team: [] });
	expect(at(10, null).customer).toMatchObject({ stage: 'new', stageSince: 1, custom: { f_goal: null } });
});

test('BE7 contacts and agreements that came or went since are not, or still, there; money follows', () => {
	expect(at(42).contacts.map(({ id }) => id)).toEqual(['mia']);
	expect(at(41).contacts.map(({ id }) => id)).toEqual(['mia', 'tom']);
	expect(at(37).contacts.map(({ id, title }) => [id, title])).toEqual([['mia', 'CTO'], ['tom', 'CEO']]);
	expect(at(32).contacts.map(({ id }) => id)).toEqual(['tom']);
	expect([at(43).customer.mrr, at(42).customer.mrr, at(40).customer.mrr]).toEqual([300, 280, 80]);
	expect(at(40).customer.renewalAt).toBe(900);
	expect([at(39).lastTouchAt, at(9).lastTouchAt]).toEqual([10, null]);
});

test('BE7 CU5 who was merged since is a contact of their own again, and goes by no other’s name; who was separated since is not', () => {
	const past: RowsNow = { ...now, contacts: [{ ...contact('mia'), mergedFrom: ['ann', 'tom'] }, { ...contact('tom', true), mergedFrom: ['ann'] }, contact('ann', true), { ...contact('bob'), mergedFrom: ['eva'] }] };
	const after = [
		happened(20, 'contact.merged', { name: 'ann', into: 'tom' }, 'ann'),
		happened(30, 'contact.merged', { name: 'tom', into: 'mia' }, 'tom'),
		happened(40, 'contact.separated', { name: 'bob', from: 'mia' }, 'bob'),
	];
	const namesAt = (moment: number) => rewind(past, { at: moment, begun: null, after, stageSince: null }).contacts.map(({ id, mergedFrom }) => [id, ...mergedFrom.toSorted()].join());
	expect(namesAt(40).sort()).toEqual(['bob,eva', 'mia,ann,tom']);
	expect(namesAt(35)).toEqual(['mia,ann,bob,eva,tom']);
	expect(namesAt(25).sort()).toEqual(['mia,bob,eva', 'tom,ann']);
	expect(namesAt(15).sort()).toEqual(['ann', 'mia,bob,eva', 'tom']);
});

test('BE7 whatever was changed, and in whatever order it is told: taking all of it back gives the first value', () =>
	fc.assert(
		fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 20 }), fc.integer({ min: 0, max: 19 }), fc.boolean(), (values, index, isReversed) => {
			const changes = values.slice(1).map((to, i) => happened(i + 1, 'customer.field-changed', { field: 'name', from: values[i], to }));
			const past = { ...now, customer: { ...customer, name: values.at(-1)! } };
			const moment = Math.min(index, values.length - 1);
			expect(rewind(past, { at: moment, begun: null, after: isReversed ? changes.toReversed() : changes, stageSince: null }).customer.name).toBe(values[moment]);
		}),
	));

test('BE7 what the run itself changed is told by its steps, not by clocks that differ by some ms', () => {
	const byStep = (number: number, at: number, from: string, to: string): RecordedEvent => ({ ...happened(at, 'customer.field-changed', { field: 'name', from, to }), cause: { runId: 'run_a', rootRunId: 'run_a', depth: 0, lineage: [], number } });
	// The room's clock is behind the store's for the second step's change, and was ahead for the first's.
	const after = [byStep(2, 98, 'One', 'Acme'), byStep(1, 101, 'Before', 'One')];
	const name = (number: number, begun = 'run_a') => rewind(now, { at: 100, begun: { runId: begun, number }, after, stageSince: null }).customer.name;
	expect(name(2)).toBe('One');
	expect(name(3)).toBe('Acme');
	expect(name(2, 'run_b'), 'another run’s are told by the clocks').toBe('Before');
});

test('BE7 of two changes in one millisecond the later is taken back first', () => {
	const twice = [happened(90, 'customer.field-changed', { field: 'name', from: 'Before', to: 'One' }), happened(90, 'customer.field-changed', { field: 'name', from: 'One', to: 'Acme' })];
	expect(rewind(now, { at: 80, begun: null, after: twice, stageSince: null }).customer.name).toBe('Before');
});
