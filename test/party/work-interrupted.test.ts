/** A run that workers leave half-way and that people stop, pause, skip and send elsewhere (R5–R9, R12, R15, R17). */
import { describe, expect, test } from 'vitest';
import { claimJobs, leaseMs } from '#db/jobs.ts';
import { completeTask } from '#db/tasks.ts';
import { runEvents } from '#db/runs.ts';
import { activation, contact, customer, job } from '#db/schema/index.ts';
import { commit } from '#db/statement.ts';
import type { Step } from '#domain/documents/playbook/definition.ts';
import { readError } from '#domain/engine/error.ts';
import { work } from '#party/work.ts';
import { orderNow } from '../db/engine-book.ts';
import { until } from './harness/client.ts';
import { mailTo, taskFor, waitFor } from './bench.ts';
import { bench, control, openForEach, resend, start, theRun, withKey } from './work-bench.ts';

openForEach();

describe('when workers die or are late (R5–R9, R15)', () => {
	test('R6 R9 a worker that froze past its lease while sending can’t advance the run again; one mail went out', async () => {
		await withKey();
		await start([mailTo(), waitFor(5)]);
		let thaw = () => {};
		resend.holds.push(new Promise<void>((resolve) => (thaw = resolve)));
		const frozen = work(bench.engine, bench.now + 25_000);
		await until(() => resend.seen.length === 1, 'the first worker is sending');
		bench.now += leaseMs;
		await bench.settle();
		expect((await theRun()).nextStepId).toBe('wait');
		thaw();
		await frozen;
		expect(resend.seen.length).toBe(2);
		expect(resend.accepted.length).toBe(1);
		expect((await bench.steps('r1')).map((one) => [one.number, one.state])).toEqual([
			[1, 'done'],
			[2, 'scheduled'],
		]);
		expect((await bench.jobs()).map((one) => one.number)).toEqual([2]);
		expect((await bench.mails()).map((one) => one.state)).toEqual(['sent']);
	});

	test('R9 an outcome that arrives after a stop is still recorded', async () => {
		await withKey();
		await start([mailTo(), waitFor(5)]);
		let thaw = () => {};
		resend.holds.push(new Promise<void>((resolve) => (thaw = resolve)));
		const working = work(bench.engine, bench.now + 25_000);
		await until(() => resend.seen.length === 1, 'the worker is sending');
		await orderNow(bench.database, control(), { kind: 'stop' });
		thaw();
		await working;
		expect(await theRun()).toMatchObject({ state: 'stopped' });
		expect((await bench.intents())[0]).toMatchObject({ state: 'done', providerId: 'mail-1' });
		expect((await bench.mails())[0]!.state).toBe('sent');
		expect(await bench.jobs()).toEqual([]);
	});

	test('R11 a worker killed between freezing and sending, or between sending and recording: the next sends the same bytes under the same key', async () => {
		await withKey();
		await start([mailTo()]);
		// The provider accepted, then the worker was gone: nothing was recorded.
		const perform = bench.engine.database.$client.batch.bind(bench.engine.database.$client);
		let isDead = false;
		bench.engine.database.$client.batch = async (...args: Parameters<typeof perform>) => {
			if (isDead || JSON.stringify(args[0]).includes(`UPDATE intent SET state = :state`)) {
				isDead = true;
				throw new Error('killed');
			}
			return perform(...args);
		};
		await work(bench.engine, bench.now + 25_000).catch(() => undefined);
		bench.engine.database.$client.batch = perform;
		expect(resend.accepted.length).toBe(1);
		expect((await bench.intents())[0]!.state).toBe('sending');
		bench.now += leaseMs;
		await bench.settle();
		expect(resend.seen.length).toBe(2);
		expect(resend.accepted.length).toBe(1);
		expect(await theRun()).toMatchObject({ state: 'completed' });
	});

	test('R12 R15 what was on its way when the third worker died is unknown, not failed: nobody sends it again without knowing', async () => {
		await withKey();
		await start([mailTo()]);
		resend.faults.push('accept-then-cut');
		await bench.settle();
		expect(resend.accepted.length).toBe(1);
		await bench.database.update(job).set({ visibleAt: bench.now });
		for (let i = 0; i < 3; i++) {
			await claimJobs(bench.database, { workspace: 'w1', shard: 0, token: `dead-${i}`, now: bench.now, limit: 1 });
			bench.now += leaseMs;
		}
		await bench.settle();
		expect(await theRun()).toMatchObject({ state: 'failed' });
		expect((await bench.steps('r1'))[0]).toMatchObject({ state: 'unknown', error: 'quarantined' });
		expect((await bench.intents()).map(({ state }) => state)).toEqual(['unknown']);
		expect((await bench.mails()).map(({ state }) => state)).toEqual(['unknown']);
		expect(resend.seen.length).toBe(1);
	});

	test('R15 the third expired lease sticks the run (red) instead of trying for ever', async () => {
		await start([mailTo()]);
		for (let i = 0; i < 3; i++) {
			await claimJobs(bench.database, { workspace: 'w1', shard: 0, token: `dead-${i}`, now: bench.now, limit: 1 });
			bench.now += leaseMs;
		}
		await bench.settle();
		expect(await theRun()).toMatchObject({ state: 'failed' });
		expect((await bench.steps('r1'))[0]!.error).toBe('quarantined');
		expect(await bench.mails()).toEqual([]);
		await orderNow(bench.database, control(), { kind: 'retry' });
		await bench.settle();
		expect(await theRun()).toMatchObject({ state: 'completed' });
	});

	test('R8 nothing is newly sent after a stop', async () => {
		await withKey();
		await start([waitFor(10), mailTo()]);
		await orderNow(bench.database, control(), { kind: 'stop' });
		bench.now += 600_000;
		await bench.settle();
		expect(resend.seen).toEqual([]);
		expect(await theRun()).toMatchObject({ state: 'stopped' });
	});

	test('R17 a paused playbook’s runs wait, and go on when it is active again', async () => {
		await start([waitFor(10), mailTo()]);
		await bench.database.update(activation).set({ state: 'paused' });
		bench.now += 600_000;
		await bench.settle();
		expect(await bench.mails()).toEqual([]);
		await bench.database.update(activation).set({ state: 'active' });
		await bench.settle();
		expect((await bench.mails()).length).toBe(1);
	});
});

describe('people', () => {
	test('a skipped failure lets the run end with errors (orange); a skipped wait does not', async () => {
		await bench.database.update(contact).set({ email: null });
		await start([mailTo(), waitFor(60), taskFor(false)]);
		await bench.settle();
		expect(await theRun()).toMatchObject({ state: 'failed' });
		expect(readError((await bench.steps('r1'))[0]!.error!).code).toBe('no-recipients');
		await orderNow(bench.database, control(), { kind: 'skip' });
		await bench.settle();
		expect(await theRun()).toMatchObject({ state: 'running', nextStepId: 'wait', hasErrors: true });
		await orderNow(bench.database, control(), { kind: 'skip' });
		await bench.settle();
		expect(await theRun()).toMatchObject({ state: 'completed', hasErrors: true });
		expect((await bench.steps('r1')).map((one) => one.state)).toEqual(['skipped', 'skipped', 'done']);
		expect((await bench.tasks()).length).toBe(1);
	});

	test('R8 a paused run sends nothing, and goes on with as long before it as it had', async () => {
		await start([waitFor(10), mailTo()]);
		await orderNow(bench.database, control(), { kind: 'pause' });
		bench.now += 3_600_000;
		await bench.settle();
		expect(await bench.mails()).toEqual([]);
		await orderNow(bench.database, control(), { kind: 'resume', missed: 'shift' });
		bench.now += 600_000 - 1;
		await bench.settle();
		expect(await bench.mails()).toEqual([]);
		bench.now += 1;
		await bench.settle();
		expect((await bench.mails()).length).toBe(1);
		expect(await theRun()).toMatchObject({ state: 'completed', hasErrors: false });
	});

	test('what fell due in a pause is skipped when a person says so: through a split to its mail, and no further', async () => {
		const merged: Step = { id: 'split', kind: 'split', isMerged: true, branches: [{ id: 'else', name: 'Else', condition: null, steps: [mailTo()] }] };
		await start([waitFor(10), merged, taskFor(false)]);
		await orderNow(bench.database, control(), { kind: 'pause' });
		bench.now += 3_600_000;
		await orderNow(bench.database, control(), { kind: 'resume', missed: 'skip' });
		await bench.settle();
		expect((await bench.steps('r1')).map((one) => [one.stepId, one.state])).toEqual([['wait', 'done'], ['split', 'done'], ['mail', 'skipped'], ['task', 'done']]);
		expect([(await bench.mails()).length, (await bench.tasks()).length]).toEqual([0, 1]);
		expect(await theRun()).toMatchObject({ state: 'completed', hasErrors: false });
	});

	test('R8, R9 a run that is paused while its mail is on the way keeps the answer, and sends it once', async () => {
		await withKey();
		await start([mailTo(), taskFor(false)]);
		let thaw = () => {};
		resend.holds.push(new Promise<void>((resolve) => (thaw = resolve)));
		const working = work(bench.engine, bench.now + 25_000);
		await until(() => resend.seen.length === 1, 'the worker is sending');
		await orderNow(bench.database, control(), { kind: 'pause' });
		await orderNow(bench.database, control(), { kind: 'resume', missed: 'now' });
		thaw();
		await working;
		bench.now += leaseMs;
		await bench.settle();
		expect(resend.seen.length).toBe(1);
		expect((await bench.steps('r1')).map((one) => one.state)).toEqual(['done', 'done']);
		expect(await theRun()).toMatchObject({ state: 'completed', hasErrors: false });
	});

	test('a jump goes on at another step, and comes back to one that was done without doing it again', async () => {
		await start([mailTo(), waitFor(60), taskFor(false)]);
		await bench.settle();
		await orderNow(bench.database, control(), { kind: 'jump', stepId: 'mail' });
		await bench.settle();
		expect((await bench.mails()).length).toBe(1);
		await orderNow(bench.database, control(), { kind: 'jump', stepId: 'task' });
		await bench.settle();
		expect((await bench.steps('r1')).map((one) => [one.stepId, one.state])).toEqual([['mail', 'done'], ['wait', 'cancelled'], ['mail', 'done'], ['wait', 'cancelled'], ['task', 'done']]);
	});

	test('BE3 a jump back over a task that the run waits for cancels it, and asks for it anew on return; one that somebody did is not asked for again', async () => {
		await start([waitFor(1), taskFor(true), waitFor(60, 'after')]);
		bench.now += 60_000;
		await bench.settle();
		await orderNow(bench.database, control(), { kind: 'jump', stepId: 'wait' });
		bench.now += 60_000;
		await bench.settle();
		expect((await bench.tasks()).map(({ id, state }) => [id, state])).toEqual([['r1-2-0', 'cancelled'], ['r1-4-0', 'open']]);
		expect(await theRun()).toMatchObject({ state: 'waiting', nextStepId: 'task' });
		const { id: taskId, title } = (await bench.tasks())[1]!;
		await commit(bench.database, completeTask({ workspace: 'w1', taskId, userId: 'u1', now: bench.now, eventId: 'done2', customerId: 'c1', title }));
		await bench.settle();
		await orderNow(bench.database, control(), { kind: 'jump', stepId: 'wait' });
		bench.now += 60_000;
		await bench.settle();
		expect((await bench.tasks()).length).toBe(2);
		expect(await theRun()).toMatchObject({ state: 'running', nextStepId: 'after' });
	});

	test('RU5 a customer that is gone ends its runs with that reason: nothing is sent, nothing stays stuck', async () => {
		await start([waitFor(1), mailTo()]);
		await bench.database.update(customer).set({ deletedAt: 1 });
		bench.now += 60_000;
		await bench.settle();
		expect([await theRun(), await bench.steps('r1'), await bench.jobs(), await bench.mails()]).toMatchObject([{ state: 'stopped', endedAt: bench.now, nextDueAt: null }, [{ state: 'cancelled' }], [], []]);
		expect(await runEvents(bench.database, 'r1')).toMatchObject([{ type: 'stopped', data: { by: null, reason: 'record-gone' } }]);
	});
});
