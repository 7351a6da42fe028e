/** A mail that waits for a word (AC7), over the endpoint: sent as it was read, edited, cancelled, held on other ground, once for each id (SY3). */
import { asc, eq, sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { insertDraft, type MailRequest } from '#db/drafts.ts';
import { enrolRun } from '#db/entries.ts';
import { customer } from '#db/schema/documents.ts';
import { draft } from '#db/schema/effects.ts';
import { intent, run, runEvent, waitToken } from '#db/schema/engine.ts';
import { workspace } from '#db/schema/people.ts';
import { bumpSeq, commit } from '#db/statement.ts';
import { addCustomer, addPlaybook, definitionOf, runOf } from '../db/engine-book.ts';
import { startApp } from './app.ts';

const app = await startApp();
const { db } = app;
const mine = await app.owner();
const me = await mine.me();
let n = 0;
/** A run whose mail waits, as the worker leaves it. */
async function aMail(more: Partial<MailRequest> = {}): Promise<{ draftId: string; runId: string; customerId: string }> {
	const [customerId, playbook, runId] = [`customer_${++n}`, `playbook_${n}`, `run_${n}`];
	await addCustomer(db, me.workspace, customerId, { owner: me.id, stage: 'stage_a' });
	await addPlaybook(db, me.workspace, playbook, definitionOf([{ id: 's1', kind: 'wait', params: { mode: 'for', amount: 2, unit: 'days' } } as never]));
	const request: MailRequest = { kind: 'mail', mailKind: 'validated', from: { name: 'Ann', email: 'ann@cs.example' }, replyTo: 'ann@cs.example', to: ['ida@c.example'], cc: [], bcc: [], subject: 'Welcome', html: '<p>Hello</p>', text: 'Hello', customerId, ...more };
	const draftId = `${runId}-1-0`;
	await commit(db, [
		bumpSeq(me.workspace),
		...enrolRun(runOf(me.workspace, runId, playbook, customerId), { stepId: 's1', dueAt: Date.now() + 86_400_000 }),
		insertDraft({ id: draftId, workspace: me.workspace, runId, number: 1, assignees: [me.id], teamId: null, from: 'Ann <ann@cs.example>', createdAt: 1_000, request }),
	]);
	await db.insert(intent).values({ key: draftId, workspace: me.workspace, runId, number: 1, part: 0, kind: 'mail', state: 'waiting', request });
	await db.run(sql`UPDATE step SET state = 'waiting' WHERE run_id = ${runId}`);
	await db.run(sql`UPDATE run SET state = 'waiting' WHERE id = ${runId}`);
	await db.run(sql`DELETE FROM job WHERE run_id = ${runId}`);
	await db.insert(waitToken).values({ id: `wait_${runId}`, workspace: me.workspace, runId, number: 1, epoch: 1, kind: 'draft', ref: `${runId}:1` });
	return { draftId, runId, customerId };
}
const rowOf = async (id: string) => (await db.select().from(draft).where(eq(draft.id, id)))[0]!;
const intentOf = async (id: string) => (await db.select().from(intent).where(eq(intent.key, id)))[0]!;
const jobs = async (runId: string) => (await db.all(sql`SELECT 1 FROM job WHERE run_id = ${runId}`)).length;
const history = async (runId: string) => (await db.select().from(runEvent).where(eq(runEvent.runId, runId)).orderBy(asc(runEvent.n))).map(({ type }) => type).filter((type) => type.startsWith('mail-'));
const otherStage = (id: string) =>
	db.batch([db.update(workspace).set({ seq: sql`seq + 1` }).where(eq(workspace.id, me.workspace)), db.update(customer).set({ stage: 'stage_b', seq: sql`(SELECT seq FROM workspace WHERE id = ${me.workspace})` }).where(eq(customer.id, id))]);
const edited = { to: ['bo@c.example'], cc: [], bcc: ['boss@cs.example'], subject: 'Welcome again', html: '<p onclick="steal()">Dear Bo</p>' };

it('approved, it is let go as it was read, and the run goes on; the same id again changes nothing', async () => {
	const { draftId, runId } = await aMail();
	const ground = await mine.saw('approve-mail', { draftId });
	for (let again = 0; again < 3; again++) expect(await mine.command('approve-mail', { draftId }, `command_approve_${n}`, ground)).toEqual({ status: 'accepted' });
	expect(await rowOf(draftId)).toMatchObject({ state: 'approved', decidedBy: me.id, subject: 'Welcome' });
	expect(await intentOf(draftId)).toMatchObject({ state: 'prepared', request: { to: ['ida@c.example'], html: '<p>Hello</p>' } });
	expect([await jobs(runId), await history(runId)]).toEqual([1, ['mail-approved']]);
	expect((await db.select().from(run).where(eq(run.id, runId)))[0]).toMatchObject({ state: 'running' });
	// Another decision about it, by a device that has not heard.
	expect(await mine.command('cancel-mail', { draftId }, undefined, ground)).toMatchObject({ status: 'held', reason: 'ground-changed', differences: expect.arrayContaining([{ name: `draft/${draftId}/state`, was: 'waiting', now: 'approved' }, { name: `draft/${draftId}/decidedBy`, was: null, now: me.id }]) });
	expect(await mine.command('approve-mail', { draftId })).toMatchObject({ status: 'held', reason: 'mail-decided' });
});

it('held with both sides when its customer stands elsewhere or somebody rewrote it; decided again on today’s ground it goes', async () => {
	const { draftId, customerId } = await aMail();
	const before = await mine.saw('approve-mail', { draftId });
	await otherStage(customerId);
	const held = { status: 'held', reason: 'ground-changed', differences: [{ name: `customer/${customerId}/stage`, was: 'stage_a', now: 'stage_b' }] };
	for (let again = 0; again < 2; again++) expect(await mine.command('approve-mail', { draftId }, `command_held_${n}`, before)).toEqual(held);
	expect([(await rowOf(draftId)).state, (await intentOf(draftId)).state]).toEqual(['waiting', 'waiting']);

	const elsewhere = await mine.saw('approve-mail', { draftId });
	expect(await mine.command('edit-mail', { draftId, ...edited, isSending: false }, undefined, await mine.saw('edit-mail', { draftId }))).toEqual({ status: 'accepted' });
	expect(await mine.command('approve-mail', { draftId }, undefined, elsewhere)).toMatchObject({ status: 'held', differences: expect.arrayContaining([{ name: `draft/${draftId}/text`, was: 'Hello', now: 'Dear Bo' }, { name: `draft/${draftId}/to`, was: ['ida@c.example'], now: ['bo@c.example'] }]) });
	expect(await mine.command('approve-mail', { draftId }, undefined, await mine.saw('approve-mail', { draftId }))).toEqual({ status: 'accepted' });
	expect(await intentOf(draftId)).toMatchObject({ state: 'prepared', request: { to: ['bo@c.example'], bcc: ['boss@cs.example'], subject: 'Welcome again', html: '<p>Dear Bo</p>', text: 'Dear Bo' } });
});

it('edited without sending, it waits on with its new text; edited and sent, it is one word; once for each id', async () => {
	const { draftId, runId } = await aMail();
	for (let again = 0; again < 2; again++) expect(await mine.command('edit-mail', { draftId, ...edited, isSending: false }, `command_save_${n}`)).toEqual({ status: 'accepted' });
	expect([(await rowOf(draftId)).state, (await rowOf(draftId)).html, await jobs(runId), await history(runId)]).toEqual(['waiting', '<p>Dear Bo</p>', 0, ['mail-changed']]);
	for (let again = 0; again < 2; again++) expect(await mine.command('edit-mail', { draftId, ...edited, subject: 'Third' }, `command_edit_${n}`)).toEqual({ status: 'accepted' });
	expect([await intentOf(draftId), await jobs(runId), await history(runId)]).toMatchObject([{ state: 'prepared', request: { subject: 'Third' } }, 1, ['mail-changed', 'mail-edited']]);
});

it('cancelled, it is never sent, and the run goes on; the same id again changes nothing', async () => {
	const { draftId, runId } = await aMail();
	for (let again = 0; again < 2; again++) expect(await mine.command('cancel-mail', { draftId }, `command_cancel_${n}`, again === 0 ? await mine.saw('cancel-mail', { draftId }) : [])).toEqual({ status: 'accepted' });
	expect([await rowOf(draftId), await intentOf(draftId), await jobs(runId), await history(runId)]).toMatchObject([{ state: 'cancelled', decidedBy: me.id }, { state: 'abandoned' }, 1, ['mail-cancelled']]);
	expect(await mine.command('approve-mail', { draftId })).toMatchObject({ status: 'held', reason: 'mail-decided' });
});

it('refused with a reason: to nobody, without text, not there', async () => {
	const { draftId } = await aMail({ to: [] });
	expect(await mine.command('approve-mail', { draftId })).toMatchObject({ status: 'refused', reason: 'no-recipients' });
	expect(await mine.command('edit-mail', { draftId, ...edited, to: [] })).toMatchObject({ status: 'refused', reason: 'no-recipients' });
	expect(await mine.command('edit-mail', { draftId, ...edited, html: '<p onclick="steal()"> </p>' })).toMatchObject({ status: 'refused', reason: 'blank-mail' });
	expect(await mine.command('edit-mail', { draftId, ...edited, to: ['nobody'] })).toMatchObject({ status: 'refused', reason: 'not-valid' });
	expect(await mine.command('cancel-mail', { draftId: 'draft_gone' })).toMatchObject({ status: 'refused', reason: 'no-such-mail' });
	expect((await rowOf(draftId)).state).toBe('waiting');
});
