/** The record of decided commands, and how a decision commits: one batch that holds whole or not at all (R4). */
import { eq, sql, type SQL } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import type { Database } from './client.ts';
import { command, workspace } from './schema/people.ts';
import { isGuardLost } from './statement.ts';

export type Statement = BatchItem<'sqlite'>;
export type DecidedCommand = typeof command.$inferSelect;

/** What was decided for a command id before, or null. */
export async function decidedCommand(db: Database, id: string): Promise<DecidedCommand | null> {
	const [row] = await db.select().from(command).where(eq(command.id, id));
	return row ?? null;
}

/** Statement that keeps a decision. Its primary key aborts the batch of whoever decides the same command at the same time. */
export const keepDecision = (db: Database, row: DecidedCommand): Statement => db.insert(command).values(row);

/** Statement that aborts its batch unless the condition holds: as `guard` of statement.ts, for drizzle's SQL. */
export const guardSql = (db: Database, condition: SQL): Statement => db.run(sql`SELECT CASE WHEN ${condition} THEN 1 ELSE json('lost') END`);

/**
 * Commits the statements with the workspace's next seq, in one batch: returns that seq, or null when a guard or a key did not
 * hold, and then nothing has changed. The bump comes first: a batch that begins by writing never has to upgrade its lock.
 * Other failures throw.
 */
export async function commitIn(db: Database, workspaceId: string, statements: Statement[]): Promise<number | null> {
	const bump = db.update(workspace).set({ seq: sql`${workspace.seq} + 1` }).where(eq(workspace.id, workspaceId)).returning({ seq: workspace.seq });
	try {
		const [bumped] = await db.batch([bump, ...statements]);
		return (bumped as { seq: number }[])[0]?.seq ?? null;
	} catch (error) {
		if (isGuardLost(error) || isKeyTaken(error)) return null;
		throw error;
	}
}

/** Whether a batch was aborted because a row with its key is there already. */
export function isKeyTaken(error: unknown): boolean {
	for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) if (cause.message.includes('UNIQUE constraint failed')) return true;
	return false;
}
