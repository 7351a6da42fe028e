/** The last word on what was asked of the world and never answered (R12): a person's, or the provider's own, later. */
import { and, eq } from 'drizzle-orm';
import type { Actor } from '#domain/events/event.ts';
import type { Database } from './client.ts';
import type { Intent } from './intents.ts';
import { insertRunEvent } from './runs.ts';
import { intent } from './schema/index.ts';
import { bumpSeq, guard, seqNow, statement, type Statement } from './statement.ts';

/** One intent of a workspace, or null. */
export const readIntent = async (database: Database, workspace: string, key: string): Promise<Intent | null> =>
	((await database.select().from(intent).where(and(eq(intent.workspace, workspace), eq(intent.key, key))))[0] as Intent | undefined) ?? null;

/** SQL over `:runId` and `:number`: the run is at this step, and somebody will work it: it is stuck there, or its job stands. */
const isAtStep = `:number = (SELECT MAX(number) FROM step WHERE run_id = :runId) AND (EXISTS (SELECT 1 FROM run WHERE id = :runId AND state = 'failed') OR EXISTS (SELECT 1 FROM job WHERE run_id = :runId AND number = :number))`;

/** Whether what an intent's step asked for can be asked for again under its key: its run has not gone on, nor ended. */
export const isRepeatable = async (database: Database, { runId, number }: Pick<Intent, 'runId' | 'number'>): Promise<boolean> =>
	(await database.$client.execute(statement(`SELECT ${isAtStep} AS here`, { runId, number }))).rows[0]!.here === 1;

/**
 * - happened: it is done · again: under the same key, while the provider keeps it (R13) · anew: it did not happen, and the step is tried
 *   again under a new key (so it is, too, when the run came back to the step since: its number has passed) · left: it did not happen, and nobody wants it any more · refused: the provider says that it failed; the run stays stuck, for a person
 */
export type Word = {
	intent: Pick<Intent, 'key' | 'workspace' | 'runId' | 'number'>;
	outcome: 'happened' | 'again' | 'anew' | 'left' | 'refused';
	by: Actor;
	reason: string;
	providerId?: string | null;
	now: number;
};

const states = { happened: 'done', again: 'prepared', anew: 'failed', left: 'abandoned', refused: 'failed' } as const;

/**
 * Settles an unknown intent, in one batch behind its guard, `bumpSeq` included; a lost guard = somebody was faster. When nothing of the
 * step is unknown any more, the run goes on: at the same step number with what is settled, or, when something is to be done anew, as a new one.
 */
export const settleUnknown = ({ intent: { key, workspace, runId, number }, outcome, by, reason, providerId = null, now }: Word): Statement[] => {
	const state = states[outcome];
	const about = { workspace, runId, number, now };
	const isOpen = outcome === 'again';
	return [
		guard(`EXISTS (SELECT 1 FROM intent WHERE key = :key AND workspace = :workspace AND state = 'unknown')${isOpen ? ` AND ${isAtStep}` : ''}`, { key, workspace, ...(isOpen ? { runId, number } : {}) }),
		bumpSeq(workspace),
		statement(
			`UPDATE intent SET state = :state, response = :response, error = CASE WHEN :state = 'failed' THEN :reason END, provider_id = COALESCE(:providerId, provider_id), settled_at = :settledAt WHERE key = :key`,
			{ key, state, response: isOpen ? null : JSON.stringify({ settled: { outcome, by, reason } }), reason, providerId, settledAt: isOpen ? null : now },
		),
		...(isOpen ? [] : [mailSettled({ workspace, key, state: outcome === 'happened' ? 'sent' : 'failed', reason, providerId })]),
		insertRunEvent(workspace, runId, `settled-${outcome}`, { by: by.kind === 'user' ? by.id : null, reason, intent: key }, now),
		...(outcome === 'refused' ? stuck(about) : goOn(about)),
		...goOnLater(about),
	];
};

const mailSettled = ({ workspace, key, state, reason, providerId }: { workspace: string; key: string; state: 'sent' | 'failed'; reason: string; providerId: string | null }): Statement =>
	statement(`UPDATE mail SET seq = ${seqNow}, state = :state, error = CASE WHEN :state = 'failed' THEN :reason END, provider_id = COALESCE(:providerId, provider_id) WHERE id = :key AND state = 'unknown'`, { workspace, key, state, reason, providerId });

type Place = { workspace: string; runId: string; number: number; now: number };

const lastNumber = '(SELECT MAX(number) FROM step WHERE run_id = :runId)';
const ofStep = (state: string): string => `EXISTS (SELECT 1 FROM intent WHERE run_id = :runId AND number = :number AND state = '${state}')`;
/** The run is stuck at this very step, and nothing of it is unknown any more. */
const isClear = `NOT ${ofStep('unknown')} AND :number = ${lastNumber} AND state = 'failed'`;
const hasJob = (number: string): string => `EXISTS (SELECT 1 FROM job WHERE run_id = :runId AND number = ${number})`;

/**
 * Its job says where it goes on; step and run follow it, so that all of them do or none. What is to be sent again under its key is so at the
 * same step, whatever else of it failed: a new step would send it under a new one.
 */
const goOn = (place: Place): Statement[] => {
	const { workspace, runId, number } = place;
	return [
		statement(
			`INSERT INTO job (workspace, shard, kind, run_id, number, due_at, visible_at, epoch)
			 SELECT :workspace, 0, 'step', :runId, :number + (${ofStep('failed')} AND NOT ${ofStep('prepared')}), :now, :now, epoch + 1 FROM run WHERE id = :runId AND ${isClear} ON CONFLICT DO NOTHING`,
			place,
		),
		statement(
			`INSERT INTO step (id, workspace, seq, run_id, number, step_id, state, due_at)
			 SELECT run_id || ':' || (number + 1), workspace, ${seqNow}, run_id, number + 1, step_id, 'scheduled', :now FROM step WHERE run_id = :runId AND number = :number AND ${hasJob(':number + 1')} ON CONFLICT DO NOTHING`,
			place,
		),
		statement(`UPDATE step SET seq = ${seqNow}, state = 'scheduled', error = NULL, ended_at = NULL WHERE run_id = :runId AND number = :number AND ${hasJob(':number')}`, { workspace, runId, number }),
		statement(`UPDATE step SET seq = ${seqNow}, state = 'failed' WHERE run_id = :runId AND number = :number AND state = 'unknown' AND ${hasJob(':number + 1')}`, { workspace, runId, number }),
		statement(
			`UPDATE run SET seq = ${seqNow}, state = 'running', epoch = epoch + 1, ended_at = NULL, next_due_at = :now WHERE id = :runId AND state = 'failed' AND (${hasJob(':number')} OR ${hasJob(':number + 1')})`,
			place,
		),
	];
};

/** The run was taken back to the step since, and is stuck there over what the step had asked for under this number: clear of all of it, it goes on there. */
const goOnLater = (place: Place): Statement[] => {
	const { workspace, runId, now } = place;
	return [
		statement(
			`INSERT INTO job (workspace, shard, kind, run_id, number, due_at, visible_at, epoch)
			 SELECT :workspace, 0, 'step', :runId, last.number, :now, :now, run.epoch + 1 FROM run JOIN step last ON last.run_id = run.id AND last.number = ${lastNumber}
			 WHERE run.id = :runId AND run.state = 'failed' AND last.state = 'unknown' AND last.number > :number AND last.step_id = (SELECT step_id FROM step WHERE run_id = :runId AND number = :number)
			 AND NOT EXISTS (SELECT 1 FROM intent JOIN step asked ON asked.run_id = intent.run_id AND asked.number = intent.number WHERE intent.run_id = :runId AND intent.state = 'unknown' AND asked.step_id = last.step_id) ON CONFLICT DO NOTHING`,
			place,
		),
		statement(`UPDATE step SET seq = ${seqNow}, state = 'scheduled', error = NULL, ended_at = NULL WHERE run_id = :runId AND state = 'unknown' AND number = ${lastNumber} AND ${hasJob(lastNumber)}`, { workspace, runId }),
		statement(`UPDATE run SET seq = ${seqNow}, state = 'running', epoch = epoch + 1, ended_at = NULL, next_due_at = :now WHERE id = :runId AND state = 'failed' AND ${hasJob(lastNumber)}`, { workspace, runId, now }),
	];
};

/** The step failed, as is known now; a person tries it again or skips it. */
const stuck = ({ workspace, runId, number }: Place): Statement[] => [
	statement(`UPDATE step SET seq = ${seqNow}, state = 'failed', error = (SELECT 'failed ' || json_object('reason', error) FROM intent WHERE run_id = :runId AND number = :number AND state = 'failed' ORDER BY part LIMIT 1) WHERE run_id = :runId AND number = :number AND state = 'unknown' AND NOT ${ofStep('unknown')}`, {
		workspace,
		runId,
		number,
	}),
];
