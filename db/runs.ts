/**
 * Runs and their steps. A run's changes are statements for one guarded batch (R4), after `bumpSeq(workspace)`.
 *
 * For the server's commands — each returns the statements of one batch, its guard first and its `bumpSeq` included; pass them through
 * `forBatch(database, …)` (db/statement.ts) to `commit` beside the command's own row. A lost guard = the run was not in a state for
 * it any more (held):
 * - `stopRun(control)`   running | waiting | paused | failed → stopped
 * - `retryRun(control)`  failed → running: the failed step again, as a new step number (a new intent key, R10), with fresh data
 * - `skipStep(control)`  failed | waiting, or running with a wait ahead → running: goes on behind that step; a skipped failure leaves the run with errors (orange)
 * - `enrolRun(run, first)` a new run with its first step and job (start-run, enter matching): nothing happens when the record
 *   is in the playbook already, or its dedup key is taken. Not guarded: put it behind your guard and `bumpSeq`.
 * `control` = { workspace, runId, by: userId, reason, now }. After the commit call the automation room's `wake`.
 */
import { and, eq, gt, sql } from 'drizzle-orm';
import type { History } from '#domain/engine/enrol.ts';
import type { Run, RunState, StepState } from '#domain/engine/run.ts';
import type { PlaybookDefinition } from '#domain/documents/playbook/definition.ts';
import type { Database } from './client.ts';
import { withdrawDrafts } from './drafts.ts';
import { insertStepJob } from './jobs.ts';
import { activation, playbookVersion, run, runEvent, step } from './schema/index.ts';
import { asJson, bumpSeq, guard, seqNow, statement, type Statement } from './statement.ts';

export type StepRow = typeof step.$inferSelect;
export type Next = { stepId: string; dueAt: number };
/** Where a run stands: without a time when only a person or another run moves it on. */
export type Standing = { stepId: string; dueAt: number | null };

/** States in which a record is in a playbook: a stuck run keeps its place until a person ends or mends it (RU5, never twice at once). */
export const liveStates = ['running', 'waiting', 'paused', 'failed'] as const satisfies readonly RunState[];
const isLive = `state IN (${liveStates.map((state) => `'${state}'`).join(', ')})`;

/** A run by id, or null. */
export const readRun = async (database: Database, id: string): Promise<Run | null> => {
	const rows = await database.select().from(run).where(eq(run.id, id));
	return rows[0] ? runOf(rows[0]) : null;
};

/** A run from its row. */
export const runOf = (row: typeof run.$inferSelect): Run => ({
	id: row.id,
	workspace: row.workspace,
	playbookId: row.playbookId,
	version: row.version,
	subjectType: 'customer',
	subjectId: row.subjectId,
	dedupKey: row.dedupKey,
	state: row.state,
	hasErrors: row.hasErrors,
	epoch: row.epoch,
	rootRunId: row.rootRunId,
	parentRunId: row.parentRunId,
	depth: row.depth,
	lineage: row.lineage,
	cause: row.cause as Run['cause'],
	vars: row.vars,
	startedAt: row.startedAt,
	endedAt: row.endedAt,
});

/** One step of a run, or null. */
export const readStep = async (database: Database, runId: string, number: number): Promise<StepRow | null> => {
	const rows = await database.select().from(step).where(and(eq(step.runId, runId), eq(step.number, number)));
	return rows[0] ?? null;
};

/** A run's history of control: who, what, why. */
export const runEvents = (database: Database, runId: string) => database.select().from(runEvent).where(eq(runEvent.runId, runId)).orderBy(runEvent.n);

export type ActivePlaybook = { id: string; version: number; definition: PlaybookDefinition };

/** The playbooks of a workspace that take new records, with the version that they take them into. `id` narrows it to one. */
export const activePlaybooks = async (database: Database, workspace: string, id?: string): Promise<ActivePlaybook[]> => {
	const rows = await database
		.select({ id: activation.id, version: activation.version, definition: playbookVersion.definition })
		.from(activation)
		.innerJoin(playbookVersion, and(eq(playbookVersion.playbookId, activation.id), eq(playbookVersion.version, activation.version)))
		.where(and(eq(activation.workspace, workspace), eq(activation.state, 'active'), ...(id ? [eq(activation.id, id)] : [])));
	return rows.map((row) => ({ ...row, definition: row.definition as PlaybookDefinition }));
};

/** What entry rules are judged by (RU5, R19), for each `playbook subject` that has any; times in ms. */
export type Histories = Map<string, History>;
export const historyKey = (playbookId: string, subjectId: string): string => `${playbookId} ${subjectId}`;

/** How records stood in playbooks, and how many runs each began in the minute before `now`. Every pair asked for is in the answer. */
export const readHistories = async (database: Database, workspace: string, playbookIds: string[], subjectIds: string[], now: number): Promise<Histories> => {
	// One JSON argument, whatever their number: SQLite counts arguments.
	const listed = (ids: string[]) => sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`;
	const subjects = and(eq(run.workspace, workspace), sql`${run.subjectId} IN ${listed(subjectIds)}`);
	const [entries, bursts] = await database.batch([
		database
			.select({
				playbookId: run.playbookId,
				subjectId: run.subjectId,
				live: sql<number>`SUM(${sql.raw(isLive)})`,
				lastEnteredAt: sql<number>`MAX(${run.startedAt})`,
				lastEndedAt: sql<number | null>`MAX(${run.endedAt})`,
			})
			.from(run)
			.where(and(subjects, sql`${run.playbookId} IN ${listed(playbookIds)}`))
			.groupBy(run.playbookId, run.subjectId),
		database.select({ subjectId: run.subjectId, count: sql<number>`COUNT(*)` }).from(run).where(and(subjects, gt(run.startedAt, now - 60_000))).groupBy(run.subjectId),
	]);
	const started = new Map(bursts.map((burst) => [burst.subjectId, burst.count]));
	const blank = (subjectId: string): History => ({ hasEntered: false, isRunning: false, lastEnteredAt: null, lastEndedAt: null, startedLastMinute: started.get(subjectId) ?? 0 });
	const histories: Histories = new Map(playbookIds.flatMap((playbookId) => subjectIds.map((subjectId) => [historyKey(playbookId, subjectId), blank(subjectId)])));
	for (const { playbookId, subjectId, live, lastEnteredAt, lastEndedAt } of entries)
		histories.set(historyKey(playbookId, subjectId), { ...blank(subjectId), hasEntered: true, isRunning: live > 0, lastEnteredAt, lastEndedAt });
	return histories;
};

/**
 * A new run, its first step and that step's job, in the batch that decided it. Nothing happens when the record is in the playbook
 * already or the dedup key is taken (RU5): the store decides, whoever enrols at the same time. `first` null = nothing to do: it is complete.
 */
export const enrolRun = (entering: Run, first: Next | null, shard = 0): Statement[] => {
	const { id, workspace } = entering;
	const isThere = 'EXISTS (SELECT 1 FROM run WHERE id = :runId) AND NOT EXISTS (SELECT 1 FROM step WHERE run_id = :runId)';
	const insert = statement(
		`INSERT INTO run (id, workspace, seq, playbook_id, version, subject_type, subject_id, dedup_key, state, has_errors, epoch, root_run_id, parent_run_id,
			depth, lineage, cause, vars, next_step_id, next_due_at, started_at, ended_at)
		 SELECT :id, :workspace, ${seqNow}, :playbookId, :version, :subjectType, :subjectId, :dedupKey, :state, :hasErrors, :epoch, :rootRunId, :parentRunId,
			:depth, :lineage, :cause, :vars, :nextStepId, :nextDueAt, :startedAt, :endedAt
		 WHERE NOT EXISTS (SELECT 1 FROM run WHERE workspace = :workspace AND subject_id = :subjectId AND playbook_id = :playbookId AND ${isLive})
		 ON CONFLICT DO NOTHING`,
		{
			id,
			workspace,
			playbookId: entering.playbookId,
			version: entering.version,
			subjectType: entering.subjectType,
			subjectId: entering.subjectId,
			dedupKey: entering.dedupKey,
			state: first ? entering.state : 'completed',
			hasErrors: entering.hasErrors ? 1 : 0,
			epoch: entering.epoch,
			rootRunId: entering.rootRunId,
			parentRunId: entering.parentRunId,
			depth: entering.depth,
			lineage: JSON.stringify(entering.lineage),
			cause: JSON.stringify(entering.cause),
			vars: JSON.stringify(entering.vars),
			nextStepId: first?.stepId ?? null,
			nextDueAt: first?.dueAt ?? null,
			startedAt: entering.startedAt,
			endedAt: first ? entering.endedAt : entering.startedAt,
		},
	);
	if (!first) return [insert];
	return [
		insert,
		insertStepJob({ workspace, runId: id, number: 1, dueAt: first.dueAt, epoch: entering.epoch, shard }, isThere),
		insertStep({ workspace, runId: id, number: 1, next: first }, 'EXISTS (SELECT 1 FROM run WHERE id = :runId)'),
	];
};

/** A step's row, scheduled. One that is there already stays as it is. */
export const insertStep = ({ workspace, runId, number, next }: { workspace: string; runId: string; number: number; next: Next }, condition = 'true'): Statement =>
	statement(
		`INSERT INTO step (id, workspace, seq, run_id, number, step_id, state, due_at)
		 SELECT :id, :workspace, ${seqNow}, :runId, :number, :stepId, 'scheduled', :dueAt WHERE ${condition} ON CONFLICT DO NOTHING`,
		{ id: `${runId}:${number}`, workspace, runId, number, stepId: next.stepId, dueAt: next.dueAt },
	);

export type StepChange = { workspace: string; runId: string; number: number; state: StepState; now: number; attempts: number; input?: unknown; output?: unknown; error?: string | null };

/** A step's new state. `input`, `output` and `error` that are undefined stay as they are; it ends unless it waits or is scheduled. */
export const changeStep = (change: StepChange): Statement =>
	statement(
		`UPDATE step SET seq = ${seqNow}, state = :state, attempts = :attempts, started_at = COALESCE(started_at, :now), ended_at = :endedAt,
			input = COALESCE(:input, input), output = COALESCE(:output, output), error = ${change.error === undefined ? 'error' : ':error'}
		 WHERE run_id = :runId AND number = :number`,
		{
			workspace: change.workspace,
			runId: change.runId,
			number: change.number,
			state: change.state,
			attempts: change.attempts,
			now: change.now,
			endedAt: change.state === 'waiting' || change.state === 'scheduled' ? null : change.now,
			input: asJson(change.input),
			output: asJson(change.output),
			...(change.error === undefined ? {} : { error: change.error }),
		},
	);

/** What a step is about to ask for, and that it began. */
export const noteInput = ({ workspace, runId, number, input, attempts, now }: { workspace: string; runId: string; number: number; input: unknown; attempts: number; now: number }): Statement =>
	statement(`UPDATE step SET seq = ${seqNow}, input = :input, attempts = :attempts, started_at = COALESCE(started_at, :now) WHERE run_id = :runId AND number = :number`, {
		workspace,
		runId,
		number,
		input: asJson(input),
		attempts,
		now,
	});

/** A step that moved to another time (a date that moved), and the run's own next time with it. */
export const moveStep = ({ workspace, runId, number, dueAt }: { workspace: string; runId: string; number: number; dueAt: number }): Statement[] => [
	statement(`UPDATE step SET seq = ${seqNow}, due_at = :dueAt WHERE run_id = :runId AND number = :number`, { workspace, runId, number, dueAt }),
	statement(`UPDATE run SET seq = ${seqNow}, next_due_at = :dueAt WHERE id = :runId`, { workspace, runId, dueAt }),
];

export type RunChange = { workspace: string; runId: string; state: RunState; next: Standing | null; now: number; vars?: Record<string, unknown> | undefined; hasErrors?: boolean };

/** A run's new state and what comes next. Errors stay once they are there; `vars` undefined leaves them. */
export const changeRun = (change: RunChange): Statement =>
	statement(
		`UPDATE run SET seq = ${seqNow}, state = :state, next_step_id = :nextStepId, next_due_at = :nextDueAt, vars = COALESCE(:vars, vars),
			has_errors = MAX(has_errors, :hasErrors), ended_at = :endedAt WHERE id = :runId`,
		{
			workspace: change.workspace,
			runId: change.runId,
			state: change.state,
			nextStepId: change.next?.stepId ?? null,
			nextDueAt: change.next?.dueAt ?? null,
			vars: asJson(change.vars),
			hasErrors: change.hasErrors ? 1 : 0,
			endedAt: change.state === 'completed' || change.state === 'stopped' ? change.now : null,
		},
	);

/** A line of a run's own history: who controlled it, and why. */
export const insertRunEvent = (workspace: string, runId: string, type: string, data: Record<string, unknown>, now: number): Statement =>
	statement(
		`INSERT INTO run_event (run_id, n, workspace, type, data, at)
		 SELECT :runId, COALESCE(MAX(n), 0) + 1, :workspace, :type, :data, :now FROM run_event WHERE run_id = :runId`,
		{ runId, workspace, type, data: JSON.stringify(data), now },
	);

/** What a waiting step waits for. Inserted in the batch that makes it wait; consumed once, in the batch that resumes the run. A step with several drafts waits again after each. */
export const insertWait = (wait: { workspace: string; runId: string; number: number; epoch: number; kind: 'task' | 'run' | 'draft'; ref: string }): Statement =>
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
 * Lets the runs go on that wait for a task or a child run, in the batch that ends it: their jobs are inserted, the tokens consumed.
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
			 SELECT :workspace, 0, 'step', w.run_id, w.number, :now, :now, r.epoch ${waits} ON CONFLICT DO NOTHING`,
			args,
		),
		statement(`UPDATE run SET seq = ${seqNow}, state = 'running', next_due_at = :now WHERE state = 'waiting' AND id IN (SELECT w.run_id ${waits})`, args),
		statement(`UPDATE wait_token SET consumed_at = :now WHERE kind = :kind AND ref = :ref AND consumed_at IS NULL AND (${condition})`, { kind, ref, now }),
	];
};

export type Control = { workspace: string; runId: string; by: string; reason: string; now: number };

const lastNumber = '(SELECT MAX(number) FROM step WHERE run_id = :runId)';
const inStates = (states: readonly RunState[]) => `state IN (${states.map((state) => `'${state}'`).join(', ')})`;

const assertRun = ({ workspace, runId }: Control, condition: string, args = {}): Statement =>
	guard(`EXISTS (SELECT 1 FROM run WHERE id = :runId AND workspace = :workspace AND (${condition}))`, { workspace, runId, ...args });

/** Ends what a run was about to do: its job goes, an open task that it waited for is cancelled, mails that nobody has sent are withdrawn, its wait is over. */
const endPending = ({ workspace, runId, by, now }: Control): Statement[] => [
	statement('DELETE FROM job WHERE run_id = :runId', { runId }),
	statement(
		`UPDATE task SET seq = ${seqNow}, state = 'cancelled' WHERE state = 'open'
		 AND id IN (SELECT ref FROM wait_token WHERE run_id = :runId AND kind = 'task' AND consumed_at IS NULL)`,
		{ workspace, runId },
	),
	...withdrawDrafts({ workspace, runId, by, now }),
	statement('UPDATE wait_token SET consumed_at = :now WHERE run_id = :runId AND consumed_at IS NULL', { runId, now }),
];

const history = (type: string, { workspace, runId, by, reason, now }: Control): Statement => insertRunEvent(workspace, runId, type, { by, reason }, now);

/** Ends a run (R8): nothing of it is newly sent. A parent that waits for it goes on. */
export const stopRun = (control: Control): Statement[] => {
	const { workspace, runId, now } = control;
	return [
		assertRun(control, isLive),
		bumpSeq(workspace),
		...endPending(control),
		statement(`UPDATE step SET seq = ${seqNow}, state = 'cancelled', ended_at = :now WHERE run_id = :runId AND state IN ('scheduled', 'waiting')`, { workspace, runId, now }),
		statement(
			`UPDATE run SET seq = ${seqNow}, state = 'stopped', epoch = epoch + 1, next_step_id = NULL, next_due_at = NULL, ended_at = :now WHERE id = :runId`,
			{ workspace, runId, now },
		),
		...resumeWaits(workspace, 'run', runId, now),
		history('stopped', control),
	];
};

/** Tries a run's failed step again, as a new step with a new number: so its intents have new keys (R10). */
export const retryRun = (control: Control): Statement[] => {
	const { workspace, runId, now } = control;
	return [
		assertRun(control, inStates(['failed'])),
		bumpSeq(workspace),
		statement('DELETE FROM job WHERE run_id = :runId', { runId }),
		...withdrawDrafts(control),
		statement(
			`INSERT INTO step (id, workspace, seq, run_id, number, step_id, state, due_at)
			 SELECT run_id || ':' || (number + 1), workspace, ${seqNow}, run_id, number + 1, step_id, 'scheduled', :now FROM step WHERE run_id = :runId AND number = ${lastNumber}`,
			{ workspace, runId, now },
		),
		goOn(control, null),
		takeUp(control),
		history('retried', control),
	];
};

/** Lets a run go on behind the step it is at, when that failed or waits (for a task, a run, a time): the worker asks the engine what comes next (the job's payload says `skip`). */
export const skipStep = (control: Control): Statement[] => {
	const { workspace, runId, now } = control;
	return [
		assertRun(
			control,
			`${inStates(['failed', 'waiting'])} OR (state = 'running' AND EXISTS (SELECT 1 FROM step WHERE run_id = :runId AND number = ${lastNumber} AND state = 'scheduled' AND due_at > :now))`,
			{ now },
		),
		bumpSeq(workspace),
		...endPending(control),
		goOn(control, { isSkipped: true }),
		statement(
			`UPDATE run SET has_errors = 1 WHERE id = :runId AND EXISTS (SELECT 1 FROM step WHERE run_id = :runId AND number = ${lastNumber} AND state IN ('failed', 'unknown'))`,
			{ runId },
		),
		takeUp(control),
		history('skipped', control),
	];
};

/** The job of a run's last step, due now, for the epoch that `takeUp` sets in the same batch. */
const goOn = ({ workspace, runId, now }: Control, payload: { isSkipped: true } | null): Statement =>
	statement(
		`INSERT INTO job (workspace, shard, kind, run_id, number, payload, due_at, visible_at, epoch)
		 SELECT :workspace, 0, 'step', :runId, ${lastNumber}, :payload, :now, :now, epoch + 1 FROM run WHERE id = :runId`,
		{ workspace, runId, now, payload: asJson(payload) },
	);

const takeUp = ({ workspace, runId, now }: Control): Statement =>
	statement(
		`UPDATE run SET seq = ${seqNow}, state = 'running', epoch = epoch + 1, ended_at = NULL, next_due_at = :now,
			next_step_id = (SELECT step_id FROM step WHERE run_id = :runId AND number = ${lastNumber}) WHERE id = :runId`,
		{ workspace, runId, now },
	);
