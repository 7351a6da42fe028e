import { eq, sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { contact, customer, interaction } from '#db/schema/documents.ts';
import { task } from '#db/schema/effects.ts';
import { run } from '#db/schema/engine.ts';
import { command, workspace } from '#db/schema/people.ts';
import { startApp } from './app.ts';
import { addCustomer, addPlaybook, definitionOf, runOf } from '../db/engine-book.ts';
import { commit, bumpSeq } from '#db/statement.ts';
import { enrolRun } from '#db/entries.ts';

const app = await startApp();
const { db } = app;
const mine = await app.owner();
const me = await mine.me();

/** A colleague changes rows: with the workspace's next seq, as every writer does. */
const meanwhile = async (table: typeof customer | typeof task | typeof run, id: string, values: object) => {
	await db.batch([
		db.update(workspace).set({ seq: sql`seq + 1` }).where(eq(workspace.id, me.workspace)),
		db.update(table).set({ ...values, seq: sql`(SELECT seq FROM workspace WHERE id = ${me.workspace})` }).where(eq(table.id, id)),
	]);
};
let n = 0;
const book = async () => {
	const customerId = `customer_${++n}`;
	await addCustomer(db, me.workspace, customerId, { owner: me.id, stage: 'stage_a' });
	return customerId;
};
const aTask = async (more: object = {}) => {
	const customerId = await book();
	const id = `task_${n}`;
	await mine.command('create-task', { id, title: 'Call', customerId, ...more });
	return { id, customerId };
};
const aRun = async () => {
	const customerId = await book();
	const [playbook, id] = [`playbook_${n}`, `run_${n}`];
	await addPlaybook(db, me.workspace, playbook, definitionOf([{ id: 's1', kind: 'wait', params: { mode: 'for', amount: 2, unit: 'days' } } as never]));
	await commit(db, [bumpSeq(me.workspace), ...enrolRun(runOf(me.workspace, id, playbook, customerId), { stepId: 's1', dueAt: Date.now() + 86_400_000 })]);
	return { id, playbook, customerId };
};

describe('SY3: a decision on the ground that was seen', () => {
	it('is accepted when nothing has moved', async () => {
		const { id } = await aTask();
		expect(await mine.command('complete-task', { taskId: id }, undefined, await mine.saw('complete-task', { taskId: id }))).toEqual({ status: 'accepted' });
		const stopped = await aRun();
		expect(await mine.command('stop-run', { runId: stopped.id }, undefined, await mine.saw('stop-run', { runId: stopped.id }))).toEqual({ status: 'accepted' });
	});

	it('is held with both sides when the stage has changed, executes nothing, and says the same again', async () => {
		const { id, customerId } = await aTask();
		const ground = await mine.saw('complete-task', { taskId: id });
		await meanwhile(customer, customerId, { stage: 'stage_b' });
		const held = { status: 'held', reason: 'ground-changed', differences: [{ name: `customer/${customerId}/stage`, was: 'stage_a', now: 'stage_b' }] };
		for (let again = 0; again < 3; again++) expect(await mine.command('complete-task', { taskId: id }, `command_held_${n}`, ground)).toEqual(held);
		expect((await db.select().from(task).where(eq(task.id, id)))[0]!.state).toBe('open');
		// Decided again, on today's ground.
		expect(await mine.command('complete-task', { taskId: id }, undefined, await mine.saw('complete-task', { taskId: id }))).toEqual({ status: 'accepted' });
	});

	it('of two devices at once, one wins and the other is held, whoever it is', async () => {
		const { id } = await aTask();
		const ground = await mine.saw('complete-task', { taskId: id });
		const answers = await Promise.all([1, 2, 3].map(() => mine.command('complete-task', { taskId: id }, undefined, ground)));
		expect(answers.map(({ status }) => status).sort()).toEqual(['accepted', 'held', 'held']);
		expect(answers.find(({ status }) => status === 'held')).toMatchObject({ reason: 'ground-changed', differences: expect.arrayContaining([{ name: `task/${id}/state`, was: 'open', now: 'done' }]) });
	});

	it('R4: a change between reading and writing is seen too', async () => {
		for (let round = 0; round < 8; round++) {
			const { id, customerId } = await aTask();
			const ground = await mine.saw('complete-task', { taskId: id });
			const [answer] = await Promise.all([mine.command('complete-task', { taskId: id }, undefined, ground), meanwhile(customer, customerId, { stage: 'stage_b' })]);
			const [after] = await db.select({ task: task.seq, customer: customer.seq, state: task.state }).from(task).innerJoin(customer, eq(customer.id, task.customerId)).where(eq(task.id, id));
			// Accepted means that it was done before the stage changed, by the order of the store itself.
			if (answer.status === 'accepted') expect(after!.task).toBeLessThan(after!.customer);
			else expect(after!.state).toBe('open');
		}
	});

	it('is held when the task reads otherwise by now: its box in a note says something else', async () => {
		const { id } = await aTask();
		const ground = await mine.saw('complete-task', { taskId: id });
		await meanwhile(task, id, { title: 'Don’t call' });
		expect(await mine.command('complete-task', { taskId: id }, undefined, ground)).toEqual({ status: 'held', reason: 'ground-changed', differences: [{ name: `task/${id}/title`, was: 'Call', now: 'Don’t call' }] });
		expect((await db.select().from(task).where(eq(task.id, id)))[0]!.state).toBe('open');
	});

	it('a replay after a lost answer changes nothing, whatever has changed since', async () => {
		const stopped = await aRun();
		const ground = await mine.saw('stop-run', { runId: stopped.id });
		expect(await mine.command('stop-run', { runId: stopped.id }, `command_lost_${n}`, ground)).toEqual({ status: 'accepted' });
		const before = await db.select().from(run).where(eq(run.id, stopped.id));
		await meanwhile(customer, stopped.customerId, { stage: 'stage_b' });
		expect(await mine.command('stop-run', { runId: stopped.id }, `command_lost_${n}`, ground)).toEqual({ status: 'accepted' });
		expect(await db.select().from(run).where(eq(run.id, stopped.id))).toEqual(before);
		expect(await db.select().from(command).where(eq(command.id, `command_lost_${n}`))).toHaveLength(1);
	});

	it('R8: a run that was stopped, or is elsewhere, holds what was decided about it', async () => {
		const one = await aRun();
		const ground = await mine.saw('stop-run', { runId: one.id });
		await mine.command('stop-run', { runId: one.id });
		expect(await mine.command('stop-run', { runId: one.id }, undefined, ground)).toMatchObject({ status: 'held', differences: [{ name: `run/${one.id}/epoch`, was: 1, now: 2 }, { name: `run/${one.id}/state`, was: 'live', now: 'stopped' }] });
		const failed = await aRun();
		await meanwhile(run, failed.id, { state: 'failed' });
		const retry = await mine.saw('retry-step', { runId: failed.id });
		await mine.command('retry-step', { runId: failed.id });
		expect(await mine.command('retry-step', { runId: failed.id }, undefined, retry)).toMatchObject({ status: 'held', reason: 'ground-changed' });
	});

	it('starting runs is held when one of the customers has another owner, or another version is active', async () => {
		const { playbook } = await aRun();
		const customers = [await book(), await book()];
		await db.run(sql`INSERT INTO activation (workspace, seq, id, state, version, trigger_type) VALUES (${me.workspace}, 1, ${playbook}, 'active', 1, 'manual') ON CONFLICT DO NOTHING`);
		const args = { playbookId: playbook, customerIds: customers };
		const ground = await mine.saw('start-run', args);
		await meanwhile(customer, customers[1]!, { owner: 'somebody' });
		expect(await mine.command('start-run', args, undefined, ground)).toMatchObject({ status: 'held', differences: [{ name: `customer/${customers[1]}/owner`, was: me.id, now: 'somebody' }] });
		expect(await db.select().from(run).where(eq(run.subjectId, customers[0]!))).toEqual([]);
		expect(await mine.command('start-run', args, undefined, await mine.saw('start-run', args))).toMatchObject({ status: 'accepted' });
	});

	it('a call that happened is held only when whom it was with is gone', async () => {
		const customerId = await book();
		const args = { id: `i_${n}`, customerId, contactId: `contact_${customerId}`, type: 'call', title: 'Renewal', at: 1_790_000_000_000 };
		const ground = await mine.saw('log-interaction', args);
		await meanwhile(customer, customerId, { stage: 'stage_b', owner: null });
		expect(await mine.command('log-interaction', args, undefined, ground)).toMatchObject({ status: 'accepted' });
		await db.update(contact).set({ deletedAt: 1 }).where(eq(contact.id, `contact_${customerId}`));
		expect(await mine.command('log-interaction', { ...args, id: 'i_gone' }, undefined, ground)).toMatchObject({ status: 'held', differences: [{ name: `contact/contact_${customerId}/customerId`, was: customerId, now: null }] });
		expect(await db.select().from(interaction).where(eq(interaction.id, 'i_gone'))).toEqual([]);
	});

	it('taken back: nothing is decided for its id any more, unless it was', async () => {
		const { id } = await aTask();
		expect(await mine.command('take-back', {}, `command_back_${n}`)).toEqual({ status: 'refused', reason: 'taken-back' });
		expect(await mine.command('complete-task', { taskId: id }, `command_back_${n}`)).toEqual({ status: 'refused', reason: 'taken-back' });
		expect((await db.select().from(task).where(eq(task.id, id)))[0]!.state).toBe('open');
		expect(await mine.command('complete-task', { taskId: id }, `command_late_${n}`)).toEqual({ status: 'accepted' });
		expect(await mine.command('take-back', {}, `command_late_${n}`)).toEqual({ status: 'accepted' });
	});

	it('a ground that isn’t one is refused at the door', async () => {
		const body = { id: 'command_bad_ground', type: 'complete-task', args: { taskId: 't' }, ground: [{ name: 7 }] };
		expect(await mine.post('/api/commands', body)).toMatchObject({ status: 400, body: { code: 'not-valid' } });
	});
});
