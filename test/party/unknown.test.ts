/** What was never answered and is settled (R10–R13): the run goes on, and nothing goes out twice. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eq } from 'drizzle-orm';
import { assertKnown, keepCallback } from '#db/callbacks.ts';
import { enrolRun } from '#db/entries.ts';
import { orderRun } from '#db/control.ts';
import { markSending } from '#db/intents.ts';
import { claimJobs, leaseMs, releaseJob } from '#db/jobs.ts';
import { playbookVersion, run, workspace } from '#db/schema/index.ts';
import { readIntent, settleUnknown, type Word } from '#db/settlements.ts';
import { bumpSeq, commit } from '#db/statement.ts';
import type { Order } from '#domain/engine/control.ts';
import { giveUp } from '#party/give-up.ts';
import { startResend, type FakeResend } from '../providers/resend.ts';
import { addCustomer, addPlaybook, definitionOf, runOf } from '../db/engine-book.ts';
import { mailTo, openBench, taskFor, waitFor, type Bench } from './bench.ts';

const hour = 3_600_000;
let bench: Bench;
let resend: FakeResend;
beforeEach(async () => {
	resend = await startResend();
	bench = await openBench({ RESEND_URL: resend.url });
	await addCustomer(bench.database, 'w1', 'c1');
	await bench.database.update(workspace).set({ resendKey: 're_test' });
	await addPlaybook(bench.database, 'w1', 'p1', definitionOf([mailTo(), taskFor(false)]));
	await commit(bench.database, [bumpSeq('w1'), ...enrolRun(runOf('w1', 'r1', 'p1', 'c1', { startedAt: bench.now }), { stepId: 'mail', dueAt: bench.now })]);
});
afterEach(async () => {
	await Promise.all([bench.close(), resend.close()]);
});

/** The answers are lost until the worker gives up: twelve tries, or the provider’s memory of the key is over. */
async function lose({ isAccepted, isOld }: { isAccepted: boolean; isOld: boolean }) {
	resend.faults.push(isAccepted ? 'accept-then-cut' : 'server-error', ...Array<'server-error'>(30).fill('server-error'));
	for (let tries = 0; tries < 40 && (await bench.intents())[0]?.state !== 'unknown'; tries++) {
		await bench.settle();
		bench.now += isOld && tries === 1 ? 24 * hour : 400_000;
	}
	resend.faults.length = 0;
	expect(await bench.steps('r1')).toMatchObject([{ state: 'unknown' }]);
}
const settle = async (outcome: Word['outcome']) => {
	const intent = (await readIntent(bench.database, 'w1', 'r1-1-0'))!;
	await commit(bench.database, settleUnknown({ intent, outcome, by: { kind: 'user', id: 'u1' }, reason: 'seen in the log', now: bench.now }));
	await bench.settle();
};
const theRun = async () => (await bench.database.select().from(run).where(eq(run.id, 'r1')))[0]!;
const keys = () => resend.accepted.map(({ key }) => key);

const tell = (delivery: 'delivered' | 'failed') => commit(bench.database, keepCallback({ id: `w1:${delivery}`, workspace: 'w1', mailId: 'r1-1-0', delivery, reason: null, at: bench.now, receivedAt: bench.now }));

test('R12 what the provider told before its answer came is believed: it isn’t asked again, and nothing is unknown', async () => {
	resend.faults.push('accept-then-cut');
	await bench.settle();
	expect(await bench.intents()).toMatchObject([{ state: 'sending' }]);
	await tell('delivered');
	bench.now += 24 * hour;
	await bench.settle();
	expect(await theRun()).toMatchObject({ state: 'completed' });
	expect([(await bench.intents())[0], resend.seen.length]).toMatchObject([{ state: 'done' }, 1]);
	expect(await bench.mails()).toMatchObject([{ state: 'sent', delivery: 'delivered' }]);
});

test('R12 told in the moment in which it would become unknown, it is settled all the same, whoever comes first', async () => {
	resend.faults.push('accept-then-cut');
	await bench.settle();
	bench.now += 24 * hour;
	// The worker reads the step, then the provider tells, then the worker writes.
	const { batch } = bench.database.$client;
	let isTold = false;
	bench.database.$client.batch = (async (statements: { sql: string }[], mode: 'write') => {
		if (!isTold && statements.some(({ sql }) => sql.startsWith('UPDATE intent SET state = :state'))) {
			isTold = true;
			await tell('failed');
		}
		return batch.call(bench.database.$client, statements, mode);
	}) as typeof batch;
	await bench.settle();
	bench.database.$client.batch = batch;
	expect(isTold).toBe(true);
	expect(await bench.intents()).toMatchObject([{ state: 'failed' }]);
	expect([await theRun(), (await bench.steps('r1'))[0]]).toMatchObject([{ state: 'failed' }, { state: 'failed' }]);
});

test('R12 what became unknown since a callback read it is not only kept, but settled', async () => {
	await expect(commit(bench.database, [assertKnown('r1-1-0')])).resolves.toHaveLength(1);
	await lose({ isAccepted: true, isOld: true });
	await expect(commit(bench.database, [assertKnown('r1-1-0')])).rejects.toThrow('malformed JSON');
});

test('R12 it happened: the run goes on behind the step, and nothing more is sent', async () => {
	await lose({ isAccepted: true, isOld: true });
	await settle('happened');
	expect(await theRun()).toMatchObject({ state: 'completed' });
	expect((await bench.steps('r1')).map(({ number, stepId, state }) => [number, stepId, state])).toEqual([[1, 'mail', 'done'], [2, 'task', 'done']]);
	expect(keys()).toEqual(['r1-1-0']);
});

test('R10 R11 again: the same bytes under the same key, so one that had gone out after all goes once', async () => {
	await lose({ isAccepted: true, isOld: false });
	await settle('again');
	expect(await theRun()).toMatchObject({ state: 'completed' });
	expect(keys()).toEqual(['r1-1-0']);
	expect(new Set(resend.seen.map(({ body }) => body)).size).toBe(1);
	// Resend brings the tag back in its callbacks.
	expect(JSON.parse(resend.seen[0]!.body).tags).toEqual([{ name: 'cuebook_key', value: 'r1-1-0' }]);
});

test('R13 anew: a new step, a new key', async () => {
	await lose({ isAccepted: false, isOld: true });
	await settle('anew');
	expect((await bench.steps('r1')).map(({ number, stepId, state }) => [number, stepId, state])).toEqual([[1, 'mail', 'failed'], [2, 'mail', 'done'], [3, 'task', 'done']]);
	expect(keys()).toEqual(['r1-2-0']);
});

test('left: nothing is sent, and the run goes on', async () => {
	await lose({ isAccepted: false, isOld: true });
	await settle('left');
	expect((await bench.steps('r1')).map(({ stepId, state }) => [stepId, state])).toEqual([['mail', 'skipped'], ['task', 'done']]);
	expect([await theRun(), keys()]).toMatchObject([{ state: 'completed' }, []]);
});

const order = async (kind: Order) => {
	const ordered = await orderRun(bench.database, { workspace: 'w1', runId: 'r1', by: 'u1', reason: '', now: bench.now }, kind);
	if (!ordered.isAllowed) return ordered.code;
	await commit(bench.database, ordered.statements);
	await bench.settle();
	return 'done';
};
/** Skipped while nobody knows, the run is at the task behind the mail; then it is taken back to where it leads to the mail again. */
async function comeBack() {
	await bench.database.update(playbookVersion).set({ definition: definitionOf([waitFor(1), mailTo(), taskFor(true)]) });
	await lose({ isAccepted: true, isOld: true });
	expect(await order({ kind: 'skip' })).toBe('done');
	expect(await theRun()).toMatchObject({ state: 'waiting' });
	expect(await order({ kind: 'jump', stepId: 'mail' })).toBe('settle-first');
	expect(await order({ kind: 'jump', stepId: 'wait' })).toBe('done');
	bench.now += 120_000;
	await bench.settle();
	expect(await theRun()).toMatchObject({ state: 'failed' });
	expect((await bench.steps('r1')).at(-1)).toMatchObject({ number: 4, stepId: 'mail', state: 'unknown' });
	expect([await order({ kind: 'retry' }), keys()]).toEqual(['settle-first', ['r1-1-0']]);
}

test('R12, BE3: what was skipped while nobody knew isn’t asked for again when the run comes back to it: it is settled first, and then goes on by itself', async () => {
	await comeBack();
	await settle('happened');
	expect(await theRun()).toMatchObject({ state: 'waiting', hasErrors: true });
	expect((await bench.steps('r1')).map(({ stepId, state }) => [stepId, state])).toEqual([['mail', 'skipped'], ['task', 'cancelled'], ['wait', 'done'], ['mail', 'done'], ['task', 'waiting']]);
	expect(keys()).toEqual(['r1-1-0']);
});

test('R10, R13: settled as not having happened, it is done once, under a new key: the step that was left sends nothing any more', async () => {
	await comeBack();
	await expect(settle('again')).rejects.toThrow();
	await settle('anew');
	expect((await bench.steps('r1')).map(({ stepId, state }) => [stepId, state])).toEqual([['mail', 'skipped'], ['task', 'cancelled'], ['wait', 'done'], ['mail', 'done'], ['task', 'waiting']]);
	expect(keys()).toEqual(['r1-1-0', 'r1-4-0']);
});

test('R12, BE3: a run that was paused while its mail may be on its way isn’t taken back to it under a new key: it goes on with it first', async () => {
	resend.faults.push('accept-then-cut');
	await bench.settle();
	expect(await order({ kind: 'pause' })).toBe('done');
	expect(await order({ kind: 'jump', stepId: 'mail' })).toBe('on-its-way');
	expect(await order({ kind: 'jump', stepId: 'task' })).toBe('on-its-way');
	expect(await order({ kind: 'resume', missed: 'now' })).toBe('done');
	bench.now += 400_000;
	await bench.settle();
	expect([await theRun(), keys()]).toMatchObject([{ state: 'completed' }, ['r1-1-0']]);
});

test('R12: what was on its way when its run was stopped doesn’t stay so for ever: nobody knows, it is shown, and a person settles it', async () => {
	resend.faults.push('accept-then-cut');
	await bench.settle();
	expect(await order({ kind: 'stop' })).toBe('done');
	expect(await giveUp(bench.engine)).toBe(0);
	bench.now += leaseMs + 1;
	expect(await giveUp(bench.engine)).toBe(1);
	expect([await giveUp(bench.engine), await bench.intents(), await bench.mails()]).toMatchObject([0, [{ state: 'unknown', error: expect.stringContaining('Resend') }], [{ state: 'unknown' }]]);
	// Nobody would send it: it can't be asked for again.
	await expect(settle('again')).rejects.toThrow(/malformed JSON/);
	await settle('happened');
	expect([await theRun(), await bench.intents(), await bench.mails()]).toMatchObject([{ state: 'stopped' }, [{ state: 'done' }], [{ state: 'sent' }]]);
});

test('R12: skipped after a pause while its mail may be on its way, the run doesn’t ask for it again when it comes back', async () => {
	await bench.database.update(playbookVersion).set({ definition: definitionOf([waitFor(1), mailTo(), taskFor(true)]) });
	resend.faults.push('accept-then-cut');
	await bench.settle();
	expect(await order({ kind: 'pause' })).toBe('done');
	expect(await order({ kind: 'resume', missed: 'skip' })).toBe('done');
	bench.now += 30_000;
	await bench.settle();
	expect(await theRun()).toMatchObject({ state: 'waiting' });
	// Before anybody has given it up, too.
	expect(await order({ kind: 'jump', stepId: 'mail' })).toBe('settle-first');
	expect(await order({ kind: 'jump', stepId: 'wait' })).toBe('done');
	bench.now += 120_000;
	await bench.settle();
	expect([(await bench.steps('r1')).at(-1), keys()]).toMatchObject([{ stepId: 'mail', state: 'unknown' }, ['r1-1-0']]);
	await giveUp(bench.engine);
	await settle('happened');
	expect([await theRun(), keys()]).toMatchObject([{ state: 'waiting' }, ['r1-1-0']]);
});

test('R12: what its provider has told of, or provably never arrived, is not unknown when its run leaves it', async () => {
	resend.faults.push('rate-limited');
	await bench.settle();
	expect(await bench.intents()).toMatchObject([{ state: 'sending', firstAt: null }]);
	expect(await order({ kind: 'stop' })).toBe('done');
	bench.now += leaseMs + 1;
	expect(await giveUp(bench.engine)).toBe(1);
	expect([await bench.intents(), await bench.mails()]).toMatchObject([[{ state: 'failed' }], [{ state: 'failed' }]]);
});

test('R12, RU3: refused for sure, and put off, the mail is not on its way: the run may be taken elsewhere, and back, and nothing goes out twice', async () => {
	resend.faults.push('rate-limited', 'rate-limited');
	await bench.settle();
	bench.now += 60_000;
	await bench.settle();
	expect([await bench.intents(), (await bench.jobs()).map(({ attempt }) => attempt)]).toMatchObject([[{ state: 'sending', firstAt: null, attempts: 2 }], [2]]);
	expect(await order({ kind: 'jump', stepId: 'task' })).toBe('done');
	expect((await bench.steps('r1')).map(({ stepId, state }) => [stepId, state])).toEqual([['mail', 'cancelled'], ['task', 'done']]);
	await bench.database.update(run).set({ state: 'paused', endedAt: null }).where(eq(run.id, 'r1'));
	expect(await order({ kind: 'jump', stepId: 'mail' })).toBe('done');
	bench.now += leaseMs + 1;
	await giveUp(bench.engine);
	expect([keys(), await bench.intents()]).toMatchObject([['r1-3-0'], [{ key: 'r1-1-0', state: 'failed' }, { key: 'r1-2-0' }, { key: 'r1-3-0', state: 'done' }]]);
});

test('R12: put off after an answer that was lost, it may have arrived: the run stays, also when it is refused for sure the next time', async () => {
	resend.faults.push('accept-then-cut', 'rate-limited');
	await bench.settle();
	expect(await order({ kind: 'jump', stepId: 'task' })).toBe('on-its-way');
	bench.now += 60_000;
	await bench.settle();
	expect(await bench.intents()).toMatchObject([{ state: 'sending', attempts: 2 }]);
	expect(await order({ kind: 'jump', stepId: 'task' })).toBe('on-its-way');
});

test('R8, R12: it is tried again in the moment that a person takes the run elsewhere: nothing is written, and the order is judged anew', async () => {
	resend.faults.push('rate-limited');
	await bench.settle();
	const ordered = await orderRun(bench.database, { workspace: 'w1', runId: 'r1', by: 'u1', reason: '', now: bench.now }, { kind: 'jump', stepId: 'task' });
	if (!ordered.isAllowed) throw new Error(ordered.code);
	bench.now += 60_000;
	const [job] = await claimJobs(bench.database, { workspace: 'w1', shard: 0, token: 'slow', now: bench.now, limit: 1 });
	await expect(commit(bench.database, ordered.statements)).rejects.toThrow(/malformed JSON/);
	// It has been tried, and nobody knows how it went; the worker gives the job back as if it had never had it.
	await commit(bench.database, [markSending('r1-1-0', bench.now), releaseJob(job!, bench.now + 1_000, false)]);
	await expect(commit(bench.database, ordered.statements)).rejects.toThrow(/malformed JSON/);
	expect([await order({ kind: 'jump', stepId: 'task' }), (await bench.steps('r1')).map(({ state }) => state)]).toEqual(['on-its-way', ['scheduled']]);
});

test('R12, R16: what a breaker kept from being sent was never sent: no stop makes it unknown', async () => {
	for (let n = 0; n < 9; n++) bench.engine.breaker.failed('mail', bench.now);
	await bench.settle();
	expect([resend.seen.length, await bench.intents()]).toMatchObject([0, [{ state: 'sending', firstAt: null }]]);
	expect(await order({ kind: 'stop' })).toBe('done');
	bench.now += leaseMs + 1;
	await giveUp(bench.engine);
	expect(await bench.intents()).toMatchObject([{ state: 'failed' }]);
});
