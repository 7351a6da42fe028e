/** How late jobs began (R24), written down: a row for each minute and bound, so that what is kept doesn't grow with the work. Read by db/operations.ts. Times in ms. */
import type { LatenessCount } from '#domain/engine/lateness.ts';
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
