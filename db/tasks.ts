/**
 * Tasks: what people do. For the server's commands (through `forBatch` of db/statement.ts into its `commit`):
 * - `completeTask({ workspace, taskId, userId, now, eventId, customerId, title })` → the statements of one batch, its guard first and its
 *   `bumpSeq` included; a lost guard = somebody did it before, or its run was stopped (held). It consumes the wait, inserts the
 *   job that lets the run go on, and records `task.completed`. After the commit call the automation room's `wake`.
 * - `insertTask(task)` → one statement, behind `bumpSeq`.
 */
import { eq } from 'drizzle-orm';
import type { Database } from './client.ts';
import { insertEvent } from './events.ts';
import { resumeWaits } from './runs.ts';
import { task } from './schema/index.ts';
import { bumpSeq, guard, seqNow, statement, type Statement } from './statement.ts';

export type TaskRow = typeof task.$inferSelect;
export type NewTask = Pick<TaskRow, 'id' | 'workspace' | 'customerId' | 'runId' | 'title' | 'description' | 'assignees' | 'teamId' | 'dueAt' | 'createdAt'>;

/** A task by id, or null. */
export const readTask = async (database: Database, id: string): Promise<TaskRow | null> => {
	const rows = await database.select().from(task).where(eq(task.id, id));
	return rows[0] ?? null;
};

/** An open task. One with the same id (the intent's key, when a playbook makes it) is there already: nothing happens. */
export const insertTask = (made: NewTask): Statement =>
	statement(
		`INSERT INTO task (id, workspace, seq, customer_id, run_id, title, description, assignees, team_id, due_at, state, created_at)
		 VALUES (:id, :workspace, ${seqNow}, :customerId, :runId, :title, :description, :assignees, :teamId, :dueAt, 'open', :createdAt) ON CONFLICT (id) DO NOTHING`,
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
		},
	);

export type Completion = { workspace: string; taskId: string; userId: string; now: number; eventId: string; customerId: string | null; title: string };

/** Marks a task done, and lets the run that waits for it go on, in one batch. */
export const completeTask = ({ workspace, taskId, userId, now, eventId, customerId, title }: Completion): Statement[] => [
	guard(`EXISTS (SELECT 1 FROM task WHERE id = :taskId AND workspace = :workspace AND state = 'open' AND deleted_at IS NULL)`, { taskId, workspace }),
	bumpSeq(workspace),
	statement(`UPDATE task SET seq = ${seqNow}, state = 'done', completed_by = :userId, completed_at = :now WHERE id = :taskId`, { workspace, taskId, userId, now }),
	insertEvent(workspace, {
		id: eventId,
		type: 'task.completed',
		subjectType: 'task',
		subjectId: taskId,
		customerId,
		at: now,
		actor: { kind: 'user', id: userId },
		cause: null,
		data: { name: title },
	}),
	...resumeWaits(workspace, 'task', taskId, now),
];
