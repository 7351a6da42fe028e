/** Runs of the book's playbook `p1`, as the worker leaves them. */
import { eq } from 'drizzle-orm';
import { enrolRun } from '../../db/entries.ts';
import { changeRun } from '../../db/runs.ts';
import { job } from '../../db/schema/index.ts';
import { bumpSeq, commit } from '../../db/statement.ts';
import { changeStep } from '../../db/steps.ts';
import { completeTask, insertTask } from '../../db/tasks.ts';
import { insertWait } from '../../db/waits.ts';
import { runOf, type Book } from './engine-book.ts';

/** `book`: the one that is open when they are used. */
export function runsOn(book: () => Book) {
	const enrol = (id: string, subject: string, over = {}, at = { stepId: 's1', dueAt: 5_000 }) => commit(book().database, [bumpSeq('w1'), ...enrolRun(runOf('w1', id, 'p1', subject, over), at)]);
	/** A run whose first step waits for a task. */
	const waiting = async (id: string) => {
		await enrol(id, `customer_${id}`);
		await commit(book().database, [
			bumpSeq('w1'),
			insertTask({ id: `task_${id}`, workspace: 'w1', customerId: null, runId: id, title: 'Call', description: '', assignees: ['u1'], teamId: null, dueAt: null, createdAt: 1 }),
			changeStep({ workspace: 'w1', runId: id, number: 1, state: 'waiting', now: 6_000, attempts: 1 }),
			changeRun({ workspace: 'w1', runId: id, state: 'waiting', next: null, now: 6_000 }),
			insertWait({ workspace: 'w1', runId: id, number: 1, epoch: 1, kind: 'task', ref: `task_${id}` }),
		]);
		await book().database.delete(job).where(eq(job.runId, id));
	};
	/** That task done. */
	const complete = (id: string) => commit(book().database, completeTask({ workspace: 'w1', taskId: `task_${id}`, userId: 'u1', now: 7_000, eventId: `event_${id}`, customerId: null, title: 'Call' }));
	return { enrol, waiting, complete, jobsOf: (runId: string) => book().database.select().from(job).where(eq(job.runId, runId)) };
}
