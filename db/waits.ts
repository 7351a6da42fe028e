/** What a run's step waits for, and what lets it go on. */
import { hasWord } from './drafts.ts';
import { isLive } from './runs.ts';
import { seqNow, statement, type Statement } from './statement.ts';

type Wait = { workspace: string; runId: string; number: number; epoch: number; kind: 'task' | 'run' | 'draft'; ref: string };

/** SQL over `:ref`: what is waited for has ended already. */
const hasEnded: Record<Wait['kind'], string> = {
	draft: hasWord,
	task: `NOT EXISTS (SELECT 1 FROM task WHERE id = :ref AND state = 'open')`,
	run: `NOT EXISTS (SELECT 1 FROM run c WHERE c.id = :ref AND c.${isLive})`,
};

/** Makes a step wait; what ended before this batch made its run listen lets it go on at once. */
export const listen = (wait: Wait, now: number): Statement[] => [insertWait(wait), ...resumeWaits(wait.workspace, wait.kind, wait.ref, now, hasEnded[wait.kind])];

/** What a waiting step waits for. Inserted in the batch that makes it wait; consumed once, in the batch that resumes the run. A step with several drafts waits again after each. */
export const insertWait = (wait: Wait): Statement =>
	statement(
		`INSERT INTO wait_token (id, workspace, run_id, number, epoch, kind, ref) VALUES (:id, :workspace, :runId, :number, :epoch, :kind, :ref) ON CONFLICT (id) DO UPDATE SET consumed_at = NULL WHERE wait_token.kind = 'draft'`,
		{ id: `${wait.runId}:${wait.number}`, ...wait },
	);

/**
 * Makes waits of a record's runs look again, because a date that they may wait for has changed: their jobs become visible, and the
 * engine moves them or goes on (R21). Jobs that were tried already keep their backoff.
 */
export const wakeWaits = (workspace: string, subjectId: string, now: number): Statement =>
	statement(
		`UPDATE job SET visible_at = :now WHERE workspace = :workspace AND visible_at > :now AND token IS NULL AND attempt = 0
		 AND run_id IN (SELECT id FROM run WHERE workspace = :workspace AND subject_id = :subjectId AND state = 'running')`,
		{ workspace, subjectId, now },
	);

/**
 * Lets the runs go on that wait for a task or a child run, in the batch that ends it: their jobs are inserted, the tokens consumed. A job that would
 * have ended the time to wait is theirs now, and no worker's that was about to say that nobody answered.
 * With `condition` (SQL, over `:ref`) only if that holds: so the batch that begins to wait hears what ended before it listened.
 */
export const resumeWaits = (workspace: string, kind: 'task' | 'run' | 'draft', ref: string, now: number, condition = 'true'): Statement[] => {
	const args = { workspace, kind, ref, now };
	const waits = `FROM wait_token w JOIN run r ON r.id = w.run_id AND r.state IN ('waiting', 'paused')
		JOIN step s ON s.run_id = w.run_id AND s.number = w.number AND s.state = 'waiting'
		WHERE w.workspace = :workspace AND w.kind = :kind AND w.ref = :ref AND w.consumed_at IS NULL AND (${condition})`;
	return [
		statement(
			`INSERT INTO job (workspace, shard, kind, run_id, number, due_at, visible_at, epoch)
			 SELECT :workspace, 0, 'step', w.run_id, w.number, :now, :now, r.epoch ${waits}
			 ON CONFLICT (run_id, number) WHERE run_id IS NOT NULL DO UPDATE SET due_at = excluded.due_at, visible_at = excluded.visible_at, token = NULL`,
			args,
		),
		statement(`UPDATE step SET seq = ${seqNow}, due_at = :now WHERE due_at > :now AND id IN (SELECT s.id ${waits})`, args),
		statement(`UPDATE run SET seq = ${seqNow}, state = 'running', next_due_at = :now WHERE state = 'waiting' AND id IN (SELECT w.run_id ${waits})`, args),
		statement(`UPDATE wait_token SET consumed_at = :now WHERE kind = :kind AND ref = :ref AND consumed_at IS NULL AND (${condition})`, { kind, ref, now }),
	];
};

/**
 * SQL over `task`: a run waits for it, or has asked for it to wait for it and does not yet; nobody would hear of its end any more. What runs ask of people without waiting is
 * theirs: it stays open. `runs` is SQL behind `run_id`.
 */
export const isAwaitedBy = (runs: string): string =>
	`(id IN (SELECT ref FROM wait_token WHERE run_id ${runs} AND kind = 'task' AND consumed_at IS NULL) OR id IN (SELECT key FROM intent WHERE run_id ${runs} AND kind = 'task' AND request ->> 'isAwaited'))`;

/** Ends what a run's step waits for without its having come: an open task is cancelled, the wait is over. Behind `bumpSeq`. */
export const endWaits = (workspace: string, runId: string, now: number): Statement[] => [
	statement(`UPDATE task SET seq = ${seqNow}, state = 'cancelled' WHERE state = 'open' AND ${isAwaitedBy('= :runId')}`, { workspace, runId }),
	statement('UPDATE wait_token SET consumed_at = :now WHERE run_id = :runId AND consumed_at IS NULL', { runId, now }),
];
