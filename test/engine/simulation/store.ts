/**
 * Real libSQL in memory, as fast as it goes: its tables are made once, each schedule is one transaction that is rolled back at its end, and
 * a statement is prepared once. Its clock is the schedule's (R20).
 */
import Libsql from 'libsql';
import { LibsqlError, type Client, type InStatement, type InValue, type ResultSet } from '@libsql/client/sqlite3';
import { drizzle } from 'drizzle-orm/libsql/sqlite3';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import type { Database } from '#db/client.ts';
import { databaseClock } from '#db/clock.ts';
import type { Planted } from './case.ts';

const folder = new URL('../../../db/migrations', import.meta.url).pathname;

/**
 * What the store itself saw, at its own time: every end of a step (two ends of one step would be two rows; what was unknown and is settled has not ended), every intent that became
 * unknown, when each mail was frozen, how its step stood when a task was done, and every lease that was taken from a worker before it had expired.
 */
const witnesses = [
	`CREATE TRIGGER step_ended AFTER UPDATE OF state ON step WHEN new.state IN ('done', 'skipped', 'failed', 'unknown', 'cancelled') AND old.state IN ('scheduled', 'waiting')
		BEGIN INSERT INTO ended (run_id, number, state, at) VALUES (new.run_id, new.number, new.state, (SELECT at FROM clock)); END`,
	`CREATE TRIGGER step_settled AFTER UPDATE OF state ON step WHEN new.state = 'scheduled' AND old.state = 'unknown' BEGIN DELETE FROM ended WHERE run_id = new.run_id AND number = new.number; END`,
	`CREATE TRIGGER mail_frozen AFTER INSERT ON intent WHEN new.kind = 'mail' BEGIN INSERT INTO frozen (key, at) VALUES (new.key, (SELECT at FROM clock)); END`,
	`CREATE TRIGGER task_done AFTER UPDATE OF state ON task WHEN new.state = 'done' BEGIN INSERT INTO heard (id, state) SELECT new.id, step.state FROM intent JOIN step ON step.id = intent.run_id || ':' || intent.number WHERE intent.key = new.id; END`,
	`CREATE TRIGGER lease_taken AFTER UPDATE OF token ON job WHEN new.token IS NULL AND new.epoch <> old.epoch AND old.token IS NOT NULL AND old.visible_at > (SELECT at FROM clock)
		BEGIN INSERT INTO taken (run_id, number) VALUES (new.run_id, new.number); END`,
	`CREATE TRIGGER intent_unknown AFTER UPDATE OF state ON intent WHEN new.state = 'unknown' AND old.state <> 'unknown' BEGIN INSERT INTO not_known (key, at) VALUES (new.key, (SELECT at FROM clock)); END`,
];

/**
 * `columns`: what it answers with, null when it only writes. `names`: its arguments' in the order that SQLite counts them. `writes`: it may change something. `rows`: how its rows are read: one at most, several, or
 * several as one value, which costs a third of that.
 */
type Prepared = { statement: Libsql.Statement; columns: string[] | null; names: string[]; writes: boolean; rows: 'one' | 'several' | 'packed' };

const engine = new Libsql(':memory:');
const prepared = new Map<string, Prepared>();

function prepare(text: string): Prepared {
	let known = prepared.get(text);
	if (!known) {
		const clocked = text.replaceAll(databaseClock, '(SELECT at FROM clock)');
		const statement = engine.prepare(clocked);
		const columns = statement.reader ? statement.raw().columns().map(({ name }) => name) : null;
		const writes = !/^\s*select\b/i.test(text);
		const isOne = !writes && /^SELECT CASE WHEN|\bLIMIT 1$/i.test(text);
		const packed = columns === null || writes || isOne ? null : packedIn(clocked, columns.length);
		prepared.set(text, (known = { statement: packed === null ? statement : engine.prepare(packed).raw(), columns, names: namesIn(text), writes, rows: isOne ? 'one' : packed === null ? 'several' : 'packed' }));
	}
	return known;
}

/** The same query with all its rows as one value; null when JSON of its own would come out taken apart. */
function packedIn(text: string, count: number): string | null {
	const isJson = /\bjson_(group_)?(array|object)\(/i.test(text);
	if (isJson && count > 1) return null;
	const columns = Array.from({ length: count }, (_, n) => `c${n}`);
	return `WITH packed(${columns.join()}) AS (${text}) SELECT json_group_array(json_array(${isJson ? `c0 || ''` : columns.join()})) FROM packed`;
}

/** The names of arguments, each once; what stands in quotes is none. Given by place they cost half of what they cost by name. */
const namesIn = (text: string): string[] => [...new Set(Array.from(text.matchAll(/'(?:[^']|'')*'|:([a-zA-Z]\w*)/g), ([, name]) => name).filter((name) => name !== undefined))];

/** Rows are read by place where arguments are given by place (drizzle), and by name where they are given by name (statements of our own). */
const named = (values: unknown[], columns: string[]) => {
	const row: Record<string, unknown> = {};
	for (let n = 0; n < columns.length; n++) row[columns[n]!] = values[n];
	return row;
};

const inValue = (value: unknown) => (typeof value === 'boolean' ? Number(value) : value instanceof Date ? value.valueOf() : (value ?? null));

const firstOf = <T>(one: T | undefined): T[] => (one === undefined ? [] : [one]);

const toJSON = () => ({});
const none = { columns: [], columnTypes: [], rowsAffected: 0, lastInsertRowid: undefined, toJSON };

/** What the store's clock is, and what was last written of it, in ms. */
let [clockAt, writtenAt] = [0, 0];
let clock: Libsql.Statement | null = null;

const setClock = (at: number): void => {
	clock ??= engine.prepare('UPDATE clock SET at = ?');
	clock.run([at]);
	writtenAt = at;
};

function execute(one: InStatement): ResultSet {
	const [text, given] = typeof one === 'string' ? [one, {}] : [one.sql, one.args ?? {}];
	const { statement, columns, names, rows: how } = prepare(text);
	if (writtenAt !== clockAt) setClock(clockAt);
	const isByPlace = Array.isArray(given);
	const args: unknown = isByPlace ? given.map(inValue) : names.map((name) => inValue((given as Record<string, InValue>)[name]));
	try {
		if (columns === null) return { ...none, rows: [], rowsAffected: statement.run(args).changes };
		const rows = how === 'several' ? (statement.all(args) as unknown[][]) : how === 'one' ? firstOf(statement.get(args) as unknown[] | undefined) : (JSON.parse((statement.get(args) as [string])[0]) as unknown[][]);
		return { ...none, columns, rows: (isByPlace ? rows : rows.map((row) => named(row, columns))) as never };
	} catch (error) {
		// A statement that failed is not used again.
		prepared.delete(text);
		const { code = 'SQLITE_ERROR', message } = error as Error & { code?: string };
		throw new LibsqlError(message, code);
	}
}

/** All of them or none: what is only read before the first change, or one change alone, needs no savepoint for that. */
function batch(statements: InStatement[]): ResultSet[] {
	const writes = statements.map((one) => prepare(typeof one === 'string' ? one : one.sql).writes);
	const first = writes.indexOf(true);
	if (first === -1 || first === statements.length - 1) return statements.map(execute);
	const results = statements.slice(0, first).map(execute);
	execute('SAVEPOINT batch');
	try {
		for (const one of statements.slice(first)) results.push(execute(one));
		execute('RELEASE batch');
		return results;
	} catch (error) {
		execute('ROLLBACK TO batch');
		execute('RELEASE batch');
		throw error;
	}
}

/** What a call to the store goes through on its way: nothing for the harness itself, trouble for a worker. `isEffect`: something is about to be sent, or was. */
type Way = <T>(label: string, run: () => T, isEffect?: boolean) => Promise<T>;

/** The store, reached in this way; with a mistake planted, if there is one. */
export function storeBy(way: Way, { sql = (text) => text, batches }: Planted = {}): Database {
	const changed = (one: InStatement): InStatement => (typeof one === 'string' ? sql(one) : { ...one, sql: sql(one.sql) });
	const client: Pick<Client, 'execute' | 'batch' | 'close'> = {
		execute: ((one: InStatement | string, args?: InValue[]) => way('execute', () => execute(changed(typeof one === 'string' ? { sql: one, args: args ?? [] } : one)))) as Client['execute'],
		batch: (async (statements: InStatement[], mode?: string) => {
			const all = statements.map(changed);
			if (!batches || mode === 'read') return way('batch', () => batch(all), all.some((one) => typeof one !== 'string' && one.sql.startsWith('UPDATE intent SET')));
			const results: ResultSet[] = [];
			for (const some of batches(all as { sql: string }[])) results.push(...(await way('batch', () => batch(some))));
			return results;
		}) as Client['batch'],
		close: () => {},
	};
	// Without the schema: only its relational queries need it, and reading it costs more than a simulation's statements.
	return drizzle({ client: client as Client }) as unknown as Database;
}

/** The store itself, without trouble. */
export const truth = storeBy(async (_, run) => run());

/** Rows of one query, at once. */
export const rowsOf = (text: string, args: Record<string, InValue> = {}) => execute({ sql: text, args }).rows as unknown as Record<string, any>[];

let isMade = false;

/** The same store for every schedule: its tables and what `fill` puts into them, once; whatever came later is gone. */
export async function emptied(fill: () => Promise<void>): Promise<void> {
	if (isMade) engine.exec('ROLLBACK');
	else {
		for (const { sql } of readMigrationFiles({ migrationsFolder: folder })) for (const statement of sql) engine.exec(statement);
		engine.exec('CREATE TABLE ended (run_id TEXT, number INTEGER, state TEXT, at INTEGER); CREATE TABLE not_known (key TEXT, at INTEGER); CREATE TABLE frozen (key TEXT, at INTEGER); CREATE TABLE taken (run_id TEXT, number INTEGER); CREATE TABLE heard (id TEXT, state TEXT); CREATE TABLE clock (at INTEGER); INSERT INTO clock VALUES (0)');
		for (const witness of witnesses) engine.exec(witness);
		await fill();
		isMade = true;
	}
	engine.exec('BEGIN');
	setClock(clockAt);
}

/** Sets the store's clock, in ms: it is written when somebody looks at it. */
export const setStoreClock = (at: number): void => void (clockAt = at);
