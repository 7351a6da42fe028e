/** Saved views (CU12). */
import { and, count, eq, isNull, sql } from 'drizzle-orm';
import type { Database } from './client.ts';
import { guardSql, type Statement } from './commands.ts';
import { view } from './schema/portfolio.ts';
import { seqOf } from './sync.ts';

export type ViewRow = typeof view.$inferSelect;

/** A view of any workspace, removed or not; null when there never was one. Ids are made by clients. */
export const readView = async (db: Database, id: string): Promise<ViewRow | null> => (await db.select().from(view).where(eq(view.id, id)))[0] ?? null;

/** How many views a person has. */
export const countViews = async (db: Database, workspaceId: string, owner: string): Promise<number> =>
	(await db.select({ n: count() }).from(view).where(and(eq(view.workspace, workspaceId), eq(view.owner, owner), isNull(view.deletedAt))))[0]?.n ?? 0;

type Saved = Pick<ViewRow, 'id' | 'owner' | 'isShared' | 'kind' | 'name' | 'position' | 'definition'>;

/** Statements that save a view. `before` is what it was decided on: the batch is aborted when it has moved on. */
export const saveViewStatements = (db: Database, workspaceId: string, row: Saved, before: ViewRow | null): Statement[] => {
	const values = { ...row, wasShared: row.isShared || (before?.wasShared ?? false), workspace: workspaceId, seq: seqOf(workspaceId), deletedAt: null };
	return [unmoved(db, row.id, before), db.insert(view).values(values).onConflictDoUpdate({ target: view.id, set: values })];
};

/** Statements that take a view away, leaving its tombstone. */
export const removeViewStatements = (db: Database, workspaceId: string, before: ViewRow, now: number): Statement[] => [
	unmoved(db, before.id, before),
	db.update(view).set({ deletedAt: now, seq: seqOf(workspaceId) }).where(eq(view.id, before.id)),
];

const unmoved = (db: Database, id: string, before: ViewRow | null): Statement =>
	guardSql(db, before ? sql`EXISTS (SELECT 1 FROM ${view} WHERE id = ${id} AND seq = ${before.seq})` : sql`NOT EXISTS (SELECT 1 FROM ${view} WHERE id = ${id})`);
