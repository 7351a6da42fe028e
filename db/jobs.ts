/**
 * What will happen. One `visible_at` serves due jobs and expired leases alike, so that claiming is recovering (R7).
 *
 * For the server's commands (through `forBatch` of db/statement.ts into its `commit`):
 * - `activationJobs({ workspace, playbookId, schedule, isLasting, now })` → statements: a timed or lasting playbook's job, for the
 *   batch that activates it. `schedule` = the trigger's `next(params, now, settings)`, `isLasting` = it has `lasting`.
 * - `deactivationJobs(playbookId)` → statements that end it, for the batch that deactivates it.
 */
import { and, eq, inArray } from 'drizzle-orm';
import type { InValue, ResultSet, Row } from '@libsql/client';
import type { Database } from './client.ts';
import { databaseClock } from './clock.ts';
import { given, givenList, kept } from './kept.ts';
import { job } from './schema/index.ts';
import { asJson, commit, guard, statement, statementOver, type Statement } from './statement.ts';

export type Job = typeof job.$inferSelect;

/** How long a claim holds, in ms (R6). */
export const leaseMs = 60_000;
/** Expired leases that quarantine a job (R15). */
export const crashesAllowed = 3;

/** When a claim happens: the database's clock, or the claim's own. */
const clock = `COALESCE(:now, ${databaseClock})`;

/** Which jobs may be claimed: pause is a flag that is read here, never a rewrite of jobs (R17). */
export const isClaimable = `quarantined_at IS NULL
	AND NOT EXISTS (SELECT 1 FROM workspace w WHERE w.id = job.workspace AND w.is_paused = 1)
	AND NOT EXISTS (SELECT 1 FROM run r WHERE r.id = job.run_id AND r.state = 'paused')
	AND NOT EXISTS (SELECT 1 FROM activation a WHERE a.state = 'paused' AND a.id = COALESCE(job.playbook_id, (SELECT r.playbook_id FROM run r WHERE r.id = job.run_id)))`;

/** Since when a job is due: one that was tried already since its backoff is over, which is its own and nobody's lateness (as `lateMsOf`). */
export const dueSince = 'CASE WHEN attempt - crashes - (token IS NOT NULL) > 0 THEN visible_at ELSE due_at END';

const columns = ['id', 'workspace', 'shard', 'kind', 'run_id', 'number', 'playbook_id', 'payload', 'due_at', 'visible_at', 'token', 'epoch', 'attempt', 'crashes', 'quarantined_at'].join(', ');

/** A job from `json_array(columns)`: libSQL's client makes each value of each row by itself, which for hundreds of rows takes longer than claiming them. */
const jobOf = ({ packed }: Row): Job => {
	const [id, workspace, shard, kind, runId, number, playbookId, payload, dueAt, visibleAt, token, epoch, attempt, crashes, quarantinedAt] = JSON.parse(packed as string);
	return { id, workspace, shard, kind, runId, number, playbookId, payload: payload === null ? null : JSON.parse(payload), dueAt, visibleAt, token, epoch, attempt, crashes, quarantinedAt };
};

/** `now` null: by the database's clock (R20); a test gives its own, ms. */
export type Claim = { workspace: string; shard: number; token: string; now: number | null; limit: number };

/**
 * Claims due jobs and jobs whose lease expired, in one statement (R7). The token is the caller's (R5): when the answer is lost,
 * what it claimed is read back. Attempts count here, and the third expired lease quarantines the job (R15, `isQuarantined`): a playbook's timer is
 * returned once more, with `quarantinedAt`; a run's step until its run says that it is stuck, whoever dies over saying so.
 * `exchange` commits the claim, and may ask for more in the same batch.
 */
export const claimJobs = async (database: Database, claim: Claim, exchange = (claiming: Statement): Promise<ResultSet> => commit(database, [claiming]).then(([result]) => result!)): Promise<Job[]> => {
	try {
		const result = await exchange(
			statement(
				`UPDATE job SET token = :token, attempt = attempt + 1, visible_at = ${clock} + ${leaseMs}, crashes = crashes + (token IS NOT NULL),
					quarantined_at = CASE WHEN run_id IS NULL AND crashes + (token IS NOT NULL) >= ${crashesAllowed} THEN ${clock} END
				 WHERE id IN (SELECT id FROM job WHERE workspace = :workspace AND shard = :shard AND visible_at <= ${clock} AND ${isClaimable} ORDER BY visible_at LIMIT :limit)
				 RETURNING json_array(${columns}) AS packed`,
				claim,
			),
		);
		return byDueTime(result.rows.map(jobOf));
	} catch (error) {
		const kept = await database.select().from(job).where(eq(job.token, claim.token));
		if (kept.length === 0) throw error;
		return byDueTime(kept);
	}
};

/** Whether a job was the end of three workers: it is not tried again, but reported (R15). */
export const isQuarantined = ({ crashes }: Job): boolean => crashes >= crashesAllowed;

/** RETURNING has no order of its own. */
const byDueTime = (jobs: Job[]): Job[] => jobs.sort((a, b) => a.dueAt - b.dueAt || a.id - b.id);

/** Aborts the batch unless this worker still holds the job (fencing) and, for a run's step, the run is live at the job's epoch (R8). */
export const assertHeld = (held: Job): Statement =>
	held.runId === null
		? guard('EXISTS (SELECT 1 FROM job WHERE id = :id AND token = :token)', { id: held.id, token: held.token })
		: guard(
				`EXISTS (SELECT 1 FROM job JOIN run ON run.id = job.run_id
				 WHERE job.id = :id AND job.token = :token AND run.epoch = job.epoch AND run.state IN ('running', 'waiting'))`,
				{ id: held.id, token: held.token },
			);

/** The same for step jobs of one claim: unless all of them are held and live, nothing of the batch happens. */
export const assertAllHeld = (held: readonly Job[]): Statement =>
	guard(
		// IN, not a join: joined, each job would be looked for in the whole list.
		`(SELECT COUNT(*) FROM job JOIN run ON run.id = job.run_id
		 WHERE job.id IN (SELECT value FROM json_each(:ids)) AND job.token = :token AND run.epoch = job.epoch AND run.state IN ('running', 'waiting')) = :count`,
		{ ids: idsOf(held), token: held[0]!.token, count: held.length },
	);

const idsOf = (jobs: readonly Job[]): string => JSON.stringify(jobs.map(({ id }) => id));

/** Deletes a job, in the batch that ends it. */
export const deleteJob = (id: number): Statement => statementOver({ id }, `DELETE FROM job WHERE id IN (SELECT value ->> 'id' FROM json_each(:rows))`);

/** Deletes a job that has nothing to do any more (its run ended, or went on without it), if this worker still holds it. */
export const dropJob = (held: Job): Statement => statement('DELETE FROM job WHERE id = :id AND token = :token', { id: held.id, token: held.token });

/** Gives jobs of one claim back (`held` null: all of them), to be claimed in `afterMs` of the clock that they were claimed by (`Claim.now`): no expired lease, and no attempt. */
export const releaseJobs = (token: string, held: readonly Job[] | null, { now, afterMs }: { now: number | null; afterMs: number }): Statement =>
	statement(
		`UPDATE job SET token = NULL, visible_at = ${clock} + :afterMs, attempt = attempt - 1 WHERE token = :token AND (:ids IS NULL OR id IN (SELECT value FROM json_each(:ids)))`,
		{ ids: held && idsOf(held), token, now, afterMs },
	);

/** Puts a job off to `at` (ms), without an expired lease. `isAttempt` false takes the attempt of the claim back. */
export const releaseJob = (held: Job, at: number, isAttempt: boolean): Statement =>
	statement('UPDATE job SET token = NULL, visible_at = :at, attempt = attempt - :back WHERE id = :id AND token = :token', { id: held.id, token: held.token, at, back: isAttempt ? 0 : 1 });

/** Moves a job to another due time (a date that moved): the attempt is taken back. */
export const moveJob = (held: Job, at: number): Statement =>
	statement(
		'UPDATE job SET token = NULL, due_at = :at, visible_at = :at, attempt = attempt - 1 WHERE id = :id AND token = :token',
		{ id: held.id, token: held.token, at },
	);

/** Keeps where a schedule or sweep has got to, in the batch of its chunk: a killed one goes on there. */
export const keepProgress = (held: Job, payload: Record<string, unknown>): Statement =>
	statement('UPDATE job SET payload = :payload WHERE id = :id AND token = :token', { id: held.id, token: held.token, payload: JSON.stringify(payload) });

/** The same job for its next occurrence: fresh attempts, in the batch that ends the one before (R14). */
export const rearmJob = (held: Job, at: number, payload: Record<string, unknown> | null): Statement =>
	statement(
		'UPDATE job SET token = NULL, due_at = :at, visible_at = :at, attempt = 0, crashes = 0, payload = :payload WHERE id = :id AND token = :token',
		{ id: held.id, token: held.token, at, payload: asJson(payload) },
	);

export type StepJob = { workspace: string; runId: string; number: number; dueAt: number; epoch: number; shard?: number; payload?: Record<string, unknown> | null };

/**
 * The job of a run's step. With `condition` (SQL, its arguments in `args`) it is inserted only if that holds. A job for this
 * step that is there already stays as it is.
 */
export const insertStepJob = (next: StepJob, condition = 'true', args: Record<string, InValue> = {}): Statement =>
	statementOver(
		{ runId: next.runId, number: next.number, payload: asJson(next.payload), dueAt: next.dueAt, epoch: next.epoch },
		`INSERT INTO job (workspace, shard, kind, run_id, number, payload, due_at, visible_at, epoch)
		 SELECT :workspace, :shard, 'step', given.value ->> 'runId', given.value ->> 'number', given.value ->> 'payload', given.value ->> 'dueAt', given.value ->> 'dueAt', given.value ->> 'epoch'
		 FROM json_each(:rows) AS given WHERE ${condition} ON CONFLICT DO NOTHING`,
		{ workspace: next.workspace, shard: next.shard ?? 0, ...args },
	);

const askHeld = kept((database) => [database.select({ id: job.id }).from(job).where(and(eq(job.token, given('token')), inArray(job.id, givenList('ids')))).limit(1)]);

/** Whether one of these jobs of one claim still has its token: what an ambiguous commit that ends them is read back by (R5). */
export const isHeld = async (database: Database, ...held: Job[]): Promise<boolean> => {
	const [rows] = await askHeld(database, { token: held[0]!.token, ids: idsOf(held) });
	return rows.length > 0;
};

export type ActivationJobs = { workspace: string; playbookId: string; schedule: { at: number; key: string } | null; isLasting: boolean; now: number };

/** A timed or lasting playbook's job: it fires at its next occurrence, or sweeps at once. Activating again starts it anew. */
export const activationJobs = ({ workspace, playbookId, schedule, isLasting, now }: ActivationJobs): Statement[] => {
	return [
		...deactivationJobs(playbookId),
		...(schedule ? [insertTimer({ workspace, playbookId, kind: 'schedule', at: schedule.at, payload: { key: schedule.key } })] : []),
		...(isLasting ? [insertTimer({ workspace, playbookId, kind: 'sweep', at: now, payload: null })] : []),
	];
};

export type Timer = { workspace: string; playbookId: string; kind: 'schedule' | 'sweep'; at: number; payload: Record<string, unknown> | null };

/** A job of a playbook that time starts, due at `at` (ms). */
export const insertTimer = ({ payload, ...timer }: Timer): Statement =>
	statement(`INSERT INTO job (workspace, shard, kind, playbook_id, payload, due_at, visible_at, epoch) VALUES (:workspace, 0, :kind, :playbookId, :payload, :at, :at, 1)`, { ...timer, payload: asJson(payload) });

/**
 * What fell due while a playbook (null: the workspace) was paused is due from now on: nobody was late (R24). In the batch that lets it go on,
 * before what does; nothing happens when it isn't paused. Steps keep the times that they were given, and occurrences of schedules are told by theirs.
 */
export const dueFromNow = (workspace: string, playbookId: string | null, now: number): Statement =>
	statement(
		`UPDATE job SET due_at = :now WHERE workspace = :workspace AND shard IN (${Array.from({ length: 16 }, (_, shard) => shard).join(', ')}) AND visible_at <= :now AND token IS NULL AND kind IN ('step', 'sweep')
		 AND CASE WHEN :playbookId IS NULL THEN EXISTS (SELECT 1 FROM workspace w WHERE w.id = :workspace AND w.is_paused = 1)
			ELSE (SELECT r.playbook_id FROM run r WHERE r.id = job.run_id) = :playbookId AND EXISTS (SELECT 1 FROM activation a WHERE a.id = :playbookId AND a.state = 'paused') END`,
		{ workspace, playbookId, now },
	);

/** Ends a playbook's schedule and sweep. Its runs keep their jobs. */
export const deactivationJobs = (playbookId: string): Statement[] => [statement('DELETE FROM job WHERE playbook_id = :playbookId', { playbookId })];
