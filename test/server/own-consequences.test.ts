/** SY3, ADR 28: several tasks completed in one act, the first of which lets a playbook move the customer. */
import { eq, sql } from 'drizzle-orm';
import { beforeAll, expect, it } from 'vitest';
import { insertEvent } from '#db/events.ts';
import { enrolRun } from '#db/entries.ts';
import { customer } from '#db/schema/documents.ts';
import { task } from '#db/schema/effects.ts';
import { workspace } from '#db/schema/people.ts';
import { bumpSeq, commit } from '#db/statement.ts';
import { idInAct } from '#domain/commands/own-consequence.ts';
import { addCustomer, addPlaybook, definitionOf, runOf, stageChanged } from '../db/engine-book.ts';
import { startApp } from './app.ts';

const app = await startApp();
const { db } = app;
const mine = await app.owner();
const me = await mine.me();
beforeAll(async () => {
	await addPlaybook(db, me.workspace, 'playbook_1', definitionOf([{ id: 's1', kind: 'wait', params: { mode: 'for', amount: 2, unit: 'days' } } as never]));
});

const saw = (taskId: string) => mine.saw('complete-task', { taskId });
/** A change of the stage, as a room publishes it: row and event, caused by a run or by nobody's. */
let events = 0;
async function move(customerId: string, from: string, to: string, runId: string | null): Promise<void> {
	const cause = runId === null ? null : { runId, rootRunId: runId, depth: 0, lineage: [] };
	await commit(db, [bumpSeq(me.workspace), insertEvent(me.workspace, stageChanged(me.workspace, `event_${++events}`, customerId, { at: Date.now(), cause, data: { field: 'stage', from, to } }))]);
	await db.update(customer).set({ stage: to, seq: sql`(SELECT ${workspace.seq} FROM workspace WHERE ${workspace.id} = ${me.workspace})` }).where(eq(customer.id, customerId));
}
let n = 0;
/** A customer at stage a with a run that waits for the first of two tasks. */
async function book() {
	const [customerId, runId, first, second] = [`customer_${++n}`, `run_${n}`, `task_${n}_first`, `task_${n}_second`];
	await addCustomer(db, me.workspace, customerId, { owner: me.id, stage: 'a' });
	await commit(db, [bumpSeq(me.workspace), ...enrolRun(runOf(me.workspace, runId, 'playbook_1', customerId), { stepId: 's1', dueAt: Date.now() + 86_400_000 })]);
	for (const id of [first, second]) await mine.command('create-task', { id, title: 'Call', customerId });
	await db.update(task).set({ runId }).where(eq(task.id, first));
	const grounds = [await saw(first), await saw(second)] as const;
	const complete = (which: 0 | 1, id: string) => mine.command('complete-task', { taskId: which === 0 ? first : second }, id, grounds[which]);
	return { customerId, runId, second, complete };
}
const state = async (id: string) => (await db.select().from(task).where(eq(task.id, id)))[0]!.state;

it('the rest is done on the ground that its own first part has moved', async () => {
	const { customerId, runId, second, complete } = await book();
	const act = `command_act${n}`;
	expect(await complete(0, idInAct(act, 0))).toEqual({ status: 'accepted' });
	await move(customerId, 'a', 'b', runId);
	await move(customerId, 'b', 'c', runId);
	expect(await complete(1, idInAct(act, 1))).toEqual({ status: 'accepted' });
	expect(await state(second)).toBe('done');
});

it.each([
	['a colleague moved it', async (customerId: string) => move(customerId, 'a', 'b', null)],
	['another run moved it', async (customerId: string) => move(customerId, 'a', 'b', 'run_other')],
	['a colleague moved it, and then the run', async (customerId: string, runId: string) => (await move(customerId, 'a', 'x', null), await move(customerId, 'x', 'b', runId))],
	['the run moved it, and then a colleague', async (customerId: string, runId: string) => (await move(customerId, 'a', 'x', runId), await move(customerId, 'x', 'b', null))],
])('it is held when %s', async (_, happen) => {
	const { customerId, runId, second, complete } = await book();
	await complete(0, idInAct(`command_act${n}`, 0));
	await happen(customerId, runId);
	expect(await complete(1, idInAct(`command_act${n}`, 1))).toMatchObject({ status: 'held', reason: 'ground-changed', differences: [{ name: `customer/${customerId}/stage`, was: 'a', now: 'b' }] });
	expect(await state(second)).toBe('open');
});

it('it is held when the first was another act’s, or decided by itself', async () => {
	const apart = await book();
	await apart.complete(0, idInAct(`command_one${n}`, 0));
	await move(apart.customerId, 'a', 'b', apart.runId);
	expect(await apart.complete(1, idInAct(`command_two${n}`, 1))).toMatchObject({ status: 'held' });
	expect(await apart.complete(1, `command_alone${n}`)).toMatchObject({ status: 'held' });
});
