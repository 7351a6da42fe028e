/** What a record's end ends (RU5): its runs, with everything they were about to do. What they did stays told. */
import { liveStates } from './runs.ts';
import { seqNow, statement, type Statement } from './statement.ts';
import { isAwaitedBy } from './waits.ts';

/** Why they were stopped, in a run's history. */
const goneReason = 'record-gone';

/** Stops every live run of a record, behind `bumpSeq`, in the batch that ends the record; `by`: the person who did. Nothing happens when there is none. */
export const endRunsOf = (workspace: string, subjectId: string, now: number, by: string | null = null): Statement[] => {
	const live = `(SELECT id FROM run WHERE workspace = :workspace AND subject_id = :subjectId AND state IN (${liveStates.map((state) => `'${state}'`).join(', ')}))`;
	const about = { workspace, subjectId };
	return [
		statement(`DELETE FROM job WHERE run_id IN ${live}`, about),
		statement(`UPDATE task SET seq = ${seqNow}, state = 'cancelled' WHERE state = 'open' AND ${isAwaitedBy(`IN ${live}`)}`, about),
		statement(`UPDATE draft SET seq = ${seqNow}, state = 'cancelled', decided_at = :now WHERE run_id IN ${live} AND state = 'waiting'`, { ...about, now }),
		statement(`UPDATE intent SET state = 'abandoned', settled_at = :now WHERE run_id IN ${live} AND state IN ('waiting', 'prepared')`, { ...about, now }),
		statement(`UPDATE wait_token SET consumed_at = :now WHERE run_id IN ${live} AND consumed_at IS NULL`, { ...about, now }),
		statement(`UPDATE step SET seq = ${seqNow}, state = 'cancelled', ended_at = :now WHERE run_id IN ${live} AND state IN ('scheduled', 'waiting')`, { ...about, now }),
		statement(
			`INSERT INTO run_event (run_id, n, workspace, type, data, at)
			 SELECT r.id, COALESCE((SELECT MAX(n) FROM run_event e WHERE e.run_id = r.id), 0) + 1, :workspace, 'stopped', :data, :now FROM run r WHERE r.id IN ${live}`,
			{ ...about, now, data: JSON.stringify({ by, reason: goneReason }) },
		),
		statement(`UPDATE run SET seq = ${seqNow}, state = 'stopped', epoch = epoch + 1, next_step_id = NULL, next_due_at = NULL, ended_at = :now WHERE id IN ${live}`, { ...about, now }),
	];
};
