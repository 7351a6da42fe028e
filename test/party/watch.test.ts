/** Incidents and their alerts (R15, R24), under a clock of the test's own, to a receiver that speaks Standard Webhooks. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { incident, job, workspace } from '#db/schema/index.ts';
import { readPage } from '#db/sync.ts';
import { leaseMs, activationJobs } from '#db/jobs.ts';
import { closeIncident, quarantinedStep, retryTimers } from '#db/incidents.ts';
import { noteLateness } from '#db/lateness.ts';
import { enrolRun } from '#db/entries.ts';
import { bumpSeq, commit } from '#db/statement.ts';
import { bucketOf } from '#domain/engine/lateness.ts';
import type { Trace } from '#party/trace.ts';
import { watch } from '#party/watch.ts';
import { work } from '#party/work.ts';
import { startReceiver, type Receiver } from '../providers/receiver.ts';
import { addCustomer, addPlaybook, definitionOf, orderNow, runOf } from '../db/engine-book.ts';
import { openBench, taskFor, type Bench } from './bench.ts';

const secret = `whsec_${Buffer.from('a secret of thirty-two bytes, ok').toString('base64')}`;
let bench: Bench;
let receiver: Receiver;
let traced: Trace[];
beforeEach(async () => {
	[bench, receiver] = await Promise.all([openBench(), startReceiver()]);
	traced = [];
	bench.engine.trace = (one) => void traced.push(one);
	await bench.database.update(workspace).set({ alertUrl: `${receiver.url}/alerts`, webhookSecret: secret });
	await addCustomer(bench.database, 'w1', 'c1');
	await addPlaybook(bench.database, 'w1', 'p1', definitionOf([taskFor(false)]));
});
afterEach(() => Promise.all([bench.close(), receiver.close()]));

const late = (ms: number, count = 1) => commit(bench.database, [noteLateness('w1', [{ minute: Math.floor(bench.now / 60_000), bucket: bucketOf(ms), count, worst: ms }])]);
const incidents = () => bench.database.select().from(incident).orderBy(incident.openedAt);
/** Each job that is quarantined, or was. */
const jobsAside = async () => (await incidents()).filter(({ kind }) => kind === 'quarantined-job');
/** What they are told of by: an incident for each cause. */
const causes = async () => (await incidents()).filter(({ kind }) => kind === 'quarantine');
/** What the room does at each look: it watches, then works what that left. */
const look = async () => {
	const isNews = await watch(bench.engine);
	await work(bench.engine, bench.now + 25_000);
	return isNews;
};
const received = () => receiver.seen.map(({ body }) => JSON.parse(body));

describe('lateness (R24)', () => {
	test('p99 beyond 30 s opens one incident, told once, signed; five minutes without closes it, told once', async () => {
		await late(20_000, 300);
		expect(await look()).toBe(false);
		await late(40_000, 20);
		expect(await look()).toBe(true);
		expect(await look()).toBe(false);
		bench.now += 60_000;
		expect(await look()).toBe(false);
		const [opened] = await incidents();
		expect(opened).toMatchObject({ kind: 'lateness', ref: '', openedAt: bench.now - 60_000, closedAt: null, told: 1, detail: { count: 320, p50: 20_000, p99: 40_000, worst: 40_000, bound: 30_000 } });
		expect(received()).toEqual([{ type: 'incident.opened', timestamp: new Date(opened!.openedAt).toISOString(), data: { id: opened!.id, kind: 'lateness', workspace: { id: 'w1', name: 'Northwind' }, openedAt: opened!.openedAt, closedAt: null, ...opened!.detail } }]);
		expect(() => receiver.verify(0, secret)).not.toThrow();
		bench.now += 5 * 60_000;
		expect(await look()).toBe(true);
		expect(await look()).toBe(false);
		expect(received().map(({ type, data }) => [type, data.id, data.closedAt])).toEqual([['incident.opened', opened!.id, null], ['incident.closed', opened!.id, bench.now]]);
		expect(new Set(receiver.seen.map(({ headers }) => headers['webhook-id'])).size).toBe(2);
		expect(await bench.jobs()).toEqual([]);
		expect(traced.flatMap((one) => (one.event.startsWith('incident') ? [[one.event, 'incident' in one && one.incident]] : []))).toEqual([['incident-opened', opened!.id], ['incident-closed', opened!.id]]);
		// The next time is another incident.
		await late(90_000);
		expect(await look()).toBe(true);
		expect(await incidents()).toHaveLength(2);
	});

	test('R5 R11 R16: an alert that isn’t taken is tried again later, under the same key and with the same bytes; a worker that dies over it loses nothing', async () => {
		await late(40_000);
		receiver.replies.push({ status: 503 }, { status: 200 });
		await look();
		expect(receiver.seen).toHaveLength(1);
		expect((await bench.jobs())[0]).toMatchObject({ kind: 'alert', token: null, attempt: 1 });
		bench.now += 10_000;
		// Another worker takes it and dies.
		await bench.database.update(job).set({ token: 'dead', visibleAt: bench.now + leaseMs });
		await look();
		expect(receiver.seen).toHaveLength(1);
		bench.now += leaseMs;
		await look();
		expect(receiver.seen).toHaveLength(2);
		expect(receiver.seen[1]!.body).toBe(receiver.seen[0]!.body);
		expect(receiver.seen[1]!.headers['webhook-id']).toBe(receiver.seen[0]!.headers['webhook-id']);
		expect((await bench.intents()).map(({ state }) => state)).toEqual(['done']);
		expect(await bench.jobs()).toEqual([]);
	});

	test('without an address nothing is sent, and nothing old is told once there is one', async () => {
		await bench.database.update(workspace).set({ alertUrl: null });
		await late(40_000);
		expect(await look()).toBe(true);
		await bench.database.update(workspace).set({ alertUrl: receiver.url });
		bench.now += 6 * 60_000;
		expect(await look()).toBe(true);
		expect(received().map(({ type }) => type)).toEqual(['incident.closed']);
	});
});

describe('quarantine (R15)', () => {
	const thriceDead = () => bench.database.update(job).set({ token: 'dead', crashes: 2, attempt: 2, visibleAt: bench.now });

	test('a step that was the end of three workers opens an incident in the batch that stops its run, and a retry closes it', async () => {
		await commit(bench.database, [bumpSeq('w1'), ...enrolRun(runOf('w1', 'r1', 'p1', 'c1'), { stepId: 'task', dueAt: bench.now })]);
		await thriceDead();
		await work(bench.engine, bench.now + 25_000);
		expect(await jobsAside()).toMatchObject([{ ref: 'r1:1', detail: { runId: 'r1', number: 1, stepId: 'task', playbookId: 'p1', customerId: 'c1', cause: 'p1:task' } }]);
		expect(await causes()).toMatchObject([{ ref: 'p1:task', told: 0, detail: { playbookId: 'p1', stepId: 'task', count: 1 } }]);
		expect(traced.map(({ event }) => event)).toEqual(['claimed', 'quarantined', 'committed']);
		await look();
		expect(received()).toMatchObject([{ type: 'incident.opened', data: { kind: 'quarantine', playbookId: 'p1', stepId: 'task', count: 1 } }]);
		await orderNow(bench.database, { workspace: 'w1', runId: 'r1', by: 'u1', reason: 'by-hand', now: bench.now }, { kind: 'retry' });
		expect(await look()).toBe(true);
		await look();
		expect(await incidents()).toMatchObject([{ closedAt: bench.now, told: 2 }, { closedAt: bench.now, told: 2 }]);
		expect(received().map(({ type }) => type)).toEqual(['incident.opened', 'incident.closed']);
		expect((await bench.tasks()).length).toBe(1);
	});

	test('many jobs of one step are one incident, which counts them: told once when it opens and once when none is left; the next is another', async () => {
		const enter = async (...ids: string[]) => {
			for (const id of ids) {
				await addCustomer(bench.database, 'w1', `c-${id}`);
				await commit(bench.database, [bumpSeq('w1'), ...enrolRun(runOf('w1', id, 'p1', `c-${id}`), { stepId: 'task', dueAt: bench.now })]);
			}
			await thriceDead();
			await work(bench.engine, bench.now + 25_000);
		};
		const retry = (runId: string) => orderNow(bench.database, { workspace: 'w1', runId, by: 'u1', reason: 'by-hand', now: bench.now }, { kind: 'retry' });
		const twice = async () => [await look(), await look()];
		await enter('r1', 'r2', 'r3', 'r4');
		await twice();
		await enter('r5');
		await twice();
		expect(await causes()).toMatchObject([{ closedAt: null, told: 1, detail: { count: 5 } }]);
		expect((await jobsAside()).filter(({ closedAt }) => closedAt === null)).toHaveLength(5);
		expect(received().map(({ type, data }) => [type, data.count])).toEqual([['incident.opened', 4]]);
		for (const id of ['r1', 'r2', 'r3', 'r4']) await retry(id);
		await twice();
		expect((await jobsAside()).filter(({ closedAt }) => closedAt === null).map(({ ref }) => ref)).toEqual(['r5:1']);
		expect(await causes()).toMatchObject([{ closedAt: null }]);
		await retry('r5');
		await twice();
		expect(received().map(({ type, data }) => [type, data.count])).toEqual([['incident.opened', 4], ['incident.closed', 5]]);
		bench.now += 1_000;
		await enter('r6');
		await twice();
		expect((await causes()).map(({ closedAt, detail }) => [closedAt === null, detail.count])).toEqual([[false, 5], [true, 1]]);
		expect(received().map(({ type, data }) => [type, data.count])).toEqual([['incident.opened', 4], ['incident.closed', 5], ['incident.opened', 1]]);
	});

	test('an incident isn’t over while a job is put aside as it closes', async () => {
		const about = { workspace: 'w1', runId: 'r9', number: 1, stepId: 'task', playbookId: 'p1', customerId: 'c1', now: bench.now };
		await commit(bench.database, [bumpSeq('w1'), ...quarantinedStep(about)]);
		const [cause] = await causes();
		await commit(bench.database, [bumpSeq('w1'), closeIncident('w1', cause!.id, bench.now)]);
		expect(await causes()).toMatchObject([{ closedAt: null }]);
		// Said again by a batch whose answer was lost, it counts once (R5).
		await commit(bench.database, [bumpSeq('w1'), ...quarantinedStep(about)]);
		expect(await causes()).toMatchObject([{ detail: { count: 1 } }]);
	});

	test('a timer that was the end of three workers opens one, and goes on when an administrator lets it', async () => {
		await commit(bench.database, activationJobs({ workspace: 'w1', playbookId: 'p1', schedule: null, isLasting: true, now: bench.now }));
		await thriceDead();
		await work(bench.engine, bench.now + 25_000);
		await look();
		await look();
		expect(await jobsAside()).toMatchObject([{ detail: { timer: 'sweep', playbookId: 'p1', cause: 'timer:p1' }, closedAt: null }]);
		expect(await causes()).toMatchObject([{ detail: { timer: 'sweep', playbookId: 'p1', count: 1 }, closedAt: null, told: 1 }]);
		await commit(bench.database, retryTimers('w1', 'p1', bench.now));
		await expect(commit(bench.database, retryTimers('w1', 'p1', bench.now))).rejects.toThrow('malformed JSON');
		await look();
		await look();
		expect(await incidents()).toMatchObject([{ closedAt: bench.now, told: 2 }, { closedAt: bench.now, told: 2 }]);
		expect(received()).toHaveLength(2);
	});
});

test('incidents are on administrators’ devices only', async () => {
	await late(40_000);
	await watch(bench.engine);
	const kinds = async (role: 'administrator' | 'csm') => (await readPage(bench.database, { workspaceId: 'w1', userId: 'u1', role, email: 'u1@northwind.test' }, 'begin', 100)).rows.map(({ kind }) => kind);
	expect(await kinds('administrator')).toContain('incident');
	expect(await kinds('csm')).not.toContain('incident');
});
