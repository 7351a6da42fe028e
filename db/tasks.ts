/**
 * Tasks: what people do. For the server's commands (through `forBatch` of db/statement.ts into its `commit`):
 * - `completeTask({ workspace, taskId, userId, now, eventId, customerId, title, answer? })` → the statements of one batch, its guard first and its
 *   `bumpSeq` included; a lost guard = somebody did it before, or its run was stopped (held). It consumes the wait, inserts the
 *   job that lets the run go on, and records `task.completed`. After the commit call the automation room's `wake`.
 * - `insertTask(task)` → one statement, behind `bumpSeq`.
 * For document rooms, behind the guard and `bumpSeq` of their publishing, where nothing may abort the batch: `upsertItem`, `cancelItem`
 * (a box that is a task by itself) and `tickTask` (a box was ticked). What somebody else did before, they leave as it is.
 */
import { eq } from 'drizzle-orm';
import type { InValue } from '@libsql/client';
import type { Actor } from '#domain/events/event.ts';
import type { Answer, Question } from '#domain/question.ts';
import type { Database } from './client.ts';
import { insertEvent } from './events.ts';
import { resumeWaits } from './waits.ts';
import { task } from './schema/index.ts';
import { asJson, bumpSeq, guard, seqNow, statement, type Statement } from './statement.ts';

export type TaskRow = typeof task.$inferSelect;
export type NewTask = Pick<TaskRow, 'id' | 'workspace' | 'customerId' | 'runId' | 'title' | 'description' | 'assignees' | 'teamId' | 'dueAt' | 'createdAt'> & { question?: Question | undefined };

/** A task by id, or null. */
export const readTask = async (database: Database, id: string): Promise<TaskRow | null> => {
	const rows = await database.select().from(task).where(eq(task.id, id));
	return rows[0] ?? null;
};

/** An open task. One with the same id (the intent's key, when a playbook makes it) is there already: nothing happens. */
export const insertTask = (made: NewTask): Statement =>
	statement(
		`INSERT INTO task (id, workspace, seq, customer_id, run_id, title, description, assignees, team_id, due_at, state, created_at, question)
		 VALUES (:id, :workspace, ${seqNow}, :customerId, :runId, :title, :description, :assignees, :teamId, :dueAt, 'open', :createdAt, :question) ON CONFLICT (id) DO NOTHING`,
		{
			id: made.id,
			workspace: made.workspace,
			customerId: made.customerId,
			runId: made.runId,
			title: made.title,
			description: made.description,
			assignees: JSON.stringify(made.assignees),
			teamId: made.teamId,
			dueAt: made.dueAt,
			createdAt: made.createdAt,
			question: asJson(made.question),
		},
	);

export type Completion = { workspace: string; taskId: string; userId: string; now: number; eventId: string; customerId: string | null; title: string; answer?: Answer };

/** Marks a task done, and lets the run that waits for it go on, in one batch. A question is done by its answer, nothing else. */
export const completeTask = ({ workspace, taskId, userId, now, eventId, customerId, title, answer }: Completion): Statement[] => [
	guard(`EXISTS (SELECT 1 FROM task WHERE id = :taskId AND workspace = :workspace AND state = 'open' AND deleted_at IS NULL AND question IS ${answer ? 'NOT ' : ''}NULL)`, { taskId, workspace }),
	bumpSeq(workspace),
	statement(`UPDATE task SET seq = ${seqNow}, state = 'done', completed_by = :userId, completed_at = :now, answer = :answer WHERE id = :taskId`, { workspace, taskId, userId, now, answer: asJson(answer) }),
	insertEvent(workspace, {
		id: eventId,
		type: 'task.completed',
		subjectType: 'task',
		subjectId: taskId,
		customerId,
		at: now,
		actor: { kind: 'user', id: userId },
		cause: null,
		data: { name: title, ...(answer ? { answer: answer.label } : {}) },
	}),
	...resumeWaits(workspace, 'task', taskId, now),
];

/** A note's box that is a task by itself, as its document says (`names` and `:v_name` from projection.ts). Never a row that isn't this document's own box. */
export const upsertItem = (names: string[], args: Record<string, InValue>): Statement =>
	statement(
		`INSERT INTO task (id, workspace, seq, deleted_at, state, ${names.join(', ')}) VALUES (:id, :workspace, ${seqNow}, NULL, 'open', ${names.map((name) => `:v_${name}`).join(', ')})
		 ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, deleted_at = NULL, state = CASE WHEN task.state = 'cancelled' THEN 'open' ELSE task.state END, ${names.map((name) => `${name} = excluded.${name}`).join(', ')}
		 WHERE task.workspace = excluded.workspace AND task.doc = excluded.doc AND task.item = task.id`,
		args,
	);

/** The box left the text or is no task any more: what was done stays done. */
export const cancelItem = (workspace: string, doc: string, taskId: string): Statement =>
	statement(`UPDATE task SET state = 'cancelled', seq = ${seqNow} WHERE id = :taskId AND workspace = :workspace AND doc = :doc AND item = id AND state = 'open'`, { workspace, doc, taskId });

/** `item` null: the box was taken out of the document. `actor` is who ticked, not who brought the tick. */
export type TaskTick = { workspace: string; doc: string; taskId: string; item: string | null; isDone: boolean; actor: Actor; now: number; eventId: string };

/**
 * What a box says of its task; a question has none. Done: completes it if it is open, records that once, and lets the run that waits for it go on. Not done:
 * reopens the box's own task; a task that a playbook made stays done, since its run has gone on.
 */
export function tickTask({ workspace, doc, taskId, item, isDone, actor, now, eventId }: TaskTick): Statement[] {
	const at = { workspace, doc, taskId };
	const isHere = 'id = :taskId AND workspace = :workspace AND deleted_at IS NULL AND question IS NULL';
	const place = statement(
		item === null
			? `UPDATE task SET seq = ${seqNow}, doc = NULL, item = NULL WHERE ${isHere} AND doc = :doc AND item <> id`
			: `UPDATE task SET seq = ${seqNow}, doc = :doc, item = :item WHERE ${isHere} AND (doc IS NULL OR (doc = :doc AND item <> id)) AND item IS NOT :item`,
		item === null ? at : { ...at, item },
	);
	const record = (type: 'task.completed' | 'task.reopened', condition: string) =>
		statement(
			`INSERT INTO event (id, workspace, seq, type, subject_type, subject_id, customer_id, at, actor, cause, data)
			 SELECT :eventId, :workspace, ${seqNow}, '${type}', 'task', id, customer_id, :now, :actor, NULL, json_object('name', title, 'note', :doc) FROM task WHERE ${isHere} AND ${condition} ON CONFLICT (id) DO NOTHING`,
			{ ...at, eventId, now, actor: JSON.stringify(actor) },
		);
	const userId = actor.kind === 'user' ? actor.id : actor.kind === 'import' ? actor.userId : null;
	if (isDone)
		return [
			place,
			record('task.completed', `state = 'open'`),
			...resumeWaits(workspace, 'task', taskId, now, `EXISTS (SELECT 1 FROM task t WHERE t.id = :ref AND t.state = 'open' AND t.deleted_at IS NULL AND t.question IS NULL)`),
			statement(`UPDATE task SET seq = ${seqNow}, state = 'done', completed_by = :userId, completed_at = :now WHERE ${isHere} AND state = 'open'`, { workspace, taskId, userId, now }),
		];
	if (item === null) return [place];
	const isOwnDone = `state = 'done' AND doc = :doc AND item = id`;
	return [place, record('task.reopened', isOwnDone), statement(`UPDATE task SET seq = ${seqNow}, state = 'open', completed_by = NULL, completed_at = NULL WHERE ${isHere} AND ${isOwnDone}`, at)];
}
