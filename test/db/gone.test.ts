import { afterAll, beforeAll, expect, test } from 'vitest';
import { asc, eq } from 'drizzle-orm';
import { enrolRun } from '#db/entries.ts';
import { publish } from '#db/projection.ts';
import { runEvents } from '#db/runs.ts';
import { job, run, step, task, waitToken } from '#db/schema/index.ts';
import { bumpSeq, commit } from '#db/statement.ts';
import { insertTask } from '#db/tasks.ts';
import { insertWait } from '#db/waits.ts';
import { addCustomer, openBook, runOf, type Book } from './engine-book.ts';

let book: Book;
beforeAll(async () => {
	book = await openBook();
});
afterAll(() => book.close());

test('RU5 a customer that is deleted ends its runs in that very batch, with the reason; others go on', async () => {
	const { database } = book;
	for (const id of ['c1', 'c2']) await addCustomer(database, 'w1', id);
	const begin = (id: string, customer: string, over = {}) => enrolRun(runOf('w1', id, `p_${id}`, customer, over), { stepId: 's', dueAt: 9_000 });
	await commit(database, [
		bumpSeq('w1'),
		...begin('scheduled', 'c1'), ...begin('waiting', 'c1'), ...begin('paused', 'c1', { state: 'paused' }), ...begin('other', 'c2'),
		insertTask({ id: 't1', workspace: 'w1', customerId: 'c1', runId: 'waiting', title: 'Call', description: '', assignees: [], teamId: null, dueAt: null, createdAt: 1 }),
		insertWait({ workspace: 'w1', runId: 'waiting', number: 1, epoch: 1, kind: 'task', ref: 't1' }),
	]);
	await database.update(run).set({ state: 'waiting' }).where(eq(run.id, 'waiting'));
	await database.delete(job).where(eq(job.runId, 'waiting'));

	const next = { epoch: 1, position: 1, rows: [] };
	await publish(database, { doc: 'c1', workspace: 'w1', type: 'customer', at: 5_000, base: null, next, changed: [], vanished: [{ table: 'customer', id: 'c1', values: {} }], events: [] });

	const runs = await database.select().from(run).orderBy(asc(run.id));
	expect(runs.map(({ id, state, epoch, endedAt, nextDueAt }) => [id, state, epoch, endedAt, nextDueAt])).toEqual([['other', 'running', 1, null, 9_000], ['paused', 'stopped', 2, 5_000, null], ['scheduled', 'stopped', 2, 5_000, null], ['waiting', 'stopped', 2, 5_000, null]]);
	expect((await database.select().from(job)).map(({ runId }) => runId)).toEqual(['other']);
	expect((await database.select().from(step).orderBy(asc(step.id))).map(({ state }) => state)).toEqual(['scheduled', 'cancelled', 'cancelled', 'cancelled']);
	expect(await database.select().from(task)).toMatchObject([{ id: 't1', state: 'cancelled' }]);
	expect(await database.select().from(waitToken)).toMatchObject([{ consumedAt: 5_000 }]);
	for (const id of ['paused', 'scheduled', 'waiting']) expect(await runEvents(database, id)).toMatchObject([{ n: 1, type: 'stopped', data: { by: null, reason: 'record-gone' }, at: 5_000 }]);
	// Screens hear of it.
	expect(new Set(runs.filter(({ state }) => state === 'stopped').map(({ seq }) => seq)).size).toBe(1);
});
