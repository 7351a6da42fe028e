/** SY6, R1: automation of a field in conflict waits for a person or the workspace's time, and then happens once. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eq } from 'drizzle-orm';
import { activationJobs } from '#db/jobs.ts';
import { conflict, customer, field, workspace } from '#db/schema/index.ts';
import { commit } from '#db/statement.ts';
import type { Step } from '#domain/documents/playbook/definition.ts';
import { triggers } from '#domain/triggers/index.ts';
import { addCustomer, addPlaybook, definitionOf, runOf, stageChanged } from '../db/engine-book.ts';
import { enrolRun } from '#db/entries.ts';
import { changeStage, openBench, taskFor, waitFor, type Bench } from './bench.ts';

const hour = 3_600_000;
let bench: Bench;
beforeEach(async () => {
	bench = await openBench();
	await addCustomer(bench.database, 'w1', 'c1', { stage: 'w1_s2', stageSince: bench.now });
});
afterEach(() => bench.close());

/** The rows of a conflict as its document publishes them, with the seq of now. */
const open = async (over: Partial<typeof conflict.$inferInsert> = {}) =>
	bench.database.insert(conflict).values({
		workspace: 'w1', seq: await bench.seq(), id: 'x1', customerId: 'c1', subjectType: 'customer', subjectId: 'c1', field: 'stage', choices: [], state: 'open', openedAt: bench.now, ...over,
	});
/** Settled by a publication that also holds the change it made, if any. */
const settle = async (change?: { from: string; to: string }) => {
	await bench.record(change ? stageChanged('w1', 'e9', 'c1', { data: { field: 'stage', ...change }, at: bench.now }) : { ...stageChanged('w1', 'e9', 'c1'), type: 'conflict.settled', data: { about: 'stage' } });
	await bench.database.update(conflict).set({ state: 'settled', seq: await bench.seq(), settledAt: bench.now });
};
const onStage = (over: { from?: string | null; to?: string | null } = {}) => definitionOf([waitFor(60)], { trigger: { type: 'stage-changed', params: { from: null, to: 'w1_s2', ...over } } });
const ended = async () => (await bench.runs()).map(({ playbookId, state }) => `${playbookId} ${state}`);

test('an event of the field waits, other events do not; chosen as it is, it happens once', async () => {
	await addPlaybook(bench.database, 'w1', 'p1', onStage());
	await addPlaybook(bench.database, 'w1', 'p2', definitionOf([waitFor(60)], { trigger: { type: 'customer-field-changed', params: { field: 'domain', from: null, to: null } } }));
	await bench.record(stageChanged('w1', 'e1', 'c1'));
	await bench.record(stageChanged('w1', 'e2', 'c1', { type: 'customer.field-changed', data: { field: 'domain', from: null, to: 'a.example' } }));
	await open();
	await bench.settle();
	expect(await ended()).toEqual(['p2 running']);
	expect(await bench.undrained()).toBe(1);
	await settle();
	await bench.settle();
	await bench.settle();
	expect((await ended()).sort()).toEqual(['p1 running', 'p2 running']);
	expect(await bench.undrained()).toBe(0);
});

test('the other value chosen: the first change is never acted on, the whole counts as one, from what was before', async () => {
	await addPlaybook(bench.database, 'w1', 'p1', onStage());
	await addPlaybook(bench.database, 'w1', 'p2', onStage({ from: 'w1_s1', to: 'w1_s3' }));
	await bench.record(stageChanged('w1', 'e1', 'c1'));
	await open();
	await bench.settle();
	await settle({ from: 'w1_s2', to: 'w1_s3' });
	await bench.settle();
	expect((await bench.runs()).map(({ playbookId, cause }) => [playbookId, (cause as { data?: unknown }).data])).toEqual([['p2', { field: 'stage', from: 'w1_s1', to: 'w1_s3' }]]);
	expect(await bench.undrained()).toBe(0);
});

test('decided back to what it was: nothing has changed, nothing happens', async () => {
	await addPlaybook(bench.database, 'w1', 'p1', onStage({ to: null }));
	await bench.record(stageChanged('w1', 'e1', 'c1'));
	await open();
	await settle({ from: 'w1_s2', to: 'w1_s1' });
	await bench.settle();
	expect([await bench.runs(), await bench.undrained()]).toEqual([[], 0]);
});

test('after the workspace’s time the value of then counts, once; another time limit counts at once', async () => {
	await addPlaybook(bench.database, 'w1', 'p1', onStage());
	await bench.record(stageChanged('w1', 'e1', 'c1'));
	await open();
	bench.now += 24 * hour - 1;
	await bench.settle();
	expect(await ended()).toEqual([]);
	bench.now += 1;
	await bench.settle();
	await bench.settle();
	expect(await ended()).toEqual(['p1 running']);
	await open({ id: 'x2', field: 'owner' });
	await addPlaybook(bench.database, 'w1', 'p3', definitionOf([], { trigger: { type: 'customer-field-changed', params: { field: 'owner', from: null, to: null } } }));
	await bench.record(stageChanged('w1', 'e3', 'c1', { type: 'customer.owner-changed', data: { field: 'owner', from: null, to: 'u1' } }));
	bench.now += 2 * hour;
	await bench.settle();
	expect(await bench.runs('p3')).toEqual([]);
	await bench.database.update(workspace).set({ conflictHours: 2 });
	await bench.settle();
	expect((await bench.runs('p3')).length).toBe(1);
});

test('custom fields wait when they hold money or dates, not when they hold a score; other customers never do', async () => {
	for (const [id, type] of [['f_worth', 'money'], ['f_score', 'score']] as const) {
		await bench.database.insert(field).values({ workspace: 'w1', seq: 1, id, subject: 'customer', name: id, type, position: 1, options: null });
		await addPlaybook(bench.database, 'w1', `p_${id}`, definitionOf([], { trigger: { type: 'customer-field-changed', params: { field: id, from: null, to: null } } }));
		await open({ id: `x_${id}`, field: id });
		for (const subject of ['c1', 'c2']) await bench.record(stageChanged('w1', `e_${id}_${subject}`, subject, { type: 'customer.field-changed', data: { field: id, from: 1, to: 2 } }));
	}
	await addCustomer(bench.database, 'w1', 'c2');
	await bench.settle();
	expect((await bench.runs()).map(({ playbookId, subjectId }) => `${playbookId} ${subjectId}`).sort()).toEqual(['p_f_score c1', 'p_f_score c2', 'p_f_worth c2']);
});

test('a playbook whose filters read the field waits with its event, and is judged by what was chosen', async () => {
	const isLive = { id: 'filters', kind: 'group' as const, mode: 'all' as const, items: [{ id: 'x', kind: 'clause' as const, field: 'customer.stage', operator: 'is' as const, value: 'w1_s3' }] };
	await addPlaybook(bench.database, 'w1', 'p1', definitionOf([waitFor(60)], { trigger: { type: 'customer-field-changed', params: { field: 'domain', from: null, to: null } }, filters: isLive }));
	await bench.record(stageChanged('w1', 'e1', 'c1', { type: 'customer.field-changed', data: { field: 'domain', from: null, to: 'a.example' } }));
	await open();
	await bench.settle();
	expect([await ended(), await bench.undrained()]).toEqual([[], 1]);
	await bench.database.update(customer).set({ stage: 'w1_s3' });
	await settle();
	await bench.settle();
	expect([await ended(), await bench.undrained()]).toEqual([['p1 running'], 0]);
});

const branch = (id: string, stage: string, steps: Step[]) => ({ id, name: id, steps, condition: { id, kind: 'group' as const, mode: 'all' as const, items: [{ id: `${id}_1`, kind: 'clause' as const, field: 'customer.stage', operator: 'is' as const, value: stage }] } });

test.each([
	['a split that reads it', [{ id: 'split', kind: 'split', isMerged: false, branches: [branch('two', 'w1_s2', [waitFor(1, 'two')]), branch('three', 'w1_s3', [waitFor(1, 'three')])] } as Step], 'three'],
	['a step that changes it', [changeStage('w1_s1')], 'change'],
	['a task for an owner in conflict', [taskFor(true)], 'task'],
] as const)('%s stays where it is until it is settled, and goes on at once then', async (_, steps, next) => {
	await addPlaybook(bench.database, 'w1', 'p1', definitionOf([...steps]));
	await open(next === 'task' ? { field: 'owner' } : {});
	await commit(bench.database, enrolRun(runOf('w1', 'r1', 'p1', 'c1'), { stepId: steps[0]!.id, dueAt: bench.now }));
	await bench.settle();
	expect((await bench.steps('r1')).map(({ stepId, state, dueAt }) => [stepId, state, dueAt])).toEqual([[steps[0]!.id, 'scheduled', bench.now + 24 * hour]]);
	expect(await bench.intents()).toEqual([]);
	await bench.database.update(customer).set({ stage: 'w1_s3' });
	bench.now += 1_000;
	await settle();
	await bench.settle();
	const after = await bench.steps('r1');
	expect(after.at(-1)!.stepId).toBe(next);
	expect(after[0]!.state !== 'scheduled' || (await bench.intents()).length > 0).toBe(true);
});

test('a stage that has lasted counts when it is decided', async () => {
	await addPlaybook(bench.database, 'w1', 'p1', definitionOf([], { trigger: { type: 'stage-unchanged', params: { stage: 'w1_s2', amount: 1, unit: 'days' } } }));
	await bench.database.update(customer).set({ stageSince: bench.now - 48 * hour });
	await open();
	await commit(bench.database, activationJobs({ workspace: 'w1', playbookId: 'p1', schedule: null, isLasting: true, now: bench.now }));
	await bench.settle();
	expect(await ended()).toEqual([]);
	bench.now += 24 * hour;
	await bench.settle();
	expect(await ended()).toEqual(['p1 completed']);
});

test('a schedule’s occurrence waits for the records whose filters nobody can judge yet; the others have theirs, and the next one comes in its time', async () => {
	const filters = { id: 'filters', kind: 'group' as const, mode: 'all' as const, items: [{ id: 'x', kind: 'clause' as const, field: 'customer.stage', operator: 'is' as const, value: 'w1_s2' }] };
	const trigger = { type: 'scheduled-recurring', params: { ...triggers['scheduled-recurring']!.initial() } };
	await addPlaybook(bench.database, 'w1', 'p1', definitionOf([], { trigger, filters, entry: { rule: 'after-end' } }));
	await addCustomer(bench.database, 'w1', 'c2', { stage: 'w1_s2' });
	await addCustomer(bench.database, 'w1', 'c3', { stage: 'w1_s3' });
	await open();
	await open({ id: 'x3', customerId: 'c3', subjectId: 'c3' });
	await commit(bench.database, activationJobs({ workspace: 'w1', playbookId: 'p1', schedule: { at: bench.now, key: 'the-first' }, isLasting: false, now: bench.now }));
	await bench.settle();
	expect((await bench.runs()).map(({ subjectId }) => subjectId)).toEqual(['c2']);
	const jobs = await bench.jobs();
	expect(jobs.map(({ payload }) => (payload as { only?: string[] }).only ?? null).sort()).toEqual([['c1', 'c3'], null].sort());
	// One is settled, as it is; the other isn't yet.
	await bench.database.update(conflict).set({ state: 'settled', settledAt: bench.now }).where(eq(conflict.id, 'x1'));
	bench.now += hour;
	await bench.settle();
	expect((await bench.runs()).map(({ subjectId, cause }) => [subjectId, (cause as { occurrence?: string }).occurrence]).sort()).toEqual([['c1', 'the-first'], ['c2', 'the-first']]);
	// The other by time, and its value of then isn't what the filter asks for.
	for (let n = 0; n < 24; n++) {
		bench.now += hour;
		await bench.settle();
	}
	expect((await bench.jobs()).filter(({ payload }) => (payload as { only?: string[] } | null)?.only)).toEqual([]);
	expect((await bench.runs()).filter(({ subjectId }) => subjectId === 'c3')).toEqual([]);
});
