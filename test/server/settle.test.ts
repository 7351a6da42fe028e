/** What was never answered gets its last word (R12): a person's over the endpoint, or the provider's by a signed callback. */
import { asc, eq, sql } from 'drizzle-orm';
import { Webhook } from 'standardwebhooks';
import { beforeAll, expect, it } from 'vitest';
import { recordMail } from '#db/mails.ts';
import { enrolRun } from '#db/entries.ts';
import { mail } from '#db/schema/effects.ts';
import { intent, job, run, runEvent, step } from '#db/schema/engine.ts';
import { bumpSeq, commit } from '#db/statement.ts';
import type { IntentRequest } from '#domain/actions/action.ts';
import { addCustomer, addPlaybook, definitionOf, runOf } from '../db/engine-book.ts';
import { origin, startApp } from './app.ts';

const app = await startApp();
const { db } = app;
const secret = `whsec_${btoa('a-signing-secret-of-resend')}`;
const mine = await app.owner();
const me = await mine.me();
beforeAll(async () => {
	await addPlaybook(db, me.workspace, 'playbook_mail', definitionOf([{ id: 's1', kind: 'stop' }]));
	await mine.command('change-workspace', { resendWebhookSecret: secret });
});

let n = 0;
const hour = 3_600_000;
/** A run stuck over mails whose answers were lost, as the worker leaves it. */
async function aLostAnswer(firstAt = Date.now() - hour, parts = 1): Promise<{ runId: string; keys: string[] }> {
	const [customerId, runId] = [`customer_${++n}`, `run_${n}`];
	await addCustomer(db, me.workspace, customerId);
	const request: Extract<IntentRequest, { kind: 'mail' }> = { kind: 'mail', mailKind: 'automatic', from: null, replyTo: null, to: ['ida@c.example'], cc: [], bcc: [], subject: 'Welcome', html: '<p>Hi</p>', text: 'Hi', customerId };
	const keys = Array.from({ length: parts }, (_, part) => `${runId}-1-${part}`);
	const sent = (id: string) => recordMail({ id, workspace: me.workspace, kind: 'automatic', customerId, runId, from: 'a@b.test', to: request.to, cc: [], bcc: [], subject: 'Welcome', html: request.html, text: request.text, state: 'unknown', providerId: null, error: 'no answer', at: firstAt });
	await commit(db, [bumpSeq(me.workspace), ...enrolRun(runOf(me.workspace, runId, 'playbook_mail', customerId), { stepId: 's1', dueAt: firstAt }), ...keys.map(sent)]);
	for (const [part, key] of keys.entries()) await db.insert(intent).values({ key, workspace: me.workspace, runId, number: 1, part, kind: 'mail', state: 'unknown', request, error: 'no answer', attempts: 12, firstAt, settledAt: firstAt + 1 });
	await db.run(sql`UPDATE step SET state = 'unknown', error = 'unknown', ended_at = 1 WHERE run_id = ${runId}`);
	await db.run(sql`UPDATE run SET state = 'failed' WHERE id = ${runId}`);
	await db.run(sql`DELETE FROM job WHERE run_id = ${runId}`);
	return { runId, keys };
}
const settle = (runId: string, key: string, outcome: 'happened' | 'again' | 'left', id?: string) => mine.command('settle-intent', { runId, key, outcome, reason: 'The customer answered it' }, id);
const intentOf = async (key: string) => (await db.select().from(intent).where(eq(intent.key, key)))[0]!;
const mailOf = async (key: string) => (await db.select().from(mail).where(eq(mail.id, key)))[0]!;
/** The run with its steps, and where its job is: the step number and the epoch. */
const standing = async (runId: string) => {
	const [[row], steps, jobs] = await db.batch([db.select().from(run).where(eq(run.id, runId)), db.select().from(step).where(eq(step.runId, runId)).orderBy(asc(step.number)), db.select().from(job).where(eq(job.runId, runId))]);
	return { state: row!.state, epoch: row!.epoch, steps: steps.map(({ number, state }) => [number, state]), jobs: jobs.map(({ number, epoch }) => [number, epoch]) };
};
const stuck = { state: 'failed', epoch: 1, steps: [[1, 'unknown']], jobs: [] };

/** A callback as Resend sends it. */
async function tell(type: string, data: Record<string, unknown>, { id = `msg_${crypto.randomUUID()}`, at = Date.now(), key = secret, workspace = me.workspace }: { id?: string; at?: number; key?: string; workspace?: string } = {}) {
	const body = JSON.stringify({ type, created_at: new Date(at).toISOString(), data });
	const now = new Date();
	const headers = { 'content-type': 'application/json', 'svix-id': id, 'svix-timestamp': String(Math.floor(now.getTime() / 1_000)), 'svix-signature': new Webhook(key).sign(id, now, body), origin: 'https://elsewhere.example' };
	return (await app.browser().send(`${origin}/api/callbacks/resend/${workspace}`, { method: 'POST', body, headers })).status;
}
const tagged = (key: string) => ({ email_id: `resend-${key}`, tags: { cuebook_key: key } });

it('R12 it happened: what was lost is done, and the run goes on at the same step; once for each id, and never twice', async () => {
	const { runId, keys: [key] } = await aLostAnswer();
	const id = `command_${crypto.randomUUID()}`;
	expect(await settle(runId, key!, 'happened', id)).toMatchObject({ status: 'accepted' });
	expect(await settle(runId, key!, 'happened', id)).toMatchObject({ status: 'accepted' });
	expect(await standing(runId)).toEqual({ state: 'running', epoch: 2, steps: [[1, 'scheduled']], jobs: [[1, 2]] });
	expect(await intentOf(key!)).toMatchObject({ state: 'done', error: null, response: { settled: { outcome: 'happened', by: { kind: 'user', id: me.id }, reason: 'The customer answered it' } } });
	expect(await mailOf(key!)).toMatchObject({ state: 'sent', error: null });
	expect((await db.select().from(runEvent).where(eq(runEvent.runId, runId))).at(-1)).toMatchObject({ type: 'settled-happened', data: { by: me.id, reason: 'The customer answered it', intent: key } });
	expect(await settle(runId, key!, 'again')).toMatchObject({ status: 'held', reason: 'effect-settled' });
});

it('R13 to be done again: under the same key while the provider knows it, later as a new step with a new key', async () => {
	const soon = await aLostAnswer();
	expect(await settle(soon.runId, soon.keys[0]!, 'again')).toMatchObject({ status: 'accepted', result: { outcome: 'again' } });
	expect(await intentOf(soon.keys[0]!)).toMatchObject({ state: 'prepared', attempts: 12 });
	expect(await standing(soon.runId)).toMatchObject({ state: 'running', steps: [[1, 'scheduled']], jobs: [[1, 2]] });
	const late = await aLostAnswer(Date.now() - 24 * hour);
	expect(await settle(late.runId, late.keys[0]!, 'again')).toMatchObject({ status: 'accepted', result: { outcome: 'anew' } });
	expect(await intentOf(late.keys[0]!)).toMatchObject({ state: 'failed' });
	expect(await standing(late.runId)).toEqual({ state: 'running', epoch: 2, steps: [[1, 'failed'], [2, 'scheduled']], jobs: [[2, 2]] });
});

it('left: nobody sends it; the run goes on only when nothing of the step is unknown', async () => {
	const { runId, keys } = await aLostAnswer(undefined, 2);
	expect(await settle(runId, keys[0]!, 'left')).toMatchObject({ status: 'accepted' });
	expect(await standing(runId)).toEqual(stuck);
	expect(await settle(runId, keys[1]!, 'happened')).toMatchObject({ status: 'accepted' });
	expect(await standing(runId)).toMatchObject({ state: 'running', steps: [[1, 'scheduled']], jobs: [[1, 2]] });
	expect([await intentOf(keys[0]!), await mailOf(keys[0]!)]).toMatchObject([{ state: 'abandoned' }, { state: 'failed' }]);
});

it('R10 again, beside a part that failed: under its own key all the same, and the failure stays for a person', async () => {
	const { runId, keys } = await aLostAnswer(undefined, 2);
	await db.update(intent).set({ state: 'failed', error: 'refused' }).where(eq(intent.key, keys[1]!));
	expect(await settle(runId, keys[0]!, 'again')).toMatchObject({ status: 'accepted' });
	expect(await standing(runId)).toMatchObject({ state: 'running', steps: [[1, 'scheduled']], jobs: [[1, 2]] });
	expect(await intentOf(keys[0]!)).toMatchObject({ state: 'prepared' });
});

it('a run that was stopped meanwhile stays so: only what happened is recorded', async () => {
	const { runId, keys: [key] } = await aLostAnswer();
	await mine.command('stop-run', { runId });
	expect(await settle(runId, key!, 'happened')).toMatchObject({ status: 'accepted' });
	expect(await standing(runId)).toMatchObject({ state: 'stopped', jobs: [] });
	expect((await intentOf(key!)).state).toBe('done');
	expect(await mine.command('settle-intent', { runId: 'run_other', key: key!, outcome: 'left', reason: 'x' })).toMatchObject({ status: 'refused', reason: 'no-such-effect' });
});

it('the provider’s callback settles it, whoever it reaches first and however often it comes', async () => {
	const { runId, keys: [key] } = await aLostAnswer();
	const id = `msg_${crypto.randomUUID()}`;
	expect(await Promise.all([tell('email.delivered', tagged(key!), { id }), tell('email.delivered', tagged(key!), { id })])).toEqual([200, 200]);
	expect(await tell('email.delivered', tagged(key!), { id })).toBe(200);
	expect(await standing(runId)).toEqual({ state: 'running', epoch: 2, steps: [[1, 'scheduled']], jobs: [[1, 2]] });
	expect(await intentOf(key!)).toMatchObject({ state: 'done', providerId: `resend-${key}`, response: { settled: { by: { kind: 'system', id: 'resend' } } } });
	expect(await mailOf(key!)).toMatchObject({ state: 'sent', delivery: 'delivered', providerId: `resend-${key}` });
});

it('what was told out of order ends as the last of it; a failure leaves the run to a person', async () => {
	const { keys: [key] } = await aLostAnswer();
	for (const [type, at] of [['email.bounced', 3], ['email.delivered', 2], ['email.sent', 1], ['email.delivery_delayed', 1]] as const) expect(await tell(type, { ...tagged(key!), ...(type === 'email.bounced' ? { bounce: { message: 'No such mailbox' } } : {}) }, { at })).toBe(200);
	expect(await mailOf(key!)).toMatchObject({ state: 'sent', delivery: 'bounced', deliveryAt: 3, error: 'No such mailbox' });
	const failed = await aLostAnswer();
	expect(await tell('email.failed', { ...tagged(failed.keys[0]!), failed: { reason: 'daily quota' } })).toBe(200);
	expect(await standing(failed.runId)).toEqual({ ...stuck, steps: [[1, 'failed']] });
	expect((await db.select().from(step).where(eq(step.runId, failed.runId)))[0]!.error).toBe('failed {"reason":"daily quota"}');
	expect(await intentOf(failed.keys[0]!)).toMatchObject({ state: 'failed', error: 'daily quota' });
});

it('a callback that comes before the mail’s own row is shown by it', async () => {
	const { runId, keys: [key] } = await aLostAnswer();
	const early = `${runId}-1-9`;
	await db.insert(intent).values({ ...(await intentOf(key!)), key: early, part: 9, state: 'sending' });
	expect(await tell('email.delivered', tagged(early), { at: 5 })).toBe(200);
	const { seq: _, deletedAt: __, ...row } = await mailOf(key!);
	await commit(db, [bumpSeq(me.workspace), recordMail({ ...row, id: early, state: 'sent' })]);
	expect(await mailOf(early)).toMatchObject({ state: 'sent', delivery: 'delivered', deliveryAt: 5 });
});

it('without the right signature nothing is believed; what is not ours is left alone', async () => {
	const { runId, keys: [key] } = await aLostAnswer();
	expect(await tell('email.delivered', tagged(key!), { key: `whsec_${btoa('another-secret-altogether')}` })).toBe(401);
	expect(await tell('email.delivered', tagged(key!), { workspace: 'workspace_none' })).toBe(404);
	expect(await standing(runId)).toEqual(stuck);
	// However much somebody without a right sends, no more of it is read than a callback may have.
	let sent = 0;
	const endless = new ReadableStream({ pull: (controller) => (sent++ < 1_000 ? controller.enqueue(new Uint8Array(65_536)) : controller.close()) });
	const answered = await app.browser().send(`/api/callbacks/resend/${me.workspace}`, { method: 'POST', body: endless, duplex: 'half' } as RequestInit);
	expect([answered.status, sent < 40]).toEqual([413, true]);
	expect([await tell('email.delivered', { email_id: 'of-another-app' }), await tell('contact.created', {})]).toEqual([200, 200]);
});
