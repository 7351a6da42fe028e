/** What the world is asked to do: one row, one key, one side effect (R10). */
import { and, asc, eq, lt } from 'drizzle-orm';
import type { IntentRequest } from '#domain/actions/action.ts';
import type { Database } from './client.ts';
import { intent, step } from './schema/index.ts';
import { asJson, statement, type Statement } from './statement.ts';

export type Intent = Omit<typeof intent.$inferSelect, 'request'> & { request: IntentRequest };
export type NewIntent = Pick<Intent, 'key' | 'workspace' | 'runId' | 'number' | 'part' | 'request'>;
/** `isDone`: it happens in this very batch (a task, a run). */
type Preparation = { now: number; isDone: boolean; response?: unknown };

/** The intents of one step, by part. */
export const intentsOf = async (database: Database, runId: string, number: number): Promise<Intent[]> => {
	const rows = await database.select().from(intent).where(and(eq(intent.runId, runId), eq(intent.number, number))).orderBy(asc(intent.part));
	return rows as Intent[];
};

/** What earlier attempts of a step did in this run: before a retry, which must not do it again. */
export const performedBefore = async (database: Database, runId: string, stepId: string, number: number): Promise<{ part: number; request: IntentRequest }[]> => {
	const rows = await database
		.select({ part: intent.part, request: intent.request })
		.from(intent)
		.innerJoin(step, and(eq(step.runId, intent.runId), eq(step.number, intent.number)))
		.where(and(eq(intent.runId, runId), eq(step.stepId, stepId), lt(intent.number, number), eq(intent.state, 'done')));
	return rows as { part: number; request: IntentRequest }[];
};

/** Freezes a request under its key (R11). One that is there already keeps its bytes. */
export const prepareIntent = (prepared: NewIntent, { now, isDone, response }: Preparation): Statement =>
	statement(
		`INSERT INTO intent (key, workspace, run_id, number, part, kind, state, request, response, first_at, settled_at)
		 VALUES (:key, :workspace, :runId, :number, :part, :kind, :state, :request, :response, :firstAt, :settledAt) ON CONFLICT (key) DO NOTHING`,
		{
			key: prepared.key,
			workspace: prepared.workspace,
			runId: prepared.runId,
			number: prepared.number,
			part: prepared.part,
			kind: prepared.request.kind,
			state: isDone ? 'done' : 'prepared',
			request: JSON.stringify(prepared.request),
			response: asJson(response),
			firstAt: isDone ? now : null,
			settledAt: isDone ? now : null,
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

/** Why a try did not succeed; it will be tried again. When provably nothing arrived at the first try, 23 h begin anew (R13). */
export const noteIntentError = (key: string, error: string, isAmbiguous: boolean): Statement =>
	statement(
		`UPDATE intent SET error = :error${isAmbiguous ? '' : ', first_at = CASE WHEN attempts <= 1 THEN NULL ELSE first_at END'} WHERE key = :key AND state IN ('prepared', 'sending')`,
		{ key, error },
	);
