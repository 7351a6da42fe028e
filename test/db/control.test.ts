import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eq } from 'drizzle-orm';
import { orderRun } from '../../db/control.ts';
import { assertHeld, claimJobs } from '../../db/jobs.ts';
import { changeRun, readRun, runEvents } from '../../db/runs.ts';
import { job, run, step } from '../../db/schema/index.ts';
import { commit, isGuardLost, type Statement } from '../../db/statement.ts';
import { changeStep, readStep } from '../../db/steps.ts';
import { readTask } from '../../db/tasks.ts';
import { endWaits, insertWait } from '../../db/waits.ts';
import { addPlaybook, definitionOf, openBook, orderNow, type Book } from './engine-book.ts';
import { runsOn } from './waiting-run.ts';

let book: Book;
const { enrol, waiting, complete, jobsOf } = runsOn(() => book);
const control = (runId: string) => ({ workspace: 'w1', runId, by: 'u1', reason: 'because', now: 9_000 });

beforeAll(async () => {
	book = await openBook();
	await addPlaybook(book.database, 'w1', 'p1', definitionOf([{ id: 's1', kind: 'stop' }, { id: 'wait', kind: 'wait', params: { mode: 'for', amount: 1, unit: 'minutes' } }]));
});
afterAll(() => book.close());

describe('control (R8, R10): stop, retry, skip', () => {
	test('R8 stop ends the run at a new epoch, with its job, its waiting step and the task it waited for', async () => {
		await waiting('s1');
		expect(await orderNow(book.database, control('s1'), { kind: 'stop' })).toBeNull();
		expect(await readRun(book.database, 's1')).toMatchObject({ state: 'stopped', epoch: 2, endedAt: 9_000 });
		expect((await readStep(book.database, 's1', 1))!.state).toBe('cancelled');
		expect((await readTask(book.database, 'task_s1'))!.state).toBe('cancelled');
		expect((await runEvents(book.database, 's1')).map((one) => [one.n, one.type, one.data])).toEqual([[1, 'stopped', { by: 'u1', reason: 'because', stepId: 's1' }]]);
		expect(await orderNow(book.database, control('s1'), { kind: 'stop' })).toBe('already-ended');
	});

	test('ending what a run waits for reads its own waits, however many others wait', async () => {
		for (const { sql, args } of endWaits('w1', 's1', 9_000)) {
			const { rows } = await book.database.$client.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args });
			const plan = rows.map(({ detail }) => String(detail)).join('; ');
			expect(plan).not.toMatch(/SCAN|wait_token_ref/);
		}
	});

	test('R10 retry makes a new step number for the failed step, and keeps the failed one', async () => {
		await enrol('s2', 'b');
		await commit(book.database, [
			changeStep({ workspace: 'w1', runId: 's2', number: 1, state: 'failed', now: 6_000, attempts: 1, error: 'no address' }),
			changeRun({ workspace: 'w1', runId: 's2', state: 'failed', next: null, now: 6_000 }),
		]);
		expect(await orderNow(book.database, { ...control('s2'), workspace: 'other' }, { kind: 'retry' })).toBe('no-such-run');
		await orderNow(book.database, control('s2'), { kind: 'retry' });
		const steps = await book.database.select().from(step).where(eq(step.runId, 's2')).orderBy(step.number);
		expect(steps.map((one) => [one.number, one.stepId, one.state, one.error])).toEqual([
			[1, 's1', 'failed', 'no address'],
			[2, 's1', 'scheduled', null],
		]);
		expect((await jobsOf('s2')).map((one) => [one.number, one.epoch, one.dueAt])).toEqual([[2, 2, 9_000]]);
		expect(await readRun(book.database, 's2')).toMatchObject({ state: 'running', epoch: 2, hasErrors: false });
	});

	test('skipping a failed step goes on with errors (orange); skipping a wait goes on without', async () => {
		await commit(book.database, [
			changeStep({ workspace: 'w1', runId: 's2', number: 2, state: 'failed', now: 6_000, attempts: 1, error: 'again' }),
			changeRun({ workspace: 'w1', runId: 's2', state: 'failed', next: null, now: 6_000 }),
		]);
		await orderNow(book.database, control('s2'), { kind: 'skip' });
		expect((await jobsOf('s2')).map((one) => [one.number, one.epoch, one.payload])).toEqual([[2, 3, { isSkipped: true }]]);
		expect(await readRun(book.database, 's2')).toMatchObject({ state: 'running', epoch: 3, hasErrors: true });
		await waiting('s3');
		await orderNow(book.database, control('s3'), { kind: 'skip' });
		expect(await readRun(book.database, 's3')).toMatchObject({ state: 'running', hasErrors: false });
		expect((await readTask(book.database, 'task_s3'))!.state).toBe('cancelled');
		await expect(complete('s3')).rejects.toSatisfy(isGuardLost);
	});

	test('a parent that waits for its child goes on when the child is stopped', async () => {
		await enrol('parent', 'd');
		await enrol('child', 'e', { parentRunId: 'parent', depth: 1 });
		await commit(book.database, [
			changeStep({ workspace: 'w1', runId: 'parent', number: 1, state: 'waiting', now: 6_000, attempts: 1 }),
			changeRun({ workspace: 'w1', runId: 'parent', state: 'waiting', next: null, now: 6_000 }),
			insertWait({ workspace: 'w1', runId: 'parent', number: 1, epoch: 1, kind: 'run', ref: 'child' }),
		]);
		await book.database.delete(job).where(eq(job.runId, 'parent'));
		await orderNow(book.database, control('child'), { kind: 'stop' });
		expect((await jobsOf('parent')).length).toBe(1);
	});

	test('R8 a pause keeps the job under its lease, takes it from its worker, and shifts the timer by its own length', async () => {
		await enrol('p1', 'f', {}, { stepId: 'wait', dueAt: 20_000 });
		const [held] = await claimJobs(book.database, { workspace: 'w1', shard: 0, token: 'worker', now: 20_000, limit: 50 }).then((jobs) => jobs.filter(({ runId }) => runId === 'p1'));
		expect(await orderNow(book.database, { ...control('p1'), now: 21_000 }, { kind: 'pause' })).toBeNull();
		expect(await readRun(book.database, 'p1')).toMatchObject({ state: 'paused', epoch: 2 });
		// The stale worker can't go on, nor can another begin before its lease is over (R6, R8).
		await expect(commit(book.database, [assertHeld(held!)])).rejects.toSatisfy(isGuardLost);
		expect(await claimJobs(book.database, { workspace: 'w1', shard: 0, token: 'other', now: 10_000_000, limit: 50 }).then((jobs) => jobs.filter(({ runId }) => runId === 'p1'))).toEqual([]);
		expect(await orderNow(book.database, { ...control('p1'), now: 22_000 }, { kind: 'resume', missed: 'now' })).toBeNull();
		expect((await jobsOf('p1')).map(({ epoch, dueAt, visibleAt, token }) => [epoch, dueAt, visibleAt, token])).toEqual([[3, 22_000, held!.visibleAt, null]]);
	});

	test('a timer that was ahead is as long ahead when the run goes on; run, step and job say the same time', async () => {
		await enrol('p2', 'g', {}, { stepId: 'wait', dueAt: 90_000 });
		await orderNow(book.database, { ...control('p2'), now: 10_000 }, { kind: 'pause' });
		expect(await orderNow(book.database, { ...control('p2'), now: 10_500 }, { kind: 'pause' })).toBe('not-pausable');
		await orderNow(book.database, { ...control('p2'), now: 40_000 }, { kind: 'resume', missed: 'shift' });
		expect((await jobsOf('p2')).map(({ dueAt, visibleAt }) => [dueAt, visibleAt])).toEqual([[120_000, 120_000]]);
		expect(await readStep(book.database, 'p2', 1)).toMatchObject({ state: 'scheduled', dueAt: 120_000 });
		const [row] = await book.database.select().from(run).where(eq(run.id, 'p2'));
		expect(row).toMatchObject({ state: 'running', nextStepId: 'wait', nextDueAt: 120_000, pausedAt: null });
		expect((await runEvents(book.database, 'p2')).map((one) => one.type)).toEqual(['paused', 'resumed']);
	});

	test('a task that is done during a pause is heard, and the run goes on only when it is resumed', async () => {
		await waiting('p3');
		await orderNow(book.database, control('p3'), { kind: 'pause' });
		await complete('p3');
		expect((await readRun(book.database, 'p3'))!.state).toBe('paused');
		await orderNow(book.database, { ...control('p3'), now: 11_000 }, { kind: 'resume', missed: 'skip' });
		expect((await readRun(book.database, 'p3'))!.state).toBe('running');
		expect((await jobsOf('p3')).map(({ number, payload }) => [number, payload])).toEqual([[1, { skipsNext: true }]]);
	});

	test('RU3 a jump leaves the step it was at, with its task, and begins the other under a new number', async () => {
		await waiting('j1');
		expect(await orderNow(book.database, control('j1'), { kind: 'jump', stepId: 'nowhere' })).toBe('no-such-step');
		expect(await orderNow(book.database, control('j1'), { kind: 'jump', stepId: 'wait' })).toBeNull();
		const steps = await book.database.select().from(step).where(eq(step.runId, 'j1')).orderBy(step.number);
		expect(steps.map((one) => [one.number, one.stepId, one.state, one.dueAt])).toEqual([[1, 's1', 'cancelled', 5_000], [2, 'wait', 'scheduled', 69_000]]);
		expect((await readTask(book.database, 'task_j1'))!.state).toBe('cancelled');
		expect((await jobsOf('j1')).map(({ number, dueAt, epoch }) => [number, dueAt, epoch])).toEqual([[2, 69_000, 2]]);
		expect((await runEvents(book.database, 'j1'))[0]!.data).toEqual({ by: 'u1', reason: 'because', stepId: 'wait' });
	});

	test('R4 an order that was decided on what is no more changes nothing', async () => {
		await enrol('g1', 'h', {}, { stepId: 'wait', dueAt: 90_000 });
		const late = await orderRun(book.database, control('g1'), { kind: 'pause' });
		await orderNow(book.database, control('g1'), { kind: 'skip' });
		await expect(commit(book.database, (late as { statements: Statement[] }).statements)).rejects.toSatisfy(isGuardLost);
		expect(await readRun(book.database, 'g1')).toMatchObject({ state: 'running', epoch: 2 });
	});
});
