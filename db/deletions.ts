/**
 * Deleting a customer (CU10): one batch takes it and all that is about it off every list and ends its runs; within the grace one batch brings
 * it back. Its documents stay in their rooms, which publish nothing meanwhile. Erasing it for good is db/erasure.ts.
 */
import { getTableName } from 'drizzle-orm';
import type { RecordedEvent } from '#domain/events/event.ts';
import type { Database } from './client.ts';
import { databaseClock } from './clock.ts';
import { insertEvent } from './events.ts';
import { endRunsOf } from './gone.ts';
import { agreement, conflict, contact, draft, follow, interaction, mail, note, task, usageWeek } from './schema/index.ts';
import { guard, seqNow, statement, type Statement } from './statement.ts';

/** What is about a customer and on devices; all of it names it as `customer_id`. Its runs stay to be read: they say why they ended. */
export const belongings = [contact, agreement, conflict, note, interaction, usageWeek, task, mail, draft, follow];
const tables = ['customer', ...belongings.map(getTableName)];
const isOf = (table: string): string => `${table === 'customer' ? 'id' : 'customer_id'} = :id AND workspace = :workspace`;

/** SQL that holds when one of these customers (`= :id`, `IN (…)`) is deleted, or was erased. */
export const isDeleted = (which: string): string => `EXISTS (SELECT 1 FROM deletion d WHERE d.id ${which} AND (d.deleted_at IS NULL OR d.erased_at IS NOT NULL))`;

/** Whom the note `:doc` was made for, by its command, while no row knows of it. Only notes are looked for: this reads many commands. */
const madeFor = `CASE WHEN :doc GLOB 'note_*' THEN (SELECT json_extract(args, '$.customerId') FROM command WHERE type = 'create-note' AND json_extract(args, '$.id') = :doc AND json_extract(outcome, '$.status') = 'accepted' LIMIT 1) END`;

/** Whether a document is a deleted customer's, or one about it. `customerId`: whom it is about, when the store doesn't know yet. */
export async function isDeletedDocument(database: Database, doc: string, customerId: string | null = null): Promise<boolean> {
	const text = `SELECT ${isDeleted(`IN (:doc, :customerId, COALESCE((SELECT customer_id FROM note WHERE id = :doc), ${madeFor}))`)} AS is_deleted`;
	return (await database.$client.execute(statement(text, { doc, customerId }))).rows[0]!.is_deleted === 1;
}

/**
 * Rooms that hold something of a customer: its own, and those of its notes, also of notes that were made and never published, which no row
 * knows of. A room may have made one whose command was decided only when the customer was gone. Ids in commands are clients': the room that is to forget checks whose it is.
 */
export async function documentsOf(database: Database, workspace: string, customerId: string): Promise<string[]> {
	const made = `json_extract(c.args, '$.id')`;
	const text = `SELECT id FROM note WHERE workspace = :workspace AND customer_id = :customerId UNION SELECT ${made} FROM command c
		WHERE c.workspace = :workspace AND c.type = 'create-note' AND json_extract(c.args, '$.customerId') = :customerId AND ${made} GLOB 'note_*'
		AND (json_extract(c.outcome, '$.status') = 'accepted' OR json_extract(c.outcome, '$.reason') = 'no-such-customer') AND NOT EXISTS (SELECT 1 FROM note n WHERE n.id = ${made})`;
	const { rows } = await database.$client.execute(statement(text, { workspace, customerId }));
	return [customerId, ...rows.map(({ id }) => id as string)];
}

export type Deletion = { workspace: string; id: string; name: string; by: string; /** ms UTC */ at: number; erasesAt: number };

/** Deletes a customer that is there, behind `bumpSeq`: the batch is aborted when it isn't. */
export const deleteCustomer = ({ erasesAt, name, ...one }: Deletion, event: RecordedEvent): Statement[] => {
	const { workspace, id, at, by } = one;
	const about = { workspace, id, at };
	return [
		guard('EXISTS (SELECT 1 FROM customer WHERE id = :id AND workspace = :workspace AND deleted_at IS NULL)', { workspace, id }),
		statement(
			`INSERT INTO deletion (id, workspace, seq, deleted_at, name, by, at, erases_at, erased_at) VALUES (:id, :workspace, ${seqNow}, NULL, :name, :by, :at, :erasesAt, NULL)
			 ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, deleted_at = NULL, name = excluded.name, by = excluded.by, at = excluded.at, erases_at = excluded.erases_at`,
			{ ...one, name, erasesAt },
		),
		...endRunsOf(workspace, id, at, by),
		...tables.map((table) => statement(`UPDATE ${table} SET deleted_at = :at, seq = ${seqNow} WHERE ${isOf(table)} AND deleted_at IS NULL`, about)),
		insertEvent(workspace, event),
	];
};

/** A customer that is deleted and not erased yet; null when there is none, or its grace is over by the database's clock (R20). */
export async function restorable(database: Database, workspace: string, id: string): Promise<{ name: string; externalId: string | null } | null> {
	const text = `SELECT d.name, c.external_id FROM deletion d JOIN customer c ON c.id = d.id WHERE d.id = :id AND d.workspace = :workspace AND d.deleted_at IS NULL AND d.erases_at > ${databaseClock}`;
	const [row] = (await database.$client.execute(statement(text, { workspace, id }))).rows;
	return row ? { name: row.name as string, externalId: row.external_id as string | null } : null;
}

/** Brings it back with everything that was deleted with it, and nothing that had gone before; behind `bumpSeq`. The batch is aborted once its grace is over. */
export const restoreCustomer = (workspace: string, id: string, now: number, event: RecordedEvent): Statement[] => {
	const about = { workspace, id };
	return [
		guard(`EXISTS (SELECT 1 FROM deletion WHERE id = :id AND workspace = :workspace AND deleted_at IS NULL AND erases_at > ${databaseClock})`, about),
		...tables.map((table) => statement(`UPDATE ${table} SET deleted_at = NULL, seq = ${seqNow} WHERE ${isOf(table)} AND deleted_at = (SELECT at FROM deletion WHERE id = :id)`, about)),
		statement(`UPDATE deletion SET deleted_at = :now, seq = ${seqNow} WHERE id = :id AND workspace = :workspace`, { ...about, now }),
		insertEvent(workspace, event),
	];
};
