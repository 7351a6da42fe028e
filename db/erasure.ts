/**
 * Erasing a deleted customer for good (CU10, AD3): once its grace is over nothing that anybody wrote of it is left. Rows that devices may still
 * have to drop stay as blank tombstones, intents as their keys (R10), and the history keeps who deleted it and when.
 */
import { getTableColumns, getTableName } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { RecordedEvent } from '#domain/events/event.ts';
import type { Database } from './client.ts';
import { belongings, documentsOf } from './deletions.ts';
import { insertEvent } from './events.ts';
import { customer } from './schema/index.ts';
import { bumpSeq, guard, seqNow, statement, type Statement } from './statement.ts';

/** Holds for a row of `deletion` of `:workspace` that is to be erased at `now` (SQL, ms). */
export const isErasable = (now: string): string => `workspace = :workspace AND deleted_at IS NULL AND erases_at <= ${now}`;

export type Erasable = { id: string; name: string; documents: string[] };

/** Deleted customers whose grace is over at `now`, the first deleted first, at most `limit`, with the rooms that hold something of them. */
export const erasable = async (database: Database, workspace: string, now: number, limit: number): Promise<Erasable[]> => {
	const { rows } = await database.$client.execute(statement(`SELECT id, name FROM deletion WHERE ${isErasable(':now')} ORDER BY erases_at LIMIT :limit`, { workspace, now, limit }));
	return Promise.all(rows.map(async ({ id, name }) => ({ id: id as string, name: name as string, documents: await documentsOf(database, workspace, id as string) })));
};

/** What a tombstone must keep: whose it is, and what keys are made of. */
const kept = new Set(['id', 'workspace', 'seq', 'deletedAt', 'customerId', 'runId', 'userId', 'week']);

/** `column = blank, …` for all that a row says. A column that comes later is erased, too. */
const blank = (table: SQLiteTable): string =>
	Object.entries(getTableColumns(table))
		.filter(([key]) => !kept.has(key))
		.map(([, { name, notNull, dataType }]) => `${name} = ${!notNull ? 'NULL' : dataType === 'json' ? `'[]'` : dataType === 'string' ? `''` : '0'}, `)
		.join('');

const ofRuns = 'run_id IN (SELECT id FROM run WHERE workspace = :workspace AND subject_id = :id)';
const ofNotes = '(SELECT id FROM note WHERE workspace = :workspace AND customer_id = :id)';
const ofTasks = '(SELECT id FROM task WHERE workspace = :workspace AND customer_id = :id)';
const ofDrafts = '(SELECT id FROM draft WHERE workspace = :workspace AND customer_id = :id)';

/**
 * Erases a customer: one batch, which begins by `bumpSeq` and does nothing when it isn't to be erased at `now` (any more). Its rooms must have
 * forgotten it before. Requests that were never settled are given up: nobody can settle them now.
 */
export const eraseCustomer = (workspace: string, { id, name }: Pick<Erasable, 'id' | 'name'>, now: number): Statement[] => {
	const about = { workspace, id };
	const event: RecordedEvent = { id: `erased_${id}`, type: 'customer.erased', subjectType: 'customer', subjectId: id, customerId: id, at: now, actor: { kind: 'system', id: 'engine' }, cause: null, data: { name } };
	return [
		bumpSeq(workspace),
		guard(`EXISTS (SELECT 1 FROM deletion WHERE id = :id AND ${isErasable(':now')})`, { ...about, now }),
		// What people sent, and were answered with, says what the rows said that are blank a moment later.
		statement(
			`UPDATE command SET args = 'null', outcome = json_remove(outcome, '$.differences', '$.detail') WHERE workspace = :workspace AND (json_extract(args, '$.customerId') = :id OR json_extract(args, '$.id') = :id OR json_extract(args, '$.id') IN ${ofNotes}
			 OR json_extract(args, '$.draftId') IN ${ofDrafts} OR json_extract(args, '$.taskId') IN ${ofTasks} OR json_extract(args, '$.runId') IN (SELECT id FROM run WHERE workspace = :workspace AND subject_id = :id)
			 OR json_extract(outcome, '$.detail.id') = :id OR EXISTS (SELECT 1 FROM json_each(args, '$.customerIds') WHERE value = :id))`,
			about,
		),
		statement(`DELETE FROM callback WHERE mail_id IN (SELECT id FROM mail WHERE workspace = :workspace AND customer_id = :id)`, about),
		statement(`DELETE FROM projection WHERE doc = :id OR doc IN ${ofNotes}`, about),
		...[customer, ...belongings].map((table) =>
			statement(`UPDATE ${getTableName(table)} SET ${blank(table)}deleted_at = COALESCE(deleted_at, :now), seq = ${seqNow} WHERE workspace = :workspace AND ${table === customer ? 'id' : 'customer_id'} = :id`, { ...about, now }),
		),
		statement(
			`UPDATE intent SET request = 'null', response = NULL, error = NULL, provider_id = NULL, state = CASE WHEN state IN ('done', 'failed') THEN state ELSE 'abandoned' END, settled_at = COALESCE(settled_at, :now) WHERE ${ofRuns}`,
			{ ...about, now },
		),
		...['job', 'run_event', 'wait_token'].map((table) => statement(`DELETE FROM ${table} WHERE ${ofRuns}`, about)),
		statement(`DELETE FROM run_archive WHERE id IN (SELECT id FROM run WHERE workspace = :workspace AND subject_id = :id)`, about),
		statement(`UPDATE step SET seq = ${seqNow}, deleted_at = COALESCE(deleted_at, :now), input = NULL, output = NULL, error = NULL WHERE ${ofRuns}`, { ...about, now }),
		statement(`UPDATE run SET seq = ${seqNow}, deleted_at = COALESCE(deleted_at, :now), lineage = '[]', cause = '{}', vars = '{}' WHERE workspace = :workspace AND subject_id = :id`, { ...about, now }),
		statement(`DELETE FROM entry_refusal WHERE workspace = :workspace AND subject_id = :id`, about),
		statement(`DELETE FROM event WHERE workspace = :workspace AND customer_id = :id AND type NOT IN ('customer.deleted', 'customer.restored')`, about),
		insertEvent(workspace, event),
		statement(`UPDATE deletion SET name = '', erased_at = :now, deleted_at = :now, seq = ${seqNow} WHERE id = :id AND workspace = :workspace`, { ...about, now }),
	];
};
