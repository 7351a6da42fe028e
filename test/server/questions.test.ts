/** Answering what a playbook asks, over the endpoint: once for each id, held with both sides when somebody was faster or the run asks no more (SY3). */
import { asc, eq, sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { enrolRun } from '#db/entries.ts';
import { orderRun } from '#db/control.ts';
import { event } from '#db/schema/documents.ts';
import { task } from '#db/schema/effects.ts';
import { runEvent, waitToken } from '#db/schema/engine.ts';
import { bumpSeq, commit } from '#db/statement.ts';
import { insertTask } from '#db/tasks.ts';
import type { Question } from '#domain/question.ts';
import { addCustomer, addPlaybook, definitionOf, runOf } from '../db/engine-book.ts';
import { startApp } from './app.ts';

const app = await startApp();
const { db } = app;
const mine = await app.owner();
const me = await mine.me();
const choice: Question = { kind: 'choice', choices: [{ id: 'yes', label: 'Yes, gladly' }, { id: 'no', label: 'No' }] };
let n = 0;
/** A run that waits for its question, as the worker leaves it. */
async function aQuestion(question: Question = choice) {
	const [customerId, playbook, runId] = [`customer_${++n}`, `playbook_${n}`, `run_${n}`];
	await addCustomer(db, me.workspace, customerId, { owner: me.id, stage: 'stage_a' });
	await addPlaybook(db, me.workspace, playbook, definitionOf([{ id: 's1', kind: 'wait', params: { mode: 'for', amount: 2, unit: 'days' } } as never]));
	const taskId = `${runId}-1-0`;
	await commit(db, [
		bumpSeq(me.workspace),
		...enrolRun(runOf(me.workspace, runId, playbook, customerId), { stepId: 's1', dueAt: Date.now() + 86_400_000 }),
		insertTask({ id: taskId, workspace: me.workspace, customerId, runId, title: 'Do they renew?', description: '', assignees: [me.id], teamId: null, dueAt: null, createdAt: 1_000, question }),
	]);
	await db.run(sql`UPDATE step SET state = 'waiting' WHERE run_id = ${runId}`);
	await db.run(sql`UPDATE run SET state = 'waiting' WHERE id = ${runId}`);
	await db.run(sql`DELETE FROM job WHERE run_id = ${runId}`);
	await db.insert(waitToken).values({ id: `${runId}:1`, workspace: me.workspace, runId, number: 1, epoch: 1, kind: 'task', ref: taskId });
	return { taskId, runId, customerId };
}
const rowOf = async (id: string) => (await db.select().from(task).where(eq(task.id, id)))[0]!;
const jobs = async (runId: string) => (await db.all(sql`SELECT 1 FROM job WHERE run_id = ${runId}`)).length;
const saw = (args: object) => mine.saw('answer-question', args);

it('answered once however often it is sent; the run goes on, and its history and the customer’s say who said what', async () => {
	const { taskId, runId, customerId } = await aQuestion();
	const args = { taskId, answer: 'yes' };
	const ground = await saw(args);
	expect(ground.map(({ name }) => name)).toContain(`run/${runId}/epoch`);
	for (let again = 0; again < 3; again++) expect(await mine.command('answer-question', args, `command_answer_${n}`, ground)).toEqual({ status: 'accepted' });
	expect(await rowOf(taskId)).toMatchObject({ state: 'done', completedBy: me.id, answer: { value: 'yes', label: 'Yes, gladly' } });
	expect(await jobs(runId)).toBe(1);
	expect(await db.select().from(runEvent).where(eq(runEvent.runId, runId)).orderBy(asc(runEvent.n))).toMatchObject([{ type: 'answered', data: { by: me.id, reason: 'Do they renew?', answer: 'Yes, gladly' } }]);
	expect((await db.select().from(event).where(eq(event.customerId, customerId))).map(({ type, data }) => [type, data])).toEqual([['task.completed', { name: 'Do they renew?', answer: 'Yes, gladly' }]]);
});

it('SY3: somebody was faster: held, with their answer beside what was seen', async () => {
	const { taskId } = await aQuestion();
	const ground = await saw({ taskId, answer: 'no' });
	expect(await mine.command('answer-question', { taskId, answer: 'yes' })).toEqual({ status: 'accepted' });
	expect(await mine.command('answer-question', { taskId, answer: 'no' }, undefined, ground)).toMatchObject({
		status: 'held', reason: 'ground-changed', differences: expect.arrayContaining([{ name: `task/${taskId}/answer`, was: null, now: 'Yes, gladly' }, { name: `task/${taskId}/completedBy`, was: null, now: me.id }]),
	});
	expect(await mine.command('answer-question', { taskId, answer: 'no' })).toMatchObject({ status: 'held', reason: 'already-answered', detail: { by: me.id, answer: 'Yes, gladly' } });
	expect((await rowOf(taskId)).answer).toMatchObject({ value: 'yes' });
});

it('SY3, R8: the run was stopped meanwhile: held, nothing is written', async () => {
	const { taskId, runId } = await aQuestion();
	const ground = await saw({ taskId, answer: 'no' });
	const stopped = await orderRun(db, { workspace: me.workspace, runId, by: me.id, reason: '', now: Date.now() }, { kind: 'stop' });
	if (!stopped.isAllowed) throw new Error(stopped.code);
	await commit(db, stopped.statements);
	expect(await mine.command('answer-question', { taskId, answer: 'no' }, undefined, ground)).toMatchObject({ status: 'held', reason: 'ground-changed', differences: expect.arrayContaining([{ name: `task/${taskId}/state`, was: 'open', now: 'cancelled' }]) });
	expect(await mine.command('answer-question', { taskId, answer: 'no' })).toMatchObject({ status: 'held', reason: 'question-withdrawn' });
	expect(await rowOf(taskId)).toMatchObject({ state: 'cancelled', answer: null });
});

it('refused with a reason: no such answer, of another kind, ticked off like a task, or a task that asks nothing', async () => {
	const { taskId } = await aQuestion();
	expect(await mine.command('answer-question', { taskId, answer: 'Yes, gladly' })).toMatchObject({ status: 'refused', reason: 'not-an-answer' });
	expect(await mine.command('complete-task', { taskId })).toMatchObject({ status: 'refused', reason: 'needs-answer' });
	expect(await mine.command('answer-question', { taskId })).toMatchObject({ status: 'refused', reason: 'not-valid' });
	expect((await rowOf(taskId)).state).toBe('open');
	const number = await aQuestion({ kind: 'number' });
	expect(await mine.command('answer-question', { taskId: number.taskId, answer: 'twelve' })).toMatchObject({ status: 'refused', reason: 'not-an-answer' });
	expect(await mine.command('answer-question', { taskId: number.taskId, answer: 12 })).toEqual({ status: 'accepted' });
	expect((await rowOf(number.taskId)).answer).toEqual({ value: 12, label: '12' });
	await mine.command('create-task', { id: 'task_plain', title: 'Call' });
	expect(await mine.command('answer-question', { taskId: 'task_plain', answer: 'yes' })).toMatchObject({ status: 'refused', reason: 'no-such-question' });
});
