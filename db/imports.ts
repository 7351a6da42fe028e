/** Imports: what was read of a file, and what became of it. Each piece is answered once: sent again it gets the same answer. */
import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { ImportResult } from '#domain/import/mapping.ts';
import type { Database } from './client.ts';
import { commitIn, decidedCommand, keepDecision } from './commands.ts';
import { contact, customer } from './schema/documents.ts';
import { importJob } from './schema/settings.ts';

export type ImportRow = typeof importJob.$inferSelect;
export type KnownCustomer = { customer: typeof customer.$inferSelect; contacts: (typeof contact.$inferSelect)[] };

/** Rows with errors that are kept with the import; the device keeps them all. */
const errorsKept = 1_000;

export const beginImport = (db: Database, row: typeof importJob.$inferInsert) => db.insert(importJob).values(row);

export const readImport = async (db: Database, workspaceId: string, id: string): Promise<ImportRow | null> =>
	(await db.select().from(importJob).where(and(eq(importJob.workspace, workspaceId), eq(importJob.id, id))))[0] ?? null;

/** Ends an import that runs; one that ended stays as it ended. */
export const endImport = (db: Database, workspaceId: string, id: string, state: 'done' | 'cancelled', now: number) =>
	db.update(importJob).set({ state, endedAt: now }).where(and(eq(importJob.workspace, workspaceId), eq(importJob.id, id), eq(importJob.state, 'running')));

const list = (values: string[]) => sql`(SELECT value FROM json_each(${JSON.stringify(values)}))`;

/** The workspace's customers by external id, and those that carry one of these ids, with their contacts. */
export async function knownCustomers(db: Database, workspaceId: string, externalIds: string[], ids: string[]): Promise<KnownCustomer[]> {
	const here = and(eq(customer.workspace, workspaceId), isNull(customer.deletedAt), sql`(${customer.externalId} IN ${list(externalIds)} OR ${customer.id} IN ${list(ids)})`);
	const [customers, contacts] = await db.batch([
		db.select().from(customer).where(here),
		db.select().from(contact).where(and(inArray(contact.customerId, db.select({ id: customer.id }).from(customer).where(here)), isNull(contact.deletedAt))),
	]);
	return customers.map((row) => ({ customer: row, contacts: contacts.filter(({ customerId }) => customerId === row.id) }));
}

const pieceId = (importId: string, from: number): string => `${importId}_${String(from).padStart(9, '0')}`;

/** What a piece was answered before, or null. */
export async function answeredPiece(db: Database, importId: string, from: number): Promise<ImportResult[] | null> {
	return ((await decidedCommand(db, pieceId(importId, from)))?.outcome.result as ImportResult[] | undefined) ?? null;
}

/** Which of these external ids came in an earlier piece of the import, with the line they came in. */
export async function idsBefore(db: Database, importId: string, from: number, externalIds: string[]): Promise<Map<string, number>> {
	const rows = await db.all<{ id: string; line: number }>(
		sql`SELECT ids.key AS id, MIN(ids.value) AS line FROM command, json_each(command.args, '$.ids') AS ids
			WHERE command.id >= ${`${importId}_`} AND command.id < ${pieceId(importId, from)} AND ids.key IN ${list(externalIds)} GROUP BY ids.key`,
	);
	return new Map(rows.map(({ id, line }) => [id, line]));
}

export type Piece = { importId: string; workspace: string; userId: string; from: number; ids: Record<string, number>; results: ImportResult[]; now: number };

/** Keeps the answer of a piece and counts it, in one batch. Whoever answered the same piece first is right. */
export async function keepPiece(db: Database, { importId, workspace, userId, from, ids, results, now }: Piece): Promise<ImportResult[]> {
	const count = (outcome: ImportResult['outcome']) => results.filter((one) => one.outcome === outcome).length;
	const errors = results.filter(({ outcome }) => outcome === 'error').map(({ line, reason }) => ({ line, reason: reason ?? '' }));
	const kept = await commitIn(db, workspace, [
		keepDecision(db, { id: pieceId(importId, from), workspace, userId, type: 'import-rows', args: { ids }, outcome: { status: 'accepted', result: results }, at: now }),
		db
			.update(importJob)
			.set({
				rows: sql`${importJob.rows} + ${results.length}`,
				created: sql`${importJob.created} + ${count('created')}`,
				updated: sql`${importJob.updated} + ${count('updated')}`,
				unchanged: sql`${importJob.unchanged} + ${count('unchanged')}`,
				errors: sql`(SELECT json_group_array(json(value)) FROM (SELECT value FROM json_each(${importJob.errors}) UNION ALL SELECT value FROM json_each(${JSON.stringify(errors)}) LIMIT ${errorsKept}))`,
			})
			.where(and(eq(importJob.id, importId), eq(importJob.workspace, workspace))),
	]);
	return kept === null ? ((await answeredPiece(db, importId, from)) ?? results) : results;
}
