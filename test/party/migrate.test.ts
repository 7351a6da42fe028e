/** BE2, R23: running runs move to another version of their playbook, and back; by the real worker on a real store, judged by the provider's log. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asc, eq } from 'drizzle-orm';
import { approveDraft, assertWaiting } from '#db/drafts.ts';
import { enrolRun } from '#db/entries.ts';
import { beginReturn, insertMigration, leftBehind, readMigration, setState } from '#db/migration-rows.ts';
import { runEvents } from '#db/runs.ts';
import { draft, migratedRun, playbookVersion, run, step, task, workspace } from '#db/schema/index.ts';
import { bumpSeq, commit } from '#db/statement.ts';
import { completeTask } from '#db/tasks.ts';
import { resumeWaits } from '#db/waits.ts';
import { migrateRuns } from '#party/migrate.ts';
import { claimJobs } from '#db/jobs.ts';
import type { Step } from '#domain/documents/playbook/definition.ts';
import type { StepMap } from '#domain/engine/migrate.ts';
import { startResend, type FakeResend } from '../providers/resend.ts';
import { addCustomer, addPlaybook, definitionOf, orderNow, runOf } from '../db/engine-book.ts';
import { mailTo, openBench, runOther, taskFor, waitFor, type Bench } from './bench.ts';

let bench: Bench;
let resend: FakeResend;
beforeEach(async () => {
	resend = await startResend();
	bench = await openBench({ RESEND_URL: resend.url });
	await bench.database.update(workspace).set({ resendKey: 're_test' });
});
afterEach(() => Promise.all([bench.close(), resend.close()]));

const minute = 60_000;
const mail = mailTo('champion', 'mail', 'Old') as Extract<Step, { kind: 'action' }>;
const validated = (id: string): Step => ({ ...mail, id, action: 'send-email-after-validation', params: { ...mail.params, assignees: { kind: 'owner' }, choosesRecipients: false } });

/** A playbook of these steps, its version 2, and a run of version 1 for each of `runs` customers that has come as far as it can. */
const start = async (old: Step[], next: Step[], runs = 1): Promise<void> => {
	await addPlaybook(bench.database, 'w1', 'p1', definitionOf(old));
	await bench.database.insert(playbookVersion).values({ workspace: 'w1', seq: 1, id: 'p1_v2', playbookId: 'p1', version: 2, definition: definitionOf(next), hash: 'h2', note: '', author: 'u1', changes: [], publishedAt: 2 });
	for (let n = 1; n <= runs; n++) {
		await addCustomer(bench.database, 'w1', `c${n}`);
		const [first] = old;
		const dueAt = bench.now + (first!.kind === 'wait' && first!.params.mode === 'for' ? first!.params.amount! * minute : 0);
		await commit(bench.database, [bumpSeq('w1'), ...enrolRun(runOf('w1', `r${n}`, 'p1', `c${n}`, { startedAt: bench.now }), { stepId: first!.id, dueAt })]);
	}
	await bench.settle();
};
const migrate = async (map: StepMap = {}, id = 'm1', version = 2) => {
	await commit(bench.database, [bumpSeq('w1'), ...insertMigration({ id, workspace: 'w1', playbookId: 'p1', version, map, by: 'u1', name: null, reason: 'A better text', total: 1, startedAt: bench.now })]);
	await rested();
};
/** What is put off is come back to. */
const rested = async () => {
	for (let n = 0; n < 6; n++) {
		await bench.settle();
		if (!(await bench.jobs()).some(({ kind }) => kind === 'migration')) return;
		bench.now += 10_000;
	}
};
const undo = async (id = 'm1') => {
	await commit(bench.database, [bumpSeq('w1'), ...beginReturn((await readMigration(bench.database, 'w1', id))!, { by: 'u1', name: null, reason: 'Too early' }, bench.now)]);
	await rested();
};
const runById = async (id = 'r1') => (await bench.database.select().from(run).where(eq(run.id, id)))[0]!;
const trail = async (id = 'r1') => (await bench.steps(id)).map(({ number, stepId, state }) => `${number} ${stepId} ${state}`);
const moveRow = async (id = 'm1') => (await readMigration(bench.database, 'w1', id))!;
const control = (runId = 'r1') => ({ workspace: 'w1', runId, by: 'u1', reason: 'test', now: bench.now });
const finish = (id: string) => commit(bench.database, completeTask({ workspace: 'w1', taskId: id, userId: 'u1', now: bench.now, eventId: `done-${id}-${bench.now}`, customerId: 'c1', title: 'x' }));

describe('BE2, R23: to another version', () => {
	test('what waits for a time goes on by the new version, its wait counted from when it began; the history says who and why', async () => {
		await start([waitFor(10), mailTo('champion', 'mail', 'Old')], [waitFor(60), mailTo('champion', 'mail', 'New')]);
		const began = bench.now;
		bench.now += 5 * minute;
		await migrate();
		expect(await runById()).toMatchObject({ version: 2, epoch: 2, state: 'running', nextDueAt: began + 60 * minute });
		expect((await runEvents(bench.database, 'r1')).map(({ type, data }) => [type, data])).toEqual([['migrated', { by: 'u1', reason: 'A better text', from: 1, to: 2, how: 'keep', stepId: 'wait', number: 1, migration: 'm1' }]]);
		expect(await moveRow()).toMatchObject({ state: 'done', kept: 1, moved: 0, ended: 0, stayed: 0, endedAt: bench.now });
		bench.now = began + 11 * minute;
		await bench.settle();
		expect(resend.accepted).toEqual([]);
		bench.now = began + 61 * minute;
		await bench.settle();
		expect(resend.accepted.map(({ key, body }) => [key, body.subject])).toEqual([['r1-2-0', 'New']]);
		expect(await runById()).toMatchObject({ state: 'completed', version: 2 });
	});

	test('a task that somebody has to do stays the same task, and its end goes on in the new version', async () => {
		await start([taskFor(true), mailTo('champion', 'mail', 'Old')], [taskFor(true), waitFor(5), mailTo('champion', 'mail', 'New')]);
		await migrate();
		expect(await runById()).toMatchObject({ version: 2, state: 'waiting' });
		expect((await bench.tasks()).map(({ id, state }) => [id, state])).toEqual([['r1-1-0', 'open']]);
		await finish('r1-1-0');
		await bench.settle();
		expect(await trail()).toEqual(['1 task done', '2 wait scheduled']);
	});

	test('R10: at a step that is gone it goes on at another, under a new key; what it did before isn’t done twice', async () => {
		await start([mailTo('champion', 'mail', 'Old'), waitFor(10, 'gone')], [mailTo('champion', 'mail', 'New'), waitFor(5)]);
		await migrate({ gone: { how: 'move', to: 'mail' } });
		expect(await trail()).toEqual(['1 mail done', '2 gone cancelled', '3 mail done', '4 wait scheduled']);
		expect(resend.accepted.map(({ key }) => key)).toEqual(['r1-1-0']);
		expect(await moveRow()).toMatchObject({ moved: 1 });
	});

	test('R11, R12: what may be on its way isn’t moved under its effect: it ends first, then it moves; what nobody can tell stays', async () => {
		await start([mailTo('champion', 'mail', 'Old'), waitFor(10)], [mailTo('champion', 'mail', 'New'), waitFor(10), taskFor(false)], 2);
		expect(resend.accepted).toHaveLength(2);
		// A third customer's provider is away: its mail is tried again later.
		await addCustomer(bench.database, 'w1', 'c3');
		resend.faults.push('server-error');
		await commit(bench.database, [bumpSeq('w1'), ...enrolRun(runOf('w1', 'r3', 'p1', 'c3', { startedAt: bench.now }), { stepId: 'mail', dueAt: bench.now })]);
		await bench.settle();
		// Its next try is put off by seconds.
		expect((await bench.steps('r3')).map(({ state }) => state)).toEqual(['scheduled']);
		// And nobody knows what became of a fourth's.
		await addCustomer(bench.database, 'w1', 'c4');
		await commit(bench.database, [bumpSeq('w1'), ...enrolRun(runOf('w1', 'r4', 'p1', 'c4', { state: 'failed', startedAt: bench.now }), { stepId: 'mail', dueAt: bench.now })]);
		await bench.database.update(step).set({ state: 'unknown' }).where(eq(step.runId, 'r4'));
		await migrate();
		expect(await moveRow()).toMatchObject({ state: 'done', kept: 3, stayed: 1 });
		expect(await leftBehind(bench.database, 'w1', 'm1', 10)).toEqual([{ runId: 'r4', subjectId: 'c4', code: 'settle-first' }]);
		expect(resend.accepted.map(({ key, body }) => [key, body.subject])).toEqual([['r1-1-0', 'Old'], ['r2-1-0', 'Old'], ['r3-1-0', 'Old']]);
		expect((await runEvents(bench.database, 'r3')).map(({ data }) => (data as { stepId: string }).stepId)).toEqual(['wait']);
	});

	test('who can’t move stays on the version it began with, and is named with the reason', async () => {
		await start([taskFor(true, 'gone')], [taskFor(true)], 3);
		await orderNow(bench.database, control('r2'), { kind: 'stop' });
		await migrate({});
		expect(await moveRow()).toMatchObject({ state: 'done', kept: 0, stayed: 2 });
		expect(await leftBehind(bench.database, 'w1', 'm1', 10)).toEqual([{ runId: 'r1', subjectId: 'c1', code: 'not-mapped' }, { runId: 'r3', subjectId: 'c3', code: 'not-mapped' }]);
		expect((await bench.runs()).map(({ version }) => version)).toEqual([1, 1, 1]);
		await migrate({ gone: { how: 'end' } }, 'm2');
		expect(await moveRow('m2')).toMatchObject({ ended: 2 });
		expect((await bench.runs()).map(({ state }) => state)).toEqual(['stopped', 'stopped', 'stopped']);
		expect((await bench.tasks()).map(({ state }) => state)).toEqual(['cancelled', 'cancelled', 'cancelled']);
	});

	test('a worker that dies in the middle is followed by another: each run moves once; called off, the others stay', async () => {
		await start([waitFor(10)], [waitFor(20)], 12);
		await commit(bench.database, [bumpSeq('w1'), ...insertMigration({ id: 'm1', workspace: 'w1', playbookId: 'p1', version: 2, map: {}, by: 'u1', name: null, reason: '', total: 12, startedAt: bench.now })]);
		const [job] = await claimJobs(bench.database, { workspace: 'w1', shard: 0, token: 't', now: bench.now, limit: 1 });
		// Its time is over after some: every look at the clock passes 100 ms.
		let now = bench.now;
		await migrateRuns({ ...bench.engine, now: () => (now += 100) }, job!, now + 100_000);
		const first = await moveRow();
		expect([first.state, first.kept > 0, first.kept < 12]).toEqual(['moving', true, true]);
		bench.now = now + 1_000;
		await commit(bench.database, [bumpSeq('w1'), setState('w1', 'm1', 'stopped', bench.now)]);
		await rested();
		expect(await moveRow()).toMatchObject({ state: 'stopped', kept: first.kept });
		await migrate({}, 'm2');
		expect(await moveRow('m2')).toMatchObject({ state: 'done', kept: 12 - first.kept });
		expect(new Set((await bench.runs()).map(({ version, epoch }) => `${version} ${epoch}`))).toEqual(new Set(['2 2']));
	});
});

describe('BE2: and back', () => {
	test('a timer to the time it had; what has gone on, or was controlled since, stays, and is named', async () => {
		await start([waitFor(10), taskFor(true)], [waitFor(5), taskFor(true)], 3);
		const began = bench.now;
		await migrate();
		expect((await bench.runs()).map(({ nextDueAt }) => nextDueAt)).toEqual([began + 5 * minute, began + 5 * minute, began + 5 * minute]);
		await orderNow(bench.database, control('r2'), { kind: 'pause' });
		await orderNow(bench.database, control('r3'), { kind: 'skip' });
		await bench.settle();
		bench.now += minute;
		await undo();
		expect(await runById('r1')).toMatchObject({ version: 1, state: 'running', nextDueAt: began + 10 * minute });
		expect(await moveRow()).toMatchObject({ state: 'returned', returned: 1, notReturned: 2 });
		expect((await leftBehind(bench.database, 'w1', 'm1', 10)).map(({ runId, code }) => [runId, code])).toEqual([['r2', 'controlled-since'], ['r3', 'controlled-since']]);
		expect((await runEvents(bench.database, 'r1')).at(-1)).toMatchObject({ type: 'migration-undone', data: { by: 'u1', reason: 'Too early', from: 2, to: 1 } });
	});

	test('a task that was withdrawn is asked for again: the same one, and its end goes on', async () => {
		await start([taskFor(true, 'gone'), mailTo('champion', 'mail', 'Old')], [waitFor(5), mailTo('champion', 'mail', 'New')], 2);
		await migrate({ gone: { how: 'move', to: 'wait' } });
		expect((await bench.tasks()).map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
		bench.now += 4 * minute;
		await undo();
		expect(await trail('r1')).toEqual(['1 gone cancelled', '2 wait cancelled', '3 gone waiting']);
		expect(await runById('r1')).toMatchObject({ version: 1, state: 'waiting' });
		expect((await bench.tasks()).map(({ id, state }) => [id, state])).toEqual([['r1-1-0', 'open'], ['r2-1-0', 'open']]);
		await finish('r1-1-0');
		await bench.settle();
		expect(await trail('r1')).toEqual(['1 gone cancelled', '2 wait cancelled', '3 gone done', '4 mail done']);
		expect(resend.accepted.map(({ key, body }) => [key, body.subject])).toEqual([['r1-4-0', 'Old']]);
		expect(await runById('r1')).toMatchObject({ state: 'completed' });
	});

	test('R10: a mail that waited for a word waits again, with its text, under a new key; one is sent', async () => {
		await start([validated('gone')], [waitFor(5)]);
		await migrate({ gone: { how: 'move', to: 'wait' } });
		await undo();
		const drafts = await bench.database.select().from(draft).orderBy(asc(draft.id));
		expect(drafts.map(({ id, state, subject }) => [id, state, subject])).toEqual([['r1-1-0', 'cancelled', 'Old'], ['r1-3-0', 'waiting', 'Old']]);
		await commit(bench.database, [assertWaiting('r1-3-0'), bumpSeq('w1'), ...approveDraft({ workspace: 'w1', id: 'r1-3-0', by: 'u1', now: bench.now }), ...resumeWaits('w1', 'draft', 'r1:3', bench.now)]);
		await bench.settle();
		expect(resend.accepted.map(({ key }) => key)).toEqual(['r1-3-0']);
		expect(await runById()).toMatchObject({ state: 'completed', hasErrors: false });
	});

	test('one that was ended lives again, unless its record has entered again or is gone (RU5); a stuck one is stuck again', async () => {
		await start([taskFor(true, 'gone')], [taskFor(true)], 3);
		await commit(bench.database, [bumpSeq('w1'), ...enrolRun(runOf('w1', 'stuck', 'p1', 'c4', { startedAt: bench.now }), { stepId: 'nowhere', dueAt: bench.now })]);
		await addCustomer(bench.database, 'w1', 'c4');
		await bench.settle();
		expect(await runById('stuck')).toMatchObject({ state: 'failed' });
		await migrate({ gone: { how: 'end' }, nowhere: { how: 'end' } });
		expect(await moveRow()).toMatchObject({ ended: 4 });
		await commit(bench.database, [bumpSeq('w1'), ...enrolRun(runOf('w1', 'again', 'p1', 'c2', { version: 2, startedAt: bench.now }), { stepId: 'task', dueAt: bench.now })]);
		await bench.settle();
		await undo();
		expect(await moveRow()).toMatchObject({ returned: 3, notReturned: 1 });
		expect(await leftBehind(bench.database, 'w1', 'm1', 10)).toEqual([{ runId: 'r2', subjectId: 'c2', code: 'entered-again' }]);
		expect(await runById('r1')).toMatchObject({ state: 'waiting', version: 1, endedAt: null });
		expect((await bench.database.select().from(task).where(eq(task.id, 'r1-1-0')))[0]).toMatchObject({ state: 'open' });
		expect(await runById('stuck')).toMatchObject({ state: 'failed', version: 1, nextStepId: 'nowhere' });
		expect((await bench.steps('stuck')).at(-1)).toMatchObject({ number: 2, state: 'failed', error: expect.stringContaining('unknown-step') });
	});

	test('one whose parent has gone on without it stays ended', async () => {
		await start([taskFor(true, 'gone')], [taskFor(true)], 0);
		await addPlaybook(bench.database, 'w1', 'parent', definitionOf([runOther('p1', true), waitFor(60)]));
		await addCustomer(bench.database, 'w1', 'c1');
		await commit(bench.database, [bumpSeq('w1'), ...enrolRun(runOf('w1', 'above', 'parent', 'c1', { startedAt: bench.now }), { stepId: 'other', dueAt: bench.now })]);
		await bench.settle();
		await migrate({ gone: { how: 'end' } });
		expect((await bench.steps('above')).map(({ state }) => state)).toEqual(['done', 'scheduled']);
		await undo();
		expect((await bench.database.select().from(migratedRun)).map(({ back }) => back)).toEqual(['parent-went-on']);
	});
});
