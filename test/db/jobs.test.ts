import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eq, sql } from 'drizzle-orm';
import { archiveAfterMs } from '../../db/archive.ts';
import { databaseNow } from '../../db/clock.ts';
import { insertEvent } from '../../db/events.ts';
import { readGlance } from '../../db/glance.ts';
import { activationJobs, assertHeld, claimJobs, deactivationJobs, deleteJob, insertStepJob, isQuarantined, leaseMs, releaseJob, releaseJobs } from '../../db/jobs.ts';
import { enrolRun } from '../../db/entries.ts';
import { noteLateness } from '../../db/lateness.ts';
import { activation, job, run, workspace } from '../../db/schema/index.ts';
import { commit, isGuardLost, statement } from '../../db/statement.ts';
import { addPlaybook, definitionOf, openBook, runOf, type Book } from './engine-book.ts';

let book: Book;
const faults = { losesAnswer: false };
const claim = (token: string, now: number, limit = 10) => claimJobs(book.database, { workspace: 'w1', shard: 0, token, now, limit });
const jobs = () => book.database.select().from(job);

beforeAll(async () => {
	book = await openBook({
		fetch: async (...args) => {
			const answer = await fetch(...args);
			if (!faults.losesAnswer) return answer;
			faults.losesAnswer = false;
			throw new TypeError('the connection was cut after the request');
		},
	});
	await addPlaybook(book.database, 'w1', 'p1', definitionOf([]));
	await commit(
		book.database,
		['r1', 'r2', 'r3'].flatMap((id, i) => enrolRun(runOf('w1', id, 'p1', `c${i}`), { stepId: 's1', dueAt: 1_000 + i })),
	);
});
afterAll(() => book.close());

describe('claiming (R5, R7, R15, R17, R20)', () => {
	test('R20 the clock is the database’s', async () => {
		expect(Math.abs((await databaseNow(book.database)) - Date.now())).toBeLessThan(5_000);
	});

	test('R1 R7 only what is due is claimed, in the order of its time, and only once', async () => {
		expect((await readGlance(book.database, 'w1', 0)).next).toEqual({ at: 1_000, dueAt: 1_000 });
		expect((await claim('t1', 1_001)).map((one) => one.runId)).toEqual(['r1', 'r2']);
		expect(await claim('t2', 1_001)).toEqual([]);
		expect((await claim('t3', 1_002)).map((one) => one.runId)).toEqual(['r3']);
	});

	test('R7 an expired lease is claimed by the same statement, and counts as a crash', async () => {
		expect(await claim('t4', 1_001 + leaseMs - 1)).toEqual([]);
		const again = await claim('t5', 1_001 + leaseMs);
		expect(again.map((one) => [one.runId, one.attempt, one.crashes])).toEqual([
			['r1', 2, 1],
			['r2', 2, 1],
		]);
	});

	test('R6 a worker that lost its lease can’t commit', async () => {
		const [kept] = await claim('t6', 500_000, 1);
		const [taken] = await claim('t7', 500_000 + leaseMs, 10).then((all) => all.filter((one) => one.id === kept!.id));
		await expect(commit(book.database, [assertHeld(kept!), deleteJob(kept!.id)])).rejects.toSatisfy(isGuardLost);
		expect((await jobs()).length).toBe(3);
		await commit(book.database, [assertHeld(taken!), releaseJob(taken!, 900_000, true)]);
	});

	test('R8 a job of an older epoch can’t commit', async () => {
		const [held] = await claim('t8', 2_000_000, 1);
		await book.database.update(run).set({ epoch: 2 }).where(eq(run.id, held!.runId!));
		await expect(commit(book.database, [assertHeld(held!)])).rejects.toSatisfy(isGuardLost);
		await book.database.update(run).set({ epoch: 1 }).where(eq(run.id, held!.runId!));
	});

	test('R15 the third expired lease quarantines a job: a step’s is handed out until its run says so, a timer’s once more and never again', async () => {
		await commit(book.database, activationJobs({ workspace: 'w1', playbookId: 'timed', schedule: { at: 3_000_000, key: 'first' }, isLasting: false, now: 0 }));
		await book.database.update(job).set({ token: null, crashes: 0, quarantinedAt: null, visibleAt: 3_000_000 });
		let at = 3_000_000;
		for (const token of ['q0', 'q1', 'q2']) {
			expect((await claim(token, at)).some(isQuarantined)).toBe(false);
			at += leaseMs;
		}
		const third = await claim('q3', at);
		expect(third.every(isQuarantined)).toBe(true);
		expect(third.map((one) => [one.kind, one.quarantinedAt]).sort()).toEqual([['schedule', at], ['step', null], ['step', null], ['step', null]]);
		// Who was to say so died as well, or the store went away under it: nothing is forgotten.
		const again = await claim('q4', at + 10 * leaseMs);
		expect(again.map((one) => [one.kind, isQuarantined(one)])).toEqual([['step', true], ['step', true], ['step', true]]);
		await commit(book.database, [releaseJob(again[0]!, at + 11 * leaseMs, false)]);
		expect((await claim('q5', at + 11 * leaseMs)).some((one) => one.id === again[0]!.id && isQuarantined(one))).toBe(true);
		await commit(book.database, deactivationJobs('timed'));
		await book.database.update(job).set({ token: null, crashes: 0, quarantinedAt: null, visibleAt: 5_000_000 });
	});

	test('R20 what is given back comes at its time by the clock that claims, whatever this machine’s says; the attempt is taken back', async () => {
		const held = await claim('g1', 5_000_000, 2);
		await commit(book.database, [releaseJobs(held[0]!.token!, held, { now: null, afterMs: 2_000 })]);
		const theirs = await databaseNow(book.database);
		const back = (await jobs()).filter(({ id }) => held.some((one) => one.id === id));
		expect(back.map(({ token, attempt }) => [token, attempt])).toEqual(held.map(({ attempt }) => [null, attempt - 1]));
		for (const { visibleAt } of back) expect(Math.abs(visibleAt - theirs - 2_000)).toBeLessThan(30_000);
		// A later worker's jobs are not touched by one that is late with giving back.
		await book.database.update(job).set({ visibleAt: 5_000_000 });
		const [again] = await claim('g2', 5_000_000, 1);
		await commit(book.database, [releaseJobs(held[0]!.token!, held, { now: 5_000_000, afterMs: 0 })]);
		expect((await jobs()).find(({ id }) => id === again!.id)).toMatchObject({ token: 'g2', visibleAt: 5_000_000 + leaseMs });
		await book.database.update(job).set({ token: null, crashes: 0, quarantinedAt: null, visibleAt: 5_000_000 });
	});

	test('R17 a paused workspace, playbook or run keeps its jobs as they are, and none is claimed', async () => {
		for (const [pause, resume] of [
			[() => book.database.update(workspace).set({ isPaused: true }), () => book.database.update(workspace).set({ isPaused: false })],
			[() => book.database.update(activation).set({ state: 'paused' }), () => book.database.update(activation).set({ state: 'active' })],
			[() => book.database.update(run).set({ state: 'paused' }), () => book.database.update(run).set({ state: 'running' })],
		] as const) {
			await pause();
			expect(await claim('p', 6_000_000)).toEqual([]);
			expect((await readGlance(book.database, 'w1', 0)).next).toBeNull();
			await resume();
			expect((await readGlance(book.database, 'w1', 0)).next?.at).toBe(5_000_000);
		}
	});

	test('R5 when the answer to a claim is lost, what was claimed is read back by its token', async () => {
		faults.losesAnswer = true;
		expect((await claim('lost', 7_000_000)).map((one) => one.runId)).toEqual(['r1', 'r2', 'r3']);
		expect((await jobs()).every((one) => one.token === 'lost' && one.attempt > 0)).toBe(true);
	});

	test('a claim reads the index of due jobs, however many wait', async () => {
		const plan = await book.database.all<{ detail: string }>(
			sql`EXPLAIN QUERY PLAN SELECT id FROM job WHERE workspace = 'w1' AND shard = 0 AND visible_at <= 1 AND quarantined_at IS NULL ORDER BY visible_at LIMIT 5`,
		);
		expect(plan.map((line) => line.detail).join()).toContain('job_due');
	});
});

describe('timed and lasting playbooks', () => {
	test('activation makes one schedule and one sweep; activating again starts them anew', async () => {
		const arm = () => commit(book.database, activationJobs({ workspace: 'w2', playbookId: 'p9', schedule: { at: 10, key: '2026-01-01' }, isLasting: true, now: 5 }));
		await arm();
		await arm();
		const made = (await jobs()).filter((one) => one.playbookId === 'p9');
		expect(made.map((one) => [one.kind, one.dueAt, one.payload])).toEqual([
			['schedule', 10, { key: '2026-01-01' }],
			['sweep', 5, null],
		]);
	});

	test('a step has one job at most', async () => {
		const before = (await jobs()).length;
		await commit(book.database, [insertStepJob({ workspace: 'w1', runId: 'r1', number: 1, dueAt: 1, epoch: 1 })]);
		expect((await jobs()).length).toBe(before);
	});
});

describe('a glance at what there is to do (R1, R20, R24)', () => {
	const glance = (now: number) => readGlance(book.database, 'w1', 0, now);

	test('the job that is claimed next, and when it was due; one that is claimed counts by the end of its lease', async () => {
		await book.database.delete(job);
		expect((await glance(8_000_000)).next).toBeNull();
		await commit(book.database, [insertStepJob({ workspace: 'w1', runId: 'r1', number: 9, dueAt: 7_000_000, epoch: 1 })]);
		expect(await glance(8_000_000)).toMatchObject({ now: 8_000_000, next: { at: 7_000_000, dueAt: 7_000_000 } });
		await claim('working', 8_000_000);
		expect((await glance(8_000_000)).next).toEqual({ at: 8_000_000 + leaseMs, dueAt: 7_000_000 });
	});

	test('events, incidents and finished runs, once there are any', async () => {
		expect(await glance(8_000_000)).toMatchObject({ hasEvents: false, hasOverdueConflicts: false, hasIncidents: false, hasFinished: false });
		await commit(book.database, [
			insertEvent('w1', { id: 'e1', type: 'task.created', subjectType: 'task', subjectId: 't1', customerId: null, at: 1, actor: { kind: 'system', id: 'test' }, cause: null, data: {} }),
			noteLateness('w1', [{ minute: 133, bucket: 13, count: 1, worst: 31_000 }]),
			statement(`UPDATE run SET state = 'completed', ended_at = 1 WHERE id = 'r2'`),
		]);
		expect(await glance(8_000_000)).toMatchObject({ hasEvents: true, hasIncidents: true, hasFinished: false });
		expect(await glance(8_000_000 + archiveAfterMs)).toMatchObject({ hasIncidents: false, hasFinished: true });
	});
});
