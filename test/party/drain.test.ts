import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { eq } from 'drizzle-orm';
import { activationJobs } from '#db/jobs.ts';
import { activation, customer, interaction, run } from '#db/schema/index.ts';
import { readRefusals } from '#db/refusals.ts';
import { commit } from '#db/statement.ts';
import { triggers } from '#domain/triggers/index.ts';
import { drain } from '#party/drain.ts';
import { truthOf } from '#party/engine.ts';
import { addCustomer, addPlaybook, definitionOf, stageChanged } from '../db/engine-book.ts';
import { openBench, taskFor, waitFor, type Bench } from './bench.ts';

let bench: Bench;
let count = 0;
const later = () => bench.now + 25_000;
const stages = { type: 'stage-changed', params: { from: null, to: 'w1_s2' } };
const isLive = { id: 'filters', kind: 'group' as const, mode: 'all' as const, items: [{ id: 'x', kind: 'clause' as const, field: 'customer.stage', operator: 'is' as const, value: 'w1_s2' }] };

beforeAll(async () => {
	bench = await openBench();
	await addPlaybook(bench.database, 'w1', 'p1', definitionOf([waitFor(60)], { trigger: stages, filters: isLive }));
});
afterAll(() => bench.close());
beforeEach(async () => {
	count += 1;
	await addCustomer(bench.database, 'w1', `c${count}`, { stage: 'w1_s2', stageSince: bench.now });
});
const changed = (over = {}) => stageChanged('w1', `e${count}`, `c${count}`, over);
const refusals = () => readRefusals(bench.database, 'w1', { playbookId: 'p1', subjectId: `c${count}` });
const runsOf = async () => (await bench.runs()).filter((one) => one.subjectId === `c${count}`);

test('R4 R14 an event makes one run with its first job, and is seen, in one batch', async () => {
	await bench.record(changed());
	expect(await drain(bench.engine, later())).toBe(1);
	const [entered] = await runsOf();
	expect(entered).toMatchObject({ playbookId: 'p1', state: 'running', nextStepId: 'wait', nextDueAt: bench.now + 3_600_000, seq: await bench.seq() });
	expect(entered!.cause).toMatchObject({ by: 'event', eventId: 'e1', filters: { holds: true } });
	expect((await bench.jobs()).filter((one) => one.runId === entered!.id).map((one) => one.dueAt)).toEqual([bench.now + 3_600_000]);
	expect(await bench.undrained()).toBe(0);
	expect(await drain(bench.engine, later())).toBe(0);
});

test('PB4 deactivated between reading the playbooks and writing, it takes nobody in any more: the event is read again', async () => {
	await bench.record(changed());
	const { batch } = bench.database.$client;
	const set = (state: 'active' | 'inactive') => bench.database.update(activation).set({ state }).where(eq(activation.id, 'p1'));
	let isOff = false;
	bench.database.$client.batch = (async (statements: { sql: string }[], mode: 'write') => {
		if (!isOff && mode === 'write' && statements.some(({ sql }) => sql.startsWith('INSERT INTO run '))) {
			isOff = true;
			await set('inactive');
		}
		return batch.call(bench.database.$client, statements, mode);
	}) as typeof batch;
	await drain(bench.engine, later());
	bench.database.$client.batch = batch;
	expect([isOff, await runsOf(), await bench.undrained()]).toEqual([true, [], 0]);
	await set('active');
	expect(await drain(bench.engine, later())).toBe(0);
});

test('two drains at once enter a record once', async () => {
	await bench.record(changed());
	await Promise.all([drain(bench.engine, later()), drain(bench.engine, later()), drain(bench.engine, later())]);
	expect((await runsOf()).length).toBe(1);
});

test('BE6 a record whose filters don’t hold, or that is gone, stays out, and what was seen is kept', async () => {
	await bench.database.update(customer).set({ stage: 'w1_s1' }).where(eq(customer.id, `c${count}`));
	await bench.record(changed());
	await bench.record(changed({ id: `gone${count}`, subjectId: 'nobody', customerId: 'nobody' }));
	await drain(bench.engine, later());
	expect(await runsOf()).toEqual([]);
	expect(await bench.undrained()).toBe(0);
	expect(await refusals()).toMatchObject([{ code: 'filters', version: 1, at: bench.now, times: 1, cause: { by: 'event', eventId: `e${count}` }, filters: { holds: false, items: [{ saw: 'w1_s1', holds: false }] }, parent: null }]);
});

test('R19 an event that the playbook itself caused does not start it again', async () => {
	await bench.record(changed({ cause: { runId: 'r', rootRunId: 'r', depth: 1, lineage: [`p1:c${count}`] } }));
	await drain(bench.engine, later());
	expect(await runsOf()).toEqual([]);
	expect(await readRefusals(bench.database, 'w1', { parentRunId: 'r' })).toMatchObject([{ code: 'lineage', subjectId: `c${count}`, parent: { lineage: [`p1:c${count}`] } }]);
	expect((await readRefusals(bench.database, 'w1', { playbookId: 'p1', isLimit: true })).map(({ subjectId }) => subjectId)).toEqual([`c${count}`]);
});

test('R5 when the answer to the batch is lost, it is read back, and nothing happens twice', async () => {
	let isCut = false;
	const second = await openBench({}, {
		fetch: async (...args) => {
			const isEntry = (await bodyOf(args)).includes('INSERT INTO run');
			const answer = await fetch(...args);
			if (!isCut && isEntry) {
				isCut = true;
				throw new TypeError('fetch failed: the connection was cut after the request');
			}
			return answer;
		},
	});
	await addPlaybook(second.database, 'w1', 'p1', definitionOf([waitFor(60)], { trigger: stages, filters: isLive }));
	await addCustomer(second.database, 'w1', `c${count}`, { stage: 'w1_s2' });
	await second.record(changed());
	expect(await drain(second.engine, second.now + 25_000)).toBe(1);
	expect(isCut).toBe(true);
	expect((await second.runs()).length).toBe(1);
	expect((await second.jobs()).length).toBe(1);
	await second.close();
});

test('R21 a wait until a date looks again when the date has moved', async () => {
	const day = 86_400_000;
	await addPlaybook(bench.database, 'w1', 'p2', definitionOf([{ id: 'until', kind: 'wait', params: { mode: 'until', field: 'customer.renewalAt', time: '09:00' } }, taskFor(false)], { trigger: { type: 'stage-changed', params: { from: null, to: null } } }));
	await bench.database.update(customer).set({ renewalAt: bench.now + 10 * day, stage: 'w1_s1' }).where(eq(customer.id, `c${count}`));
	await bench.record(changed());
	await bench.settle();
	const [waiting] = await runsOf();
	const before = waiting!.nextDueAt!;
	expect(before).toBeGreaterThan(bench.now + 8 * day);
	await bench.database.update(customer).set({ renewalAt: bench.now + 3 * day }).where(eq(customer.id, `c${count}`));
	await bench.record({ ...changed({ id: `moved${count}` }), type: 'agreement.changed' });
	await bench.settle();
	expect((await runsOf())[0]!.nextDueAt).toBe(before - 7 * day);
	expect((await bench.jobs()).find((one) => one.runId === waiting!.id)).toMatchObject({ dueAt: before - 7 * day, attempt: 0, token: null });
	await bench.database.update(run).set({ state: 'stopped' }).where(eq(run.playbookId, 'p2'));
});

test('a schedule enters all that match, once for each occurrence, and is armed for the next in the same commit (R14, R22)', async () => {
	const trigger = { type: 'scheduled-recurring', params: triggers['scheduled-recurring']!.initial() };
	await addPlaybook(bench.database, 'w1', 'p3', definitionOf([waitFor(60)], { trigger }));
	await commit(bench.database, activationJobs({ workspace: 'w1', playbookId: 'p3', schedule: { at: bench.now, key: 'occurrence-1' }, isLasting: false, now: bench.now }));
	await bench.settle();
	const entered = await bench.runs('p3');
	expect(entered.length).toBe(count);
	expect(entered.every((one) => one.dedupKey.includes('occurrence-1'))).toBe(true);
	const [armed] = (await bench.jobs()).filter((one) => one.playbookId === 'p3');
	expect(armed!.dueAt).toBeGreaterThan(bench.now);
	expect(armed).toMatchObject({ token: null, attempt: 0 });
});

test('a sweep enters a record when its stage has lasted, once, and is armed for the next that will have', async () => {
	const day = 86_400_000;
	await addPlaybook(bench.database, 'w1', 'p4', definitionOf([], { trigger: { type: 'stage-unchanged', params: { stage: 'w1_s2', amount: 10, unit: 'days' } } }));
	await bench.database.update(customer).set({ stageSince: bench.now - 2 * day });
	await bench.database.update(customer).set({ stage: 'w1_s2', stageSince: bench.now - 40 * day }).where(eq(customer.id, 'c1'));
	await bench.database.update(customer).set({ stage: 'w1_s2', stageSince: bench.now - 10 * day + 600_000 }).where(eq(customer.id, 'c2'));
	await commit(bench.database, activationJobs({ workspace: 'w1', playbookId: 'p4', schedule: null, isLasting: true, now: bench.now }));
	await bench.settle();
	expect((await bench.runs('p4')).map((one) => [one.subjectId, one.state])).toEqual([['c1', 'completed']]);
	expect((await bench.jobs()).find((one) => one.playbookId === 'p4')!.dueAt).toBe(bench.now + 600_000);
	bench.now += 600_000;
	await bench.settle();
	expect((await bench.runs('p4')).map((one) => one.subjectId)).toEqual(['c1', 'c2']);
	bench.now += 3_600_000;
	const before = await bench.seq();
	await bench.settle();
	expect((await bench.runs('p4')).length).toBe(2);
	expect((await bench.jobs()).find((one) => one.playbookId === 'p4')!.dueAt).toBe(bench.now + 3_600_000);
	expect((await bench.runs('p4')).every((one) => one.seq <= before)).toBe(true);
});

test('interactions count as the last touch', async () => {
	await bench.database.insert(interaction).values({ workspace: 'w1', seq: 1, id: `i${count}`, customerId: `c${count}`, type: 'call', direction: 'in', title: '', body: '', at: 77 });
	expect((await truthOf(bench.engine, `c${count}`)).one!.lastTouchAt).toBe(77);
});

const bodyOf = async (args: Parameters<typeof fetch>): Promise<string> => (args[0] instanceof Request ? await args[0].clone().text() : String(args[1]?.body ?? ''));
