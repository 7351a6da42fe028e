/** What people do and what happened with a customer: tasks and interactions. */
import { and, eq, isNull, sql } from 'drizzle-orm';
import { insertEvent } from '#db/events.ts';
import { membersAmong } from '#db/people.ts';
import { contact, customer, interaction } from '#db/schema/documents.ts';
import { insertRunEvent } from '#db/runs.ts';
import { forBatch } from '#db/statement.ts';
import { seqOf } from '#db/sync.ts';
import { completeTask as completeStatements, insertTask, readTask } from '#db/tasks.ts';
import type { Database } from '#db/client.ts';
import type { InferOutput } from 'valibot';
import { answerTo } from '#domain/question.ts';
import type { answerQuestion as answerCommand } from '#domain/commands/answer-question.ts';
import type { createTask as createTaskCommand } from '#domain/commands/create-task.ts';
import type { logInteraction as logInteractionCommand } from '#domain/commands/log-interaction.ts';
import { accepted, derivedId, held, refused, type Handler } from './decision.ts';
import { tickItem } from './notes.ts';

/** Whether the customer is in the workspace, not removed. */
export const isCustomerHere = async (db: Database, workspaceId: string, id: string): Promise<boolean> =>
	(await db.select({ id: customer.id }).from(customer).where(and(eq(customer.workspace, workspaceId), eq(customer.id, id), isNull(customer.deletedAt)))).length > 0;

export const completeTask: Handler<{ taskId: string }> = async (deciding) => {
	const { db, args, member, now, commandId } = deciding;
	let task = await readTask(db, args.taskId);
	if (!task || task.workspace !== member.workspaceId || task.deletedAt !== null) return refused('no-such-task');
	if (task.question !== null) return refused('needs-answer');
	// Its box in a note is ticked first: by that the room completes it, and no box stays behind its task.
	if (task.state === 'open' && task.doc !== null && task.item !== null) {
		const refusal = await tickItem(deciding, task.doc, task.item);
		if (refusal) return refusal;
		task = (await readTask(db, args.taskId)) ?? task;
	}
	if (task.state === 'done') return task.doc !== null && task.completedBy === member.user.id ? accepted([], { wakes: true, isCarriedOut: true }) : held('already-done', { by: task.completedBy, at: task.completedAt });
	if (task.state === 'cancelled') return held('task-cancelled');
	const eventId = await derivedId('event', commandId, 'task.completed');
	const completion = { workspace: member.workspaceId, taskId: task.id, userId: member.user.id, now, eventId, customerId: task.customerId, title: task.title };
	return accepted(forBatch(db, completeStatements(completion)), { wakes: true });
};

/** Done by its answer: the run that asked goes on by it, and its history says who answered what. */
export const answerQuestion: Handler<InferOutput<typeof answerCommand.args>> = async ({ db, args, member, now, commandId }) => {
	const task = await readTask(db, args.taskId);
	if (!task || task.workspace !== member.workspaceId || task.deletedAt !== null || task.question === null) return refused('no-such-question');
	if (task.state === 'done') return held('already-answered', { by: task.completedBy, at: task.completedAt, answer: task.answer?.label });
	if (task.state === 'cancelled') return held('question-withdrawn');
	const answer = answerTo(task.question, args.answer);
	if (answer === null) return refused('not-an-answer');
	const eventId = await derivedId('event', commandId, 'task.completed');
	const statements = completeStatements({ workspace: member.workspaceId, taskId: task.id, userId: member.user.id, now, eventId, customerId: task.customerId, title: task.title, answer });
	const said = task.runId === null ? [] : [insertRunEvent(member.workspaceId, task.runId, 'answered', { by: member.user.id, reason: task.title, answer: answer.label }, now)];
	return accepted(forBatch(db, [...statements, ...said]), { wakes: true });
};

export const createTask: Handler<InferOutput<typeof createTaskCommand.args>> = async ({ db, args, member, now, commandId }) => {
	if (args.customerId !== null && !(await isCustomerHere(db, member.workspaceId, args.customerId))) return refused('no-such-customer');
	const known = await membersAmong(db, member.workspaceId, args.assignees);
	const stranger = args.assignees.find((one) => !known.has(one));
	if (stranger !== undefined) return refused('no-such-person', { userId: stranger });
	if (await readTask(db, args.id)) return refused('id-taken');
	const event = {
		...{ id: await derivedId('event', commandId, 'task.created'), type: 'task.created' as const, subjectType: 'task' as const, subjectId: args.id, customerId: args.customerId },
		...{ at: now, actor: { kind: 'user' as const, id: member.user.id }, cause: null, data: { name: args.title } },
	};
	return accepted(forBatch(db, [insertTask({ ...args, workspace: member.workspaceId, runId: null, createdAt: now }), insertEvent(member.workspaceId, event)]), { result: { id: args.id }, wakes: true });
};

/** Who a contact of a customer is now: itself, or whom it was merged into (CU5); null when the customer has no such contact. */
async function contactNow(db: Database, workspaceId: string, customerId: string, id: string): Promise<string | null> {
	const isIt = sql`(${contact.id} = ${id} OR EXISTS (SELECT 1 FROM json_each(${contact.mergedFrom}) WHERE value = ${id}))`;
	const [found] = await db.select({ id: contact.id }).from(contact).where(and(eq(contact.customerId, customerId), eq(contact.workspace, workspaceId), isNull(contact.deletedAt), isIt));
	return found?.id ?? null;
}

export const logInteraction: Handler<InferOutput<typeof logInteractionCommand.args>> = async ({ db, args, member, now, commandId }) => {
	if (!(await isCustomerHere(db, member.workspaceId, args.customerId))) return refused('no-such-customer');
	const contactId = args.contactId && (await contactNow(db, member.workspaceId, args.customerId, args.contactId));
	if (args.contactId !== null && contactId === null) return refused('no-such-contact');
	const event = {
		...{ id: await derivedId('event', commandId, 'interaction.logged'), type: 'interaction.logged' as const, subjectType: 'interaction' as const, subjectId: args.id, customerId: args.customerId },
		...{ at: now, actor: { kind: 'user' as const, id: member.user.id }, cause: null, data: { name: args.title, type: args.type, direction: args.direction, at: args.at } },
	};
	const row = db.insert(interaction).values({ ...args, contactId, workspace: member.workspaceId, seq: seqOf(member.workspaceId), userId: member.user.id });
	return accepted([row, ...forBatch(db, [insertEvent(member.workspaceId, event)])], { result: { id: args.id }, wakes: true });
};
