/** The steps of runs, as they go: reading them, and the statements that change one. */
import { and, eq } from 'drizzle-orm';
import type { StepState } from '#domain/engine/run.ts';
import type { Database } from './client.ts';
import { step } from './schema/index.ts';
import { asJson, seqNow, statement, type Statement } from './statement.ts';

export type StepRow = typeof step.$inferSelect;
export type Next = { stepId: string; dueAt: number };

/** One step of a run, or null. */
export const readStep = async (database: Database, runId: string, number: number): Promise<StepRow | null> => {
	const rows = await database.select().from(step).where(and(eq(step.runId, runId), eq(step.number, number)));
	return rows[0] ?? null;
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
