/** AC7: a mail that waits for a person's word, judged by the provider's own log. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eq } from 'drizzle-orm';
import { approveDraft, assertWaiting, cancelDraft } from '#db/drafts.ts';
import { enrolRun } from '#db/entries.ts';
import { resumeWaits } from '#db/waits.ts';
import { draft, run, workspace } from '#db/schema/index.ts';
import { bumpSeq, commit } from '#db/statement.ts';
import type { Step } from '#domain/documents/playbook/definition.ts';
import { startResend, type FakeResend } from '../providers/resend.ts';
import { addCustomer, addPlaybook, definitionOf, orderNow, runOf } from '../db/engine-book.ts';
import { mailTo, openBench, waitFor, type Bench } from './bench.ts';

let bench: Bench;
let resend: FakeResend;
beforeEach(async () => {
	resend = await startResend();
	bench = await openBench({ RESEND_URL: resend.url });
	await addCustomer(bench.database, 'w1', 'c1');
	await bench.database.update(workspace).set({ resendKey: 're_test' });
});
afterEach(() => Promise.all([bench.close(), resend.close()]));

const validated = (params: object = {}): Step => ({ ...(mailTo() as Extract<Step, { kind: 'action' }>), action: 'send-email-after-validation', params: { ...(mailTo() as Extract<Step, { kind: 'action' }>).params, assignees: { kind: 'owner' }, choosesRecipients: false, ...params } });
const start = async (steps: Step[] = [validated(), waitFor(5)]) => {
	await addPlaybook(bench.database, 'w1', 'p1', definitionOf(steps));
	await commit(bench.database, [bumpSeq('w1'), ...enrolRun(runOf('w1', 'r1', 'p1', 'c1', { startedAt: bench.now }), { stepId: 'mail', dueAt: bench.now })]);
	await bench.settle();
};
const theRun = async () => (await bench.database.select().from(run).where(eq(run.id, 'r1')))[0]!;
const drafts = () => bench.database.select().from(draft).orderBy(draft.id);
const word = (id: string) => ({ workspace: 'w1', id, by: 'u1', now: bench.now });
/** What the server's commands commit (lib/server/commands/drafts.ts). */
const say = async (id: string, how: typeof approveDraft) => void (await commit(bench.database, [assertWaiting(id), bumpSeq('w1'), ...how(word(id)), ...resumeWaits('w1', 'draft', id.replace(/^(.*)-(\d+)-\d+$/, '$1:$2'), bench.now)]));
const control = () => ({ workspace: 'w1', runId: 'r1', by: 'u1', reason: 'test', now: bench.now });

describe('AC7: a mail after validation', () => {
	test('is rendered when its step fires, and waits with its run (blue)', async () => {
		await start();
		expect(await drafts()).toMatchObject([{ id: 'r1-1-0', runId: 'r1', number: 1, customerId: 'c1', assignees: ['u1'], from: 'Camille Roche <camille@northwind.test>', to: ['ana@c1.test'], subject: 'Welcome, Ana Costa', state: 'waiting' }]);
		expect(await theRun()).toMatchObject({ state: 'waiting', nextStepId: 'mail' });
		expect([await bench.jobs(), resend.seen, await bench.mails()]).toEqual([[], [], []]);
	});

	test('R10 R11 approved, it goes out once under its key though the answer was lost, and the run goes on once', async () => {
		await start();
		resend.faults.push('accept-then-cut');
		await say('r1-1-0', approveDraft);
		await expect(say('r1-1-0', approveDraft)).rejects.toThrow(/malformed JSON/);
		await bench.settle();
		bench.now += 60_000;
		await bench.settle();
		expect(resend.accepted.map((one) => [one.key, one.body.to, one.body.subject])).toEqual([['r1-1-0', ['ana@c1.test'], 'Welcome, Ana Costa']]);
		expect(await bench.mails()).toMatchObject([{ id: 'r1-1-0', kind: 'validated', state: 'sent' }]);
		expect((await bench.steps('r1')).map((one) => [one.stepId, one.state])).toEqual([['mail', 'done'], ['wait', 'scheduled']]);
		bench.now += 600_000;
		await bench.settle();
		expect(await theRun()).toMatchObject({ state: 'completed', hasErrors: false });
		expect(resend.accepted).toHaveLength(1);
	});

	test('several in one step: each goes when it is approved, the run when all are decided', async () => {
		for (const role of ['decider']) await bench.database.run(`INSERT INTO contact (workspace, seq, id, customer_id, name, email, roles, tags, custom, created_at) VALUES ('w1', 1, 'k2', 'c1', 'Bo', 'bo@c1.test', '["${role}"]', '[]', '{}', 2000)`);
		await start([validated({ recipients: ['all'] })]);
		expect((await drafts()).map((one) => one.to)).toEqual([['ana@c1.test'], ['bo@c1.test']]);
		await say('r1-1-0', approveDraft);
		await bench.settle();
		expect(resend.accepted.map((one) => one.key)).toEqual(['r1-1-0']);
		expect(await theRun()).toMatchObject({ state: 'waiting' });
		await say('r1-1-1', approveDraft);
		await bench.settle();
		expect(resend.accepted.map((one) => one.key)).toEqual(['r1-1-0', 'r1-1-1']);
		expect(await theRun()).toMatchObject({ state: 'completed' });
	});

	test('cancelled, its step is skipped by whoever did it, and the run goes on', async () => {
		await start();
		await say('r1-1-0', cancelDraft);
		await bench.settle();
		expect((await bench.steps('r1')).map((one) => [one.stepId, one.state, one.output])).toEqual([['mail', 'skipped', { cancelledBy: 'u1' }], ['wait', 'scheduled', null]]);
		expect([await drafts(), resend.seen]).toMatchObject([[{ state: 'cancelled', decidedBy: 'u1' }], []]);
	});

	test.each(['stop', 'skip'] as const)('R8 %s withdraws what waits: nobody can send it any more', async (what) => {
		await start();
		await orderNow(bench.database, control(), { kind: what === 'stop' ? 'stop' : 'skip' });
		await bench.settle();
		expect(await drafts()).toMatchObject([{ state: 'cancelled', decidedBy: 'u1' }]);
		expect(await bench.intents()).toMatchObject([{ state: 'abandoned' }]);
		await expect(say('r1-1-0', approveDraft)).rejects.toThrow(/malformed JSON/);
		await bench.settle();
		expect(resend.seen).toEqual([]);
	});

	test('R8 approved and stopped before it was sent: it is withdrawn, never sent', async () => {
		await start();
		await say('r1-1-0', approveDraft);
		await orderNow(bench.database, control(), { kind: 'stop' });
		await bench.settle();
		expect([await drafts(), resend.seen]).toMatchObject([[{ state: 'cancelled' }], []]);
	});

	test('R15 the worker dies between sending and saying so: after its lease the same key is asked again, and it is one mail', async () => {
		await start();
		await say('r1-1-0', approveDraft);
		// The first try is accepted, and its worker never comes to the record of it.
		const { database } = bench.engine;
		bench.engine.database = new Proxy(database, { get: (at, key) => (key === '$client' && resend.accepted.length > 0 ? { ...at.$client, batch: () => Promise.reject(new Error('killed')) } : Reflect.get(at, key)) });
		await bench.settle().catch(() => undefined);
		bench.engine.database = database;
		expect(resend.accepted).toHaveLength(1);
		expect(await bench.intents()).toMatchObject([{ state: 'sending' }]);
		bench.now += 120_000;
		await bench.settle();
		expect(resend.accepted).toHaveLength(1);
		expect(resend.seen.map((one) => one.headers['idempotency-key'])).toEqual(['r1-1-0', 'r1-1-0']);
		expect((await bench.steps('r1'))[0]).toMatchObject({ state: 'done' });
	});

	test('a mail that fails leaves the run stuck; trying again asks anew', async () => {
		await start();
		resend.faults.push('refuse');
		await say('r1-1-0', approveDraft);
		await bench.settle();
		expect(await theRun()).toMatchObject({ state: 'failed' });
		await orderNow(bench.database, control(), { kind: 'retry' });
		await bench.settle();
		expect((await drafts()).map(({ id, state }) => [id, state])).toEqual([['r1-1-0', 'approved'], ['r1-2-0', 'waiting']]);
	});

	test('its recipients may be left to whoever validates it', async () => {
		await start([validated({ choosesRecipients: true, recipients: [], subject: 'News of {{ customer.name }}', body: '<p>Hello</p>' })]);
		expect(await drafts()).toMatchObject([{ to: [], subject: 'News of Company c1', state: 'waiting' }]);
	});
});
