/**
 * Runs: reading them, and the statements that change one, for a guarded batch (R4) after `bumpSeq(workspace)`. Beside it: entries.ts (a record
 * enters), steps.ts, waits.ts (what a step waits for), control.ts (what a person does to a run).
 */
import { and, eq, sql } from 'drizzle-orm';
import type { Run, RunState } from '#domain/engine/run.ts';
import type { PlaybookDefinition } from '#domain/documents/playbook/definition.ts';
import type { Database } from './client.ts';
import { given, kept } from './kept.ts';
import { activation, playbookVersion, run, runEvent } from './schema/index.ts';
import { asJson, seqNow, statement, statementOver, type Statement } from './statement.ts';

/** Where a run stands: without a time when only a person or another run moves it on. */
export type Standing = { stepId: string; dueAt: number | null };

/** States in which a record is in a playbook: a stuck run keeps its place until a person ends or mends it (RU5, never twice at once). */
export const liveStates = ['running', 'waiting', 'paused', 'failed'] as const satisfies readonly RunState[];
/** The same as SQL over a row of `run`. */
export const isLive = `state IN (${liveStates.map((state) => `'${state}'`).join(', ')})`;

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

/** A run's history of control: who, what, why. */
export const runEvents = (database: Database, runId: string) => database.select().from(runEvent).where(eq(runEvent.runId, runId)).orderBy(runEvent.n);

export type ActivePlaybook = { id: string; version: number; definition: PlaybookDefinition };

const askActive = kept((database) => [
	database
		.select({ id: activation.id, version: activation.version, definition: playbookVersion.definition })
		.from(activation)
		.innerJoin(playbookVersion, and(eq(playbookVersion.playbookId, activation.id), eq(playbookVersion.version, activation.version)))
		.where(and(eq(activation.workspace, given('workspace')), eq(activation.state, 'active'), sql`${activation.id} = COALESCE(${given('id')}, ${activation.id})`)),
]);

/** The playbooks of a workspace that take new records, with the version that they take them into. `id` narrows it to one. */
export const activePlaybooks = async (database: Database, workspace: string, id?: string): Promise<ActivePlaybook[]> => {
	const [rows] = await askActive(database, { workspace, id: id ?? null });
	return rows.map((row) => ({ ...row, definition: row.definition as PlaybookDefinition }));
};

export type RunChange = { workspace: string; runId: string; state: RunState; next: Standing | null; now: number; vars?: Record<string, unknown> | undefined; hasErrors?: boolean };

/** A run's new state and what comes next. Errors stay once they are there; `vars` undefined leaves them. */
export const changeRun = (change: RunChange): Statement =>
	statementOver(
		{
			runId: change.runId,
			state: change.state,
			nextStepId: change.next?.stepId ?? null,
			nextDueAt: change.next?.dueAt ?? null,
			vars: asJson(change.vars),
			hasErrors: change.hasErrors ? 1 : 0,
			endedAt: change.state === 'completed' || change.state === 'stopped' ? change.now : null,
		},
		`UPDATE run SET seq = ${seqNow}, state = given.value ->> 'state', next_step_id = given.value ->> 'nextStepId', next_due_at = given.value ->> 'nextDueAt',
			vars = COALESCE(given.value ->> 'vars', vars), has_errors = MAX(has_errors, given.value ->> 'hasErrors'), ended_at = given.value ->> 'endedAt'
		 FROM json_each(:rows) AS given WHERE run.id = given.value ->> 'runId'`,
		{ workspace: change.workspace },
	);

/** A line of a run's own history: who controlled it, and why. */
export const insertRunEvent = (workspace: string, runId: string, type: string, data: Record<string, unknown>, now: number): Statement =>
	statement(
		`INSERT INTO run_event (run_id, n, workspace, type, data, at)
		 SELECT :runId, COALESCE(MAX(n), 0) + 1, :workspace, :type, :data, :now FROM run_event WHERE run_id = :runId`,
		{ runId, workspace, type, data: JSON.stringify(data), now },
	);
