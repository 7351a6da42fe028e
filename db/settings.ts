/** What administrators define: statements over stages, fields, tags and teams, and the workspace's own settings. */
import { and, eq, isNull, ne, sql } from 'drizzle-orm';
import type { Database } from './client.ts';
import type { Statement } from './commands.ts';
import { customer } from './schema/documents.ts';
import { workspace } from './schema/people.ts';
import { field, stage, tag, team } from './schema/settings.ts';
import { guard, forBatch } from './statement.ts';
import { seqOf } from './sync.ts';

const tables = { stage, field, tag, team };
export type SettingKind = keyof typeof tables;

/** Statements that add a row or change it. A row of another workspace with the same id aborts the batch: ids are made by clients. */
export function saveStatements(db: Database, kind: SettingKind, workspaceId: string, values: { id: string } & Record<string, unknown>): Statement[] {
	const table = tables[kind];
	const own = guard(`NOT EXISTS (SELECT 1 FROM ${kind} WHERE id = :id AND workspace <> :workspace)`, { id: values.id, workspace: workspaceId });
	const row = { ...values, seq: seqOf(workspaceId), deletedAt: null };
	return [
		...forBatch(db, [own]),
		db
			.insert(table)
			.values({ ...row, workspace: workspaceId } as never)
			.onConflictDoUpdate({ target: table.id, set: row as never }),
	];
}

/** Statement that takes a row away, leaving its tombstone. */
export const removeStatement = (db: Database, kind: SettingKind, workspaceId: string, id: string, now: number): Statement =>
	db
		.update(tables[kind])
		.set({ deletedAt: now, seq: seqOf(workspaceId) })
		.where(and(eq(tables[kind].workspace, workspaceId), eq(tables[kind].id, id)));

/** A row that is there, whatever its kind; null when it isn't or was removed. */
export async function readSetting(db: Database, kind: SettingKind, workspaceId: string, id: string): Promise<Record<string, unknown> | null> {
	const table = tables[kind];
	const [row] = await db.select().from(table).where(and(eq(table.workspace, workspaceId), eq(table.id, id), isNull(table.deletedAt)));
	return row ?? null;
}

/** Another row of the kind (and subject) with this name, however written; null when the name is free. */
export async function nameTaken(db: Database, kind: SettingKind, workspaceId: string, row: { id: string; name: string; subject?: string }): Promise<string | null> {
	const table = tables[kind];
	const ofSubject = row.subject !== undefined && 'subject' in table ? [eq(table.subject, row.subject as 'customer')] : [];
	const found = await db
		.select({ id: table.id, name: table.name })
		.from(table)
		.where(and(eq(table.workspace, workspaceId), ne(table.id, row.id), isNull(table.deletedAt), ...ofSubject));
	// In code: SQLite lowers ASCII only, and names have accents.
	return found.find(({ name }) => name.toLocaleLowerCase() === row.name.toLocaleLowerCase())?.id ?? null;
}

/** How many customers are in a stage. */
export async function customersInStage(db: Database, workspaceId: string, id: string): Promise<number> {
	const [row] = await db.select({ n: sql<number>`COUNT(*)` }).from(customer).where(and(eq(customer.workspace, workspaceId), eq(customer.stage, id), isNull(customer.deletedAt)));
	return row?.n ?? 0;
}

/** Statement that changes the workspace's own columns. */
export const changeWorkspace = (db: Database, workspaceId: string, change: Partial<typeof workspace.$inferInsert>): Statement => db.update(workspace).set(change).where(eq(workspace.id, workspaceId));
