/** What the world is asked to do: one row, one key, one side effect (R10). */
import { and, asc, eq, sql } from 'drizzle-orm';
import type { IntentRequest } from '#domain/actions/action.ts';
import type { Run } from '#domain/engine/run.ts';
import { takenIn } from './callbacks.ts';
import type { Database } from './client.ts';
import { runOf } from './runs.ts';
import { intent, run } from './schema/index.ts';
import { asJson, guard, statement, type Statement } from './statement.ts';

/** `isTaken`: what the provider has told before its answer was known, where a step reads it: that it took it, or that it failed; null when nothing. */
export type Intent = Omit<typeof intent.$inferSelect, 'request'> & { request: IntentRequest; isTaken?: boolean | null };
export type NewIntent = Pick<Intent, 'key' | 'workspace' | 'runId' | 'number' | 'part' | 'request'>;
/** `done` and `failed`: it happens, or can't, in this very batch (a task, a run). `waiting`: for a person's word. */
export type Preparation = { now: number; state: 'waiting' | 'prepared' | 'done' | 'failed'; response?: unknown; error?: string | null };

/** SQL over `intent`: nobody knows what became of it (R12), or it was begun and has no last word. What provably never arrived has no first time. */
export const isLost = sql`(${intent.state} = 'unknown' OR (${intent.state} = 'sending' AND ${intent.firstAt} IS NOT NULL))`;

/** The intents of one step, by part. */
export const intentsOf = async (database: Database, runId: string, number: number): Promise<Intent[]> => {
	const rows = await database.select().from(intent).where(and(eq(intent.runId, runId), eq(intent.number, number))).orderBy(asc(intent.part));
	return rows as Intent[];
};

/** Freezes a request under its key (R11). One that is there already keeps its bytes. */
export const prepareIntent = (prepared: NewIntent, { now, state, response, error = null }: Preparation): Statement =>
	statement(
		`INSERT INTO intent (key, workspace, run_id, number, part, kind, state, request, response, error, first_at, settled_at)
		 VALUES (:key, :workspace, :runId, :number, :part, :kind, :state, :request, :response, :error, :settledAt, :settledAt) ON CONFLICT (key) DO NOTHING`,
		{
			key: prepared.key,
			workspace: prepared.workspace,
			runId: prepared.runId,
			number: prepared.number,
			part: prepared.part,
			kind: prepared.request.kind,
			state,
			request: JSON.stringify(prepared.request),
			response: asJson(response),
			error,
			settledAt: state === 'prepared' || state === 'waiting' ? null : now,
		},
	);

/** About to be sent: `first_at` is kept from the first time, because keyed replay ends 23 h after it (R13). */
export const markSending = (key: string, now: number): Statement =>
	statement(`UPDATE intent SET state = 'sending', attempts = attempts + 1, first_at = COALESCE(first_at, :now) WHERE key = :key AND state IN ('prepared', 'sending')`, { key, now });

export type Settlement = { key: string; state: 'done' | 'failed' | 'unknown'; response?: unknown; error?: string | null; providerId?: string | null; now: number };

/** Records an outcome, even from a stale worker (R9). What is done stays done. */
export const settleIntent = ({ key, state, response, error, providerId, now }: Settlement): Statement =>
	statement(
		`UPDATE intent SET state = :state, response = COALESCE(:response, response), error = :error, provider_id = COALESCE(:providerId, provider_id), settled_at = :now
		 WHERE key = :key AND state NOT IN ('done', 'abandoned')`,
		{ key, state, response: asJson(response), error: error ?? null, providerId: providerId ?? null, now },
	);

/** Why a try did not succeed, or was none; it will be tried again. When provably nothing has arrived so far (`mayHaveArrived`), 23 h begin anew (R13), and nothing is on its way. */
export const noteIntentError = (key: string, error: string | null, mayHaveArrived: boolean): Statement =>
	statement(`UPDATE intent SET error = :error${mayHaveArrived ? '' : ', first_at = NULL'} WHERE key = :key AND state IN ('prepared', 'sending')`, { key, error });

/** SQL over `intent`: it is on its way, and its run has left it, by an order or by its end: no job will give it its last word. Both states are named so that the index of those (intent_open) is read. */
const isLeft = `intent.state IN ('sending', 'unknown') AND intent.state = 'sending' AND NOT EXISTS (SELECT 1 FROM job WHERE job.run_id = intent.run_id AND job.number = intent.number)`;

/** What runs left on its way, begun before a time (ms), the first ones, with their runs. */
export const leftIntents = async (database: Database, workspace: string, before: number, limit: number): Promise<{ intent: Intent; run: Run }[]> => {
	const rows = await database
		.select({ intent, run, taken: sql<number | null>`${sql.raw(takenIn('"intent"."key"'))}` })
		.from(intent)
		.innerJoin(run, eq(run.id, intent.runId))
		.where(and(sql.raw(isLeft), eq(intent.workspace, workspace), sql`COALESCE(${intent.firstAt}, 0) < ${before}`))
		.limit(limit);
	return rows.map(({ intent: row, run, taken }) => ({ intent: { ...(row as Intent), isTaken: taken === null ? null : taken === 1 }, run: runOf(run) }));
};

/** Aborts the batch when somebody has said what became of it, or it is tried again. */
export const assertLeft = (key: string): Statement => guard(`EXISTS (SELECT 1 FROM intent WHERE key = :key AND ${isLeft})`, { key });
