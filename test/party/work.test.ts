/** A run worked from its first step to its end: its steps, its mails and webhooks (R7–R20). */
import { beforeEach, describe, expect, test } from 'vitest';
import { completeTask } from '#db/tasks.ts';
import { enrolRun } from '#db/entries.ts';
import { contact, job, workspace } from '#db/schema/index.ts';
import { commit } from '#db/statement.ts';
import { readError } from '#domain/engine/error.ts';
import { backoffMs } from '#party/perform.ts';
import { work } from '#party/work.ts';
import { addCustomer, addPlaybook, definitionOf, orderNow, runOf } from '../db/engine-book.ts';
import { callTo, mailTo, taskFor, waitFor } from './bench.ts';
import { bench, control, openForEach, receiver, resend, start, theRun, withKey } from './work-bench.ts';

openForEach();

describe('going through a run (R7, R11, R14, R20)', () => {
	test('wait, mail, task, end: each step at its time, each job made by the commit that ended the one before (green)', async () => {
		await start([waitFor(10), mailTo(), taskFor(true), waitFor(5, 'wait2')]);
		await bench.settle();
		expect((await bench.steps('r1')).map((one) => one.state)).toEqual(['scheduled']);
		bench.now += 600_000;
		await bench.settle();
		expect((await bench.mails()).map((one) => [one.state, one.subject, one.to, one.from, one.html])).toEqual([
			['captured', 'Welcome, Ana Costa', ['ana@c1.test'], 'Camille Roche <camille@northwind.test>', '<p>Hello Ana Costa of Company c1</p>'],
		]);
		expect(await theRun()).toMatchObject({ state: 'waiting', nextStepId: 'task', nextDueAt: null });
		expect(await bench.jobs()).toEqual([]);
		const [task] = await bench.tasks();
		expect(task).toMatchObject({ title: 'Call Company c1', assignees: ['u1'], state: 'open', runId: 'r1', id: 'r1-3-0' });
		await commit(bench.database, completeTask({ workspace: 'w1', taskId: task!.id, userId: 'u1', now: bench.now, eventId: 'done1', customerId: 'c1', title: task!.title }));
		await bench.settle();
		expect(await theRun()).toMatchObject({ state: 'running', nextStepId: 'wait2', nextDueAt: bench.now + 300_000 });
		bench.now += 300_000;
		await bench.settle();
		expect(await theRun()).toMatchObject({ state: 'completed', hasErrors: false, endedAt: bench.now, nextStepId: null });
		expect((await bench.steps('r1')).map((one) => [one.number, one.state, one.attempts])).toEqual([
			[1, 'done', 1],
			[2, 'done', 1],
			[3, 'done', 1],
			[4, 'done', 1],
		]);
		expect((await bench.steps('r1')).every((one) => one.seq > 0 && one.endedAt !== null)).toBe(true);
		expect(await bench.jobs()).toEqual([]);
	});

	test('the truth is read anew when a step fires', async () => {
		await start([waitFor(10), mailTo()]);
		await bench.database.update(contact).set({ name: 'Bea Lind' });
		bench.now += 600_000;
		await bench.settle();
		expect((await bench.mails())[0]!.subject).toBe('Welcome, Bea Lind');
	});

	test('two workers on one store do each job once', async () => {
		for (let i = 0; i < 30; i++) await addCustomer(bench.database, 'w1', `many_${i}`);
		await withKey();
		await addPlaybook(bench.database, 'w1', 'many', definitionOf([mailTo()]));
		await commit(bench.database, Array.from({ length: 30 }, (_, i) => enrolRun(runOf('w1', `m${i}`, 'many', `many_${i}`), { stepId: 'mail', dueAt: bench.now })).flat());
		await Promise.all([work(bench.engine, bench.now + 25_000), work(bench.engine, bench.now + 25_000)]);
		expect(resend.accepted.length).toBe(30);
		expect(resend.seen.length).toBe(30);
		expect((await bench.runs('many')).every((one) => one.state === 'completed')).toBe(true);
	});
});

describe('mail through Resend (R9–R13, R16)', () => {
	test('R10 R11 it carries the intent’s key; an accepted mail whose answer was lost is asked for again with the same bytes, and is one mail', async () => {
		await withKey();
		resend.faults.push('accept-then-cut');
		await start([mailTo()]);
		await bench.settle();
		expect((await bench.intents())[0]).toMatchObject({ state: 'sending', attempts: 1 });
		expect(await theRun()).toMatchObject({ state: 'running', nextDueAt: bench.now + 2_500 });
		// The contact is renamed meanwhile: the frozen request is not rendered again.
		await bench.database.update(contact).set({ name: 'Somebody Else' });
		bench.now += 2_500;
		await bench.settle();
		expect(resend.accepted.length).toBe(1);
		expect(resend.seen.length).toBe(2);
		expect(resend.seen.map((one) => one.headers['idempotency-key'])).toEqual(['r1-1-0', 'r1-1-0']);
		expect(resend.seen[0]!.body).toBe(resend.seen[1]!.body);
		expect((await bench.mails())[0]).toMatchObject({ id: 'r1-1-0', state: 'sent', providerId: 'mail-1' });
		expect((await bench.intents())[0]).toMatchObject({ state: 'done', providerId: 'mail-1', attempts: 2 });
		expect(await theRun()).toMatchObject({ state: 'completed' });
	});

	test('R16 429 waits as long as it says; 500 backs off with full jitter', async () => {
		await withKey();
		resend.faults.push('rate-limited', 'server-error');
		await start([mailTo()]);
		await bench.settle();
		expect((await theRun()).nextDueAt).toBe(bench.now + 7_000);
		bench.now += 7_000;
		await bench.settle();
		expect((await theRun()).nextDueAt).toBe(bench.now + backoffMs(2, 0.5));
		expect((await bench.steps('r1'))[0]).toMatchObject({ state: 'scheduled', attempts: 2 });
		bench.now += 5_000;
		await bench.settle();
		expect(resend.accepted.length).toBe(1);
		expect(await theRun()).toMatchObject({ state: 'completed', hasErrors: false });
	});

	test('R16 backoff is 5 s × 2ⁿ with full jitter, at most 6 h', () => {
		expect([1, 2, 3].map((attempt) => backoffMs(attempt, 1))).toEqual([5_000, 10_000, 20_000]);
		expect(backoffMs(40, 1)).toBe(6 * 3_600_000);
		expect(backoffMs(5, 0.25)).toBe(20_000);
	});

	test('a refusal is final: the run is stuck (red), says why, and retry sends it under a new key', async () => {
		await withKey();
		resend.faults.push('refuse');
		await start([mailTo()]);
		await bench.settle();
		expect(await theRun()).toMatchObject({ state: 'failed', nextStepId: 'mail' });
		expect(readError((await bench.steps('r1'))[0]!.error!)).toMatchObject({ code: 'failed', detail: { reason: 'mail-refused {"answer":"Resend: Invalid `to` field."}' } });
		expect((await bench.mails())[0]).toMatchObject({ state: 'failed', error: 'mail-refused {"answer":"Resend: Invalid `to` field."}' });
		await orderNow(bench.database, control(), { kind: 'retry' });
		await bench.settle();
		expect(resend.accepted.map((one) => one.key)).toEqual(['r1-2-0']);
		expect(await theRun()).toMatchObject({ state: 'completed', hasErrors: false });
	});

	test('a retry sends only what an earlier attempt did not: nobody gets a second mail', async () => {
		await withKey();
		await bench.database.insert(contact).values({ workspace: 'w1', seq: 1, id: 'contact_b', customerId: 'c1', name: 'Bea', email: 'bea@c1.test', roles: ['champion'], tags: [], custom: {}, createdAt: 2_000 });
		resend.faults.push('refuse');
		await start([mailTo()]);
		await bench.settle();
		expect(resend.accepted.map((one) => one.body.to)).toEqual([['bea@c1.test']]);
		await orderNow(bench.database, control(), { kind: 'retry' });
		await bench.settle();
		expect(resend.accepted.map((one) => one.body.to)).toEqual([['bea@c1.test'], ['ana@c1.test']]);
	});

	test('R13 an unconfirmed mail is replayed until 23 h after its first sending, then it is unknown, and a person decides', async () => {
		await withKey();
		resend.faults.push('accept-then-cut', ...Array<'server-error'>(20).fill('server-error'));
		await start([mailTo()]);
		await bench.settle();
		bench.now += 23 * 3_600_000 + 1;
		const before = resend.seen.length;
		await bench.settle();
		expect(resend.seen.length).toBe(before);
		expect((await bench.intents())[0]!.state).toBe('unknown');
		expect((await bench.steps('r1'))[0]).toMatchObject({ state: 'unknown' });
		expect(await theRun()).toMatchObject({ state: 'failed' });
		expect((await bench.mails())[0]!.state).toBe('unknown');
	});

	test('R16 after five failures in a row the provider is left alone for a while, without costing attempts', async () => {
		await withKey();
		resend.faults.push(...Array<'server-error'>(5).fill('server-error'));
		await start([mailTo()]);
		for (let i = 0; i < 5; i++) {
			await bench.settle();
			bench.now = (await theRun()).nextDueAt!;
		}
		expect(resend.seen.length).toBe(5);
		await bench.database.update(job).set({ visibleAt: bench.now - 60_000 });
		bench.now -= backoffMs(5, 0.5) - 1;
		await bench.settle();
		expect(resend.seen.length).toBe(5);
		expect((await bench.jobs())[0]!.attempt).toBe(5);
		bench.now += 10_000;
		await bench.settle();
		expect(resend.accepted.length).toBe(1);
	});
});

describe('webhooks', () => {
	const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
	beforeEach(() => bench.database.update(workspace).set({ webhookSecret: secret }) as unknown as Promise<void>);

	test('signed by Standard Webhooks under a constant id; the answer is a variable of later steps', async () => {
		receiver.replies.push({ status: 503 }, { status: 200, body: '{"score":7}' });
		await start([callTo(`${receiver.url}/hook`), mailTo('champion', 'mail', 'Score {{ run.vars.hook.body.score }}')]);
		await bench.settle();
		bench.now = (await theRun()).nextDueAt!;
		await bench.settle();
		expect(receiver.seen.map((one) => [one.method, one.path, one.headers['webhook-id'], one.headers['idempotency-key'], one.body])).toEqual(
			Array(2).fill(['POST', '/hook', 'r1-1-0', 'r1-1-0', '{ "customer": "Company c1" }']),
		);
		expect(receiver.verify(1, secret)).toEqual({ customer: 'Company c1' });
		expect((await theRun()).vars).toEqual({ hook: { status: 200, body: { score: 7 } } });
		expect((await bench.mails())[0]!.subject).toBe('Score 7');
	});

	test.each([410, 404, 302])('%d is final, and the person reads why', async (status) => {
		receiver.replies.push({ status, headers: { location: 'http://127.0.0.1:1/' } });
		await start([callTo(receiver.url)]);
		await bench.settle();
		expect(receiver.seen.length).toBe(1);
		expect(await theRun()).toMatchObject({ state: 'failed' });
		expect((await bench.steps('r1'))[0]!.error).toContain(String(status));
	});

	test('Retry-After is obeyed; an address where nobody answers is tried again', async () => {
		receiver.replies.push({ status: 429, headers: { 'retry-after': '120' } });
		await start([callTo(receiver.url)]);
		await bench.settle();
		expect((await theRun()).nextDueAt).toBe(bench.now + 120_000);
		await start([callTo('http://127.0.0.1:9/nobody')], 'r2', 'p2').catch(() => undefined);
		await addCustomer(bench.database, 'w1', 'c2');
		await bench.settle();
		const [second] = (await bench.runs()).filter((one) => one.id === 'r2');
		expect(second).toMatchObject({ state: 'running', nextDueAt: bench.now + 2_500 });
	});

	test('a private address is refused where the rooms are not on loopback themselves', async () => {
		bench.engine.settings = { ...bench.engine.settings, ROOMS_URL: 'https://rooms.example.com' };
		await start([callTo(receiver.url)]);
		await bench.settle();
		expect(receiver.seen.length).toBe(0);
		expect((await bench.steps('r1'))[0]!.error).toContain('webhook-private');
	});
});
