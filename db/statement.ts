/**
 * How every change is written (R4): one `batch('write')` of plain statements, with a guard that aborts it whole when the
 * ground has moved. Queries by noun return statements, so that a command and the engine can put several into one batch.
 */
import type { InValue, ResultSet } from '@libsql/client';
import { sql, type SQL } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import type { Database } from './client.ts';

/** One statement with named arguments (`:name`). One over rows has its own row besides: `merged` makes one of several. */
export type Statement = { sql: string; args: Record<string, InValue>; row?: Row };
/** What a statement over rows does its work with, once for each. */
type Row = Record<string, string | number | null>;

/** Builds a statement; JSON values are passed as text by the caller (`asJson`). */
export const statement = (sql: string, args: Record<string, InValue> = {}): Statement => ({ sql, args });

/** A statement that takes its row from `json_each(:rows) AS given`, each value as `given.value ->> 'name'`; arguments in `args` count for all rows. */
export const statementOver = (row: Row, sql: string, args: Record<string, InValue> = {}): Statement => ({ sql, args: { ...args, rows: JSON.stringify([row]) }, row });

/**
 * The same statements with those over rows that differ in nothing else made one, in the place of the first: many jobs cost little more than
 * one. Only for statements that don't read what another one of the same batch and kind wrote.
 */
export const merged = (statements: readonly Statement[]): Statement[] => {
	const kept: Statement[] = [];
	const kinds = new Map<string, { at: number; rows: Row[] }>();
	for (const one of statements) {
		const { rows: _rows, ...args } = one.args;
		const kind = one.row && `${one.sql} ${JSON.stringify(args)}`;
		const known = kind === undefined ? undefined : kinds.get(kind);
		if (known) known.rows.push(one.row!);
		else if (kind !== undefined) kinds.set(kind, { at: kept.push(one) - 1, rows: [one.row!] });
		else kept.push(one);
	}
	for (const { at, rows } of kinds.values()) if (rows.length > 1) kept[at] = { sql: kept[at]!.sql, args: { ...kept[at]!.args, rows: JSON.stringify(rows) } };
	return kept;
};

/** A value for a JSON column: undefined and null are NULL. */
export const asJson = (value: unknown): string | null => (value === undefined || value === null ? null : JSON.stringify(value));

/**
 * Aborts the whole batch unless `condition` (SQL) holds: `json('lost')` is an error inside the transaction, and libSQL has no
 * other way to refuse in a non-interactive batch. The caller tells this from other errors with `isGuardLost`.
 */
export const guard = (condition: string, args: Record<string, InValue> = {}): Statement =>
	statement(`SELECT CASE WHEN (${condition}) THEN 1 ELSE json('lost') END`, args);

/** Whether a batch was aborted by its guard: nothing of it happened. */
export const isGuardLost = (error: unknown): boolean => {
	for (let at: unknown = error; at instanceof Error; at = at.cause) if (at.message.includes('malformed JSON')) return true;
	return false;
};

/** Bumps the workspace's seq: devices see what this batch changes. Rows after it carry `seqNow`. */
export const bumpSeq = (workspace: string): Statement => statement('UPDATE workspace SET seq = seq + 1 WHERE id = :workspace', { workspace });

/** The workspace's seq inside a statement that has the argument `:workspace`. 0 when there is no such workspace. */
export const seqNow = 'COALESCE((SELECT seq FROM workspace WHERE id = :workspace), 0)';

/** Commits a batch. Throws libSQL's error: `isGuardLost` when a guard aborted it, otherwise it may or may not have happened (R5). */
export const commit = (database: Database, statements: Statement[]): Promise<ResultSet[]> => database.$client.batch(statements, 'write');

/**
 * Commits, and says `false` when the guard aborted it. After any other error `hasHappened` reads back whether it was
 * committed (R5), and the error is thrown on only if it was not.
 */
export const commitGuarded = async (database: Database, statements: Statement[], hasHappened: () => Promise<boolean>): Promise<boolean> => {
	try {
		await commit(database, statements);
		return true;
	} catch (error) {
		if (isGuardLost(error)) return false;
		if (await hasHappened()) return true;
		throw error;
	}
};

/** The same statements for drizzle's `batch`, so that a command can put them beside its own. */
export const forBatch = (database: Database, statements: Statement[]): BatchItem<'sqlite'>[] => statements.map((one) => database.run(sqlOf(one)));

const sqlOf = ({ sql: text, args }: Statement): SQL =>
	sql.join(text.split(/(:[a-zA-Z]\w*)/).map((part) => (part.startsWith(':') && part.slice(1) in args ? sql`${args[part.slice(1)] as string}` : sql.raw(part))));
