/** How late jobs began (R24): a row for each minute and bound, so that what is kept doesn't grow with the work. Times in ms. */
import type { LatenessCount } from '#domain/engine/lateness.ts';
import type { Database } from './client.ts';
import { statement, type Statement } from './statement.ts';

/** How long minutes are kept. */
export const latenessKeptMs = 2 * 86_400_000;

/** Adds counts to their minutes. Written once: a lost answer leaves them out or in, never in twice. */
export const noteLateness = (workspace: string, counts: readonly (LatenessCount & { minute: number })[]): Statement =>
	statement(
		`INSERT INTO lateness_minute (workspace, minute, bucket, count, worst)
		 SELECT :workspace, value ->> 'minute', value ->> 'bucket', value ->> 'count', value ->> 'worst' FROM json_each(:counts) WHERE true
		 ON CONFLICT (workspace, minute, bucket) DO UPDATE SET count = count + excluded.count, worst = MAX(worst, excluded.worst)`,
		{ workspace, counts: JSON.stringify(counts) },
	);

/** Takes minutes away that are older than what is kept. */
export const forgetLateness = (workspace: string, now: number): Statement =>
	statement('DELETE FROM lateness_minute WHERE workspace = :workspace AND minute < :minute', { workspace, minute: Math.floor((now - latenessKeptMs) / 60_000) });

/** Counts since a time, together for each slot of `slotMs` (a whole number of minutes); a slot is named by its beginning, in ms. */
export const readLateness = async (database: Database, workspace: string, since: number, slotMs: number): Promise<(LatenessCount & { at: number })[]> => {
	const result = await database.$client.execute(
		statement(
			`SELECT minute - minute % CAST(:slot AS INTEGER) AS minute, bucket, SUM(count) AS count, MAX(worst) AS worst FROM lateness_minute
			 WHERE workspace = :workspace AND minute >= :since GROUP BY 1, 2 ORDER BY 1, 2`,
			{ workspace, slot: slotMs / 60_000, since: Math.floor(since / 60_000) },
		),
	);
	return result.rows.map((row) => ({ at: (row.minute as number) * 60_000, bucket: row.bucket as number, count: row.count as number, worst: row.worst as number }));
};
