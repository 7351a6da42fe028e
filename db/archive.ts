/**
 * Finished runs put away: after a month a run's steps, requests and history leave the tables that the engine works on, whole and in one
 * batch, and its row keeps only what entry rules ask for (RU5); intents keep their keys, so that nothing is ever done twice (R10).
 */
import { getTableColumns } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Database } from './client.ts';
import { intent, run, runEvent, step } from './schema/index.ts';
import { bumpSeq, seqNow, statement, type Statement } from './statement.ts';

/** How long after its end a run stays as it was, in ms. */
export const archiveAfterMs = 30 * 86_400_000;

/** SQL of a row as JSON, under the names and in the form that drizzle reads it. */
const jsonOf = (table: SQLiteTable): string => {
	const form: Record<string, (name: string) => string> = { json: (name) => `json(${name})`, boolean: (name) => `json(CASE ${name} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)` };
	return `json_object(${Object.entries(getTableColumns(table))
		.map(([name, column]) => `'${name}', ${(form[column.dataType] ?? String)(column.name)}`)
		.join(', ')})`;
};
const listOf = (table: SQLiteTable, name: string, order: string): string =>
	`(SELECT json_group_array(json(one)) FROM (SELECT ${jsonOf(table)} AS one FROM ${name} WHERE run_id = run.id ORDER BY ${order}))`;

/** What an intent's outcome is still awaited for, or is for a person to settle (R12): its run stays. */
const isSettled = `NOT EXISTS (SELECT 1 FROM intent WHERE intent.run_id = run.id AND intent.state IN ('waiting', 'prepared', 'sending', 'unknown'))`;

/** Holds for a row of `run` of `:workspace` that can be put away at `now` (SQL, ms). */
export const hasFinished = (now: string): string =>
	`workspace = :workspace AND ended_at IS NOT NULL AND ended_at < ${now} - ${archiveAfterMs} AND deleted_at IS NULL AND state IN ('completed', 'stopped') AND ${isSettled}`;

/** Runs that can be put away at `now`, those that ended first, at most `limit`. */
export const finishedRuns = async (database: Database, workspace: string, now: number, limit: number): Promise<string[]> => {
	const found = await database.$client.execute(statement(`SELECT id FROM run WHERE ${hasFinished(':now')} ORDER BY ended_at LIMIT :limit`, { workspace, now, limit }));
	return found.rows.map((row) => row.id as string);
};

/** Puts runs away: one batch, which does nothing the second time. Devices hear that the rows are gone. */
export const archiveRuns = (workspace: string, ids: readonly string[], now: number): Statement[] => {
	const about = { workspace, ids: JSON.stringify(ids), now };
	// Only what this batch put away, or one before it whose answer was lost.
	const those = 'IN (SELECT id FROM run_archive WHERE workspace = :workspace AND id IN (SELECT value FROM json_each(:ids)))';
	const named = { workspace, ids: about.ids };
	return [
		bumpSeq(workspace),
		statement(
			`INSERT INTO run_archive (id, workspace, content, at)
			 SELECT id, workspace, json_object('run', ${jsonOf(run)}, 'steps', ${listOf(step, 'step', 'number')}, 'intents', ${listOf(intent, 'intent', 'number, part')}, 'events', ${listOf(runEvent, 'run_event', 'n')}), :now
			 FROM run WHERE workspace = :workspace AND id IN (SELECT value FROM json_each(:ids)) AND state IN ('completed', 'stopped') AND deleted_at IS NULL AND ${isSettled} ON CONFLICT DO NOTHING`,
			about,
		),
		statement(`UPDATE step SET seq = ${seqNow}, deleted_at = :now, input = NULL, output = NULL, error = NULL WHERE run_id ${those} AND deleted_at IS NULL`, about),
		statement(`UPDATE intent SET request = 'null', response = NULL, error = NULL WHERE run_id ${those}`, named),
		statement(`DELETE FROM run_event WHERE run_id ${those}`, named),
		statement(`DELETE FROM wait_token WHERE run_id ${those}`, named),
		statement(`UPDATE run SET seq = ${seqNow}, deleted_at = :now, lineage = '[]', cause = '{}', vars = '{}' WHERE id ${those} AND deleted_at IS NULL`, about),
	];
};

/** Takes incidents off the devices that were over for as long as runs stay. */
export const forgetIncidents = (workspace: string, now: number): Statement =>
	statement(`UPDATE incident SET seq = ${seqNow}, deleted_at = :now WHERE workspace = :workspace AND told = 2 AND deleted_at IS NULL AND closed_at < :before`, { workspace, now, before: now - archiveAfterMs });
