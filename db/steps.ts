/** The steps of runs, as they go: reading them, and the statements that change one. */
import { and, eq } from 'drizzle-orm';
import type { StepState } from '#domain/engine/run.ts';
import type { Database } from './client.ts';
import { step } from './schema/index.ts';
import { asJson, seqNow, statement, statementOver, type Statement } from './statement.ts';

export type StepRow = typeof step.$inferSelect;
export type Next = { stepId: string; dueAt: number };

/** One step of a run, or null. */
export const readStep = async (database: Database, runId: string, number: number): Promise<StepRow | null> => {
	const rows = await database.select().from(step).where(and(eq(step.runId, runId), eq(step.number, number)));
	return rows[0] ?? null;
};

/** A step's row, scheduled. One that is there already stays as it is. `condition` (SQL) may name `:runId`. */
export const insertStep = ({ workspace, runId, number, next }: { workspace: string; runId: string; number: number; next: Next }, condition?: string): Statement =>
	statementOver(
		{ id: `${runId}:${number}`, runId, number, stepId: next.stepId, dueAt: next.dueAt },
		`INSERT INTO step (id, workspace, seq, run_id, number, step_id, state, due_at)
		 SELECT given.value ->> 'id', :workspace, ${seqNow}, given.value ->> 'runId', given.value ->> 'number', given.value ->> 'stepId', 'scheduled', given.value ->> 'dueAt'
		 FROM json_each(:rows) AS given WHERE ${condition ?? 'true'} ON CONFLICT DO NOTHING`,
		{ workspace, ...(condition === undefined ? {} : { runId }) },
	);

export type StepChange = { workspace: string; runId: string; number: number; state: StepState; now: number; attempts: number; input?: unknown; output?: unknown; error?: string | null };

/** A step's new state. `input`, `output` and `error` that are undefined stay as they are; it ends unless it waits or is scheduled. */
export const changeStep = (change: StepChange): Statement =>
	statementOver(
		{
			runId: change.runId,
			number: change.number,
			state: change.state,
			attempts: change.attempts,
			now: change.now,
			endedAt: change.state === 'waiting' || change.state === 'scheduled' ? null : change.now,
			input: asJson(change.input),
			output: asJson(change.output),
			error: change.error ?? null,
			keepsError: change.error === undefined ? 1 : 0,
		},
		`UPDATE step SET seq = ${seqNow}, state = given.value ->> 'state', attempts = given.value ->> 'attempts', started_at = COALESCE(started_at, given.value ->> 'now'),
			ended_at = given.value ->> 'endedAt', input = COALESCE(given.value ->> 'input', input), output = COALESCE(given.value ->> 'output', output),
			error = CASE WHEN given.value ->> 'keepsError' THEN error ELSE given.value ->> 'error' END
		 FROM json_each(:rows) AS given WHERE step.run_id = given.value ->> 'runId' AND step.number = given.value ->> 'number'`,
		{ workspace: change.workspace },
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

/** A step once more under another number, as it was: what it was given, and how it went. */
export const copyStep = ({ workspace, runId, number, of, state }: { workspace: string; runId: string; number: number; of: number; state: string }): Statement =>
	statement(
		`INSERT INTO step (id, workspace, seq, run_id, number, step_id, state, due_at, started_at, ended_at, attempts, input, output, error)
		 SELECT :id, workspace, ${seqNow}, run_id, :number, step_id, :state, due_at, started_at, CASE WHEN :state = 'waiting' THEN NULL ELSE ended_at END, attempts, input, output, error
		 FROM step WHERE run_id = :runId AND number = :of ON CONFLICT DO NOTHING`,
		{ id: `${runId}:${number}`, workspace, runId, number, of, state },
	);
