import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eq } from 'drizzle-orm';
import { activation, job, run, workspace } from '../../db/schema/index.ts';
import { readGlance } from '../../db/glance.ts';
import { claimJobs, dueFromNow, insertStepJob } from '../../db/jobs.ts';
import { forgetLateness, latenessKeptMs, noteLateness } from '../../db/lateness.ts';
import { readHealth, readOperations } from '../../db/operations.ts';
import { enrolRun } from '../../db/entries.ts';
import { bumpSeq, commit } from '../../db/statement.ts';
import { addCustomer, addPlaybook, definitionOf, fillWorkspace, openBook, runOf, type Book } from './engine-book.ts';

const minute = 60_000;
/** The beginning of a quarter of an hour. */
const now = 1_800_000 * 900;
let book: Book;
beforeEach(async () => {
	book = await openBook();
	await fillWorkspace(book.database, 'w2');
});
afterEach(() => book.close());
const note = (at: number, bucket: number, count: number, worst: number, space = 'w1') => commit(book.database, [noteLateness(space, [{ minute: Math.floor(at / minute), bucket, count, worst }])]);
const enter = async (id: string, dueAt: number) => {
	await addCustomer(book.database, 'w1', `c_${id}`);
	await commit(book.database, [bumpSeq('w1'), ...enrolRun(runOf('w1', id, 'p1', `c_${id}`), { stepId: 's', dueAt })]);
};

test('R24: lateness of one minute adds up, whoever wrote it; it is read for three periods and by quarters of an hour; two days are kept', async () => {
	await note(now, 0, 3, 9);
	await note(now, 0, 2, 4);
	await note(now, 5, 1, 400);
	await note(now - minute, 0, 1, 10);
	await note(now - 30 * minute, 12, 7, 50_000);
	await note(now - 60 * 24 * minute - 1, 0, 1_000, 1);
	await note(now, 0, 100, 1, 'w2');
	const { lateness, slots } = await readOperations(book.database, 'w1', now);
	expect(lateness).toEqual({
		minutes: { count: 7, p50: 10, p99: 400, worst: 400 },
		hour: { count: 14, p50: 500, p99: 50_000, worst: 50_000 },
		day: { count: 14, p50: 500, p99: 50_000, worst: 50_000 },
	});
	expect(slots).toEqual([
		{ at: now - 30 * minute, count: 7, p50: 50_000, p99: 50_000, worst: 50_000 },
		{ at: now - 15 * minute, count: 1, p50: 10, p99: 10, worst: 10 },
		{ at: now, count: 6, p50: 10, p99: 400, worst: 400 },
	]);
	await commit(book.database, [forgetLateness('w1', now + latenessKeptMs + minute)]);
	expect((await readOperations(book.database, 'w1', now)).lateness.day).toBe(null);
	expect((await readOperations(book.database, 'w2', now)).lateness.day).toMatchObject({ count: 100 });
});

describe('jobs by state (R7, R15, R17)', () => {
	const jobs = async () => (await readOperations(book.database, 'w1', now)).jobs;
	const none = { scheduled: 0, due: 0, working: 0, held: 0, quarantined: 0, isMore: false };
	beforeEach(() => addPlaybook(book.database, 'w1', 'p1', definitionOf([])));

	test('nothing', async () => {
		expect(await readOperations(book.database, 'w1', now)).toMatchObject({ at: now, isPaused: false, lateness: { minutes: null, hour: null, day: null }, slots: [], oldest: null, jobs: none });
	});

	test('scheduled, due, being worked, dead and due again; the oldest that could be claimed', async () => {
		await enter('later', now + 1);
		await enter('claimed', now - 5_000);
		await claimJobs(book.database, { workspace: 'w1', shard: 0, token: 'mine', now, limit: 1 });
		await enter('dead', now - 3_000);
		await book.database.update(job).set({ token: 'dead', visibleAt: now }).where(eq(job.runId, 'dead'));
		await enter('due', now - 2_000);
		expect(await jobs()).toEqual({ ...none, scheduled: 1, working: 1, due: 2 });
		expect((await readOperations(book.database, 'w1', now)).oldest).toEqual({ dueAt: now - 2_000, runId: 'due', playbookId: null });
	});

	test('R24: what is tried again is not overdue since its first time; what a pause held isn’t since before the pause ended', async () => {
		await enter('again', now - 60 * minute);
		await book.database.update(job).set({ attempt: 1, visibleAt: now - 20 });
		const overdue = async () => [(await readOperations(book.database, 'w1', now)).oldest?.dueAt, (await readHealth(book.database, now, now)).overdueMs, (await readGlance(book.database, 'w1', 0, now)).next?.dueAt];
		expect(await overdue()).toEqual([now - 20, 20, now - 20]);
		// A worker that died over it was late all the same.
		await book.database.update(job).set({ token: 'dead' });
		expect(await overdue()).toEqual([now - 60 * minute, 60 * minute, now - 60 * minute]);
		await book.database.update(job).set({ token: null, attempt: 0 });
		const letOn = (playbookId: string | null, at: number) => commit(book.database, [dueFromNow('w1', playbookId, at)]);
		// It isn't paused: nothing is excused.
		for (const playbookId of [null, 'p1']) await letOn(playbookId, now - 5);
		expect(await overdue()).toEqual([now - 60 * minute, 60 * minute, now - 60 * minute]);
		await book.database.update(activation).set({ state: 'paused' });
		await letOn('p1', now - 5);
		await book.database.update(activation).set({ state: 'active' });
		expect(await overdue()).toEqual([now - 5, 5, now - 5]);
		await book.database.update(workspace).set({ isPaused: true });
		await letOn(null, now - 3);
		await book.database.update(workspace).set({ isPaused: false });
		expect(await overdue()).toEqual([now - 3, 3, now - 3]);
	});

	test('held by a pause of the workspace, the playbook or the run', async () => {
		await enter('r1', now - 1_000);
		await book.database.update(workspace).set({ isPaused: true });
		expect(await readOperations(book.database, 'w1', now)).toMatchObject({ isPaused: true, oldest: null, jobs: { ...none, held: 1 } });
		await book.database.update(workspace).set({ isPaused: false });
		await book.database.update(activation).set({ state: 'paused' });
		expect(await jobs()).toEqual({ ...none, held: 1 });
		await book.database.update(activation).set({ state: 'active' });
		await book.database.update(run).set({ state: 'paused' });
		expect(await jobs()).toEqual({ ...none, held: 1 });
	});
});

test('health: the oldest overdue job of any workspace, lateness of all, and which tables are there', async () => {
	expect(await readHealth(book.database, now, now - 5 * minute)).toEqual({ version: expect.any(Number), overdueMs: 0, lateness: null });
	await commit(book.database, [insertStepJob({ workspace: 'w2', runId: 'r2', number: 1, dueAt: now - 9_000, epoch: 1 }), insertStepJob({ workspace: 'w1', runId: 'r1', number: 1, dueAt: now - 4_000, epoch: 1 })]);
	await note(now, 0, 1, 5);
	await note(now, 1, 1, 20, 'w2');
	expect(await readHealth(book.database, now, now - 5 * minute)).toMatchObject({ overdueMs: 9_000, lateness: { count: 2, p50: 10, p99: 20, worst: 20 } });
});
