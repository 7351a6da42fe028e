import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eq } from 'drizzle-orm';
import { completeTask, readTask } from '../../db/tasks.ts';
import { readRun } from '../../db/runs.ts';
import { readStep } from '../../db/steps.ts';
import { insertWait, resumeWaits } from '../../db/waits.ts';
import { event, job, run, waitToken, workspace } from '../../db/schema/index.ts';
import { commit, forBatch, isGuardLost } from '../../db/statement.ts';
import { addPlaybook, definitionOf, openBook, orderNow, type Book } from './engine-book.ts';
import { runsOn } from './waiting-run.ts';

let book: Book;
const { enrol, waiting, complete, jobsOf } = runsOn(() => book);
const control = (runId: string) => ({ workspace: 'w1', runId, by: 'u1', reason: 'because', now: 9_000 });

beforeAll(async () => {
	book = await openBook();
	await addPlaybook(book.database, 'w1', 'p1', definitionOf([]));
});
afterAll(() => book.close());

describe('entering (RU5, R14)', () => {
	test('R14 a run comes with its first step and that step’s job, under the workspace’s next seq', async () => {
		await enrol('e1', 'a');
		const [space] = await book.database.select().from(workspace);
		const [row] = await book.database.select().from(run).where(eq(run.id, 'e1'));
		expect(row).toMatchObject({ state: 'running', nextStepId: 's1', nextDueAt: 5_000, seq: space!.seq });
		expect(await readStep(book.database, 'e1', 1)).toMatchObject({ stepId: 's1', state: 'scheduled', dueAt: 5_000 });
		expect((await jobsOf('e1')).map((one) => [one.number, one.dueAt, one.epoch])).toEqual([[1, 5_000, 1]]);
	});

	test('never twice at once, nor twice for one cause; nothing half of it stays', async () => {
		await enrol('e2', 'a');
		expect(await readRun(book.database, 'e2')).toBeNull();
		await orderNow(book.database, control('e1'), { kind: 'stop' });
		await enrol('e3', 'a', { dedupKey: 'key:e1' });
		expect(await readRun(book.database, 'e3')).toBeNull();
		expect(await jobsOf('e3')).toEqual([]);
		await enrol('e4', 'a');
		expect(await readRun(book.database, 'e4')).not.toBeNull();
	});

	test('the same batch again changes nothing, even when the run has gone on', async () => {
		await book.database.delete(job).where(eq(job.runId, 'e4'));
		await enrol('e4', 'a');
		expect(await jobsOf('e4')).toEqual([]);
	});
});

describe('tasks that a run waits for', () => {
	test('completing it records the event, consumes the wait and inserts the job, in one batch', async () => {
		await waiting('t1');
		await complete('t1');
		expect(await readTask(book.database, 'task_t1')).toMatchObject({ state: 'done', completedBy: 'u1', completedAt: 7_000 });
		expect((await jobsOf('t1')).map((one) => [one.number, one.dueAt])).toEqual([[1, 7_000]]);
		expect((await readRun(book.database, 't1'))!.state).toBe('running');
		expect(await book.database.select({ type: event.type }).from(event).where(eq(event.id, 'event_t1'))).toEqual([{ type: 'task.completed' }]);
	});

	test('a second completion is refused by its guard', async () => {
		await expect(complete('t1')).rejects.toSatisfy(isGuardLost);
		expect((await jobsOf('t1')).length).toBe(1);
	});

	test('the statements go into drizzle’s batch as well', async () => {
		await waiting('t2');
		const statements = completeTask({ workspace: 'w1', taskId: 'task_t2', userId: 'u1', now: 7_000, eventId: 'event_t2', customerId: null, title: 'It’s "9:30":am' });
		const [head, ...rest] = forBatch(book.database, statements);
		await book.database.batch([head!, ...rest]);
		expect((await jobsOf('t2')).length).toBe(1);
		expect((await book.database.select().from(event).where(eq(event.id, 'event_t2')))[0]!.data).toEqual({ name: 'It’s "9:30":am' });
	});

	test('a task that was done before the run listened is heard by the batch that begins to wait', async () => {
		await waiting('t3');
		await book.database.delete(waitToken).where(eq(waitToken.runId, 't3'));
		await complete('t3');
		expect(await jobsOf('t3')).toEqual([]);
		await commit(book.database, [
			insertWait({ workspace: 'w1', runId: 't3', number: 1, epoch: 1, kind: 'task', ref: 'task_t3' }),
			...resumeWaits('w1', 'task', 'task_t3', 8_000, `EXISTS (SELECT 1 FROM task WHERE id = :ref AND state <> 'open')`),
		]);
		expect((await jobsOf('t3')).length).toBe(1);
	});
});
