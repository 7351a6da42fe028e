/**
 * What document rooms publish (step 4 of the walk): changed rows, events and the new position in one batch, guarded by the position that
 * the events were computed from, so that a stale room instance changes nothing (S11).
 */
import { eq, getTableColumns } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { InValue } from '@libsql/client';
import type { ProjectedRow, Projection } from '#domain/documents/document-type.ts';
import type { RecordedEvent } from '#domain/events/event.ts';
import type { Database } from './client.ts';
import { isDeleted, isDeletedDocument } from './deletions.ts';
import { insertEvent } from './events.ts';
import { endRunsOf } from './gone.ts';
import { agreement, conflict, contact, customer, note, playbook, projection, task, template } from './schema/index.ts';
import { bumpSeq, commit, guard, isGuardLost, seqNow, statement, type Statement } from './statement.ts';
import { cancelItem, tickTask, upsertItem, type TaskTick } from './tasks.ts';

/** The tables that documents may write. A tick is none: it is in `ticks`. */
const tables: Record<Exclude<ProjectedRow['table'], 'tick'>, SQLiteTable> = { customer, contact, agreement, playbook, note, template, task, conflict };

export type Published = { epoch: number; position: number; rows: Projection };

/** What is published of a document, or null when nothing ever was. */
export async function publishedOf(database: Database, doc: string): Promise<Published | null> {
	const [row] = await database.select().from(projection).where(eq(projection.doc, doc));
	return row ? { epoch: row.epoch, position: row.position, rows: row.rows as Projection } : null;
}

/** Everything that one publishing writes. `base` is what it was computed from; `stamps` are columns that the room fills (times, ms UTC). */
export type Publication = {
	doc: string;
	workspace: string;
	type: string;
	at: number;
	base: Published | null;
	next: Published;
	changed: { row: ProjectedRow; stamps: Record<string, number> }[];
	vanished: ProjectedRow[];
	events: RecordedEvent[];
	/** Boxes that changed, with who changed them: the tasks they stand for are completed or reopened, each once. */
	ticks?: Omit<TaskTick, 'workspace' | 'doc'>[];
};

/**
 * Writes a publication. Returns the workspace's seq; `deleted` when the customer that it belongs to is (CU10): it waits in its room. Null
 * when the guard held it back otherwise: another instance has published meanwhile. Then nothing was changed. After any other error it may or may not have been written: read `publishedOf` again (R5).
 */
export async function publish(database: Database, publication: Publication): Promise<number | 'deleted' | null> {
	const { doc, changed, vanished, events, workspace, ticks = [] } = publication;
	const statements = [stillAt(publication), bumpSeq(workspace)];
	for (const { row, stamps } of changed) if (row.table !== 'tick') statements.push(upsert(publication, row, stamps));
	for (const row of vanished) if (row.table !== 'tick') statements.push(row.table === 'task' ? cancelItem(workspace, doc, row.id) : tombstone(publication, row));
	for (const row of vanished) if (row.table === 'customer') statements.push(...endRunsOf(workspace, row.id, publication.at));
	for (const tick of ticks) statements.push(...tickTask({ ...tick, workspace, doc }));
	for (const event of events) statements.push(insertEvent(workspace, event));
	statements.push(position(publication), statement(`SELECT ${seqNow} AS seq`, { workspace }));
	try {
		const results = await commit(database, statements);
		return Number(results.at(-1)!.rows[0]!.seq);
	} catch (error) {
		if (isGuardLost(error)) return (await isDeletedDocument(database, doc, customerOf(publication.next.rows))) ? 'deleted' : null;
		throw error;
	}
}

function stillAt(publication: Publication): Statement {
	const { doc, workspace, base } = publication;
	const about = { doc, workspace, customer: customerOf(base?.rows ?? publication.next.rows) };
	const known = `EXISTS (SELECT 1 FROM workspace WHERE id = :workspace) AND NOT ${isDeleted('IN (:doc, :customer)')}`;
	if (!base) return guard(`${known} AND NOT EXISTS (SELECT 1 FROM projection WHERE doc = :doc)`, about);
	const { epoch, position } = base;
	return guard(`${known} AND EXISTS (SELECT 1 FROM projection WHERE doc = :doc AND epoch = :epoch AND position = :position)`, { ...about, epoch, position });
}

/** The customer that a document is about, when it says so; a customer's own rows do, too. */
export const customerOf = (rows: Projection): string | null => {
	const found = rows.find(({ values }) => typeof values.customerId === 'string');
	return found ? (found.values.customerId as string) : null;
};

const position = ({ doc, workspace, type, at, next }: Publication): Statement =>
	statement(
		`INSERT INTO projection (doc, workspace, type, epoch, position, rows, published_at) VALUES (:doc, :workspace, :type, :epoch, :position, :rows, :at)
		 ON CONFLICT (doc) DO UPDATE SET epoch = excluded.epoch, position = excluded.position, rows = excluded.rows, published_at = excluded.published_at`,
		{ doc, workspace, type, at, epoch: next.epoch, position: next.position, rows: JSON.stringify(next.rows) },
	);

/** A row as it is now. One of the same id in another workspace is never touched: ids inside documents are made by clients. */
function upsert({ workspace }: Publication, row: ProjectedRow, stamps: Record<string, number>): Statement {
	const columns = columnsOf(row);
	const names: string[] = [];
	const args: Record<string, InValue> = { id: row.id, workspace };
	for (const [key, value] of Object.entries({ ...row.values, ...stamps })) {
		const column = columns[key];
		if (!column || ['id', 'workspace', 'seq', 'deletedAt'].includes(key)) throw new Error(`A document may not write ${row.table}.${key}.`);
		names.push(column.name);
		args[`v_${column.name}`] = value === null || value === undefined ? null : (column.mapToDriverValue(value) as InValue);
	}
	if (row.table === 'task') return upsertItem(names, args);
	return statement(
		`INSERT INTO ${row.table} (id, workspace, seq, deleted_at, ${names.join(', ')})
		 VALUES (:id, :workspace, ${seqNow}, NULL, ${names.map((name) => `:v_${name}`).join(', ')})
		 ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, deleted_at = NULL, ${names.map((name) => `${name} = excluded.${name}`).join(', ')}
		 WHERE ${row.table}.workspace = excluded.workspace`,
		args,
	);
}

const tombstone = ({ workspace, at }: Publication, row: ProjectedRow): Statement => {
	columnsOf(row);
	return statement(`UPDATE ${row.table} SET deleted_at = :at, seq = ${seqNow} WHERE id = :id AND workspace = :workspace`, { id: row.id, workspace, at });
};

function columnsOf(row: ProjectedRow): Record<string, SQLiteColumn> {
	if (!Object.hasOwn(tables, row.table)) throw new Error(`A document may not write the table ${row.table}.`);
	return getTableColumns(tables[row.table as keyof typeof tables]) as Record<string, SQLiteColumn>;
}
