/**
 * Queries that are asked again and again, built once: building one takes longer than the store needs to answer it, and a worker pays for its
 * time. What differs from one asking to the next is a placeholder (`given('name')`), a list of any length one JSON argument (`givenList('name')`).
 */
import type { InValue, ResultSet } from '@libsql/client';
import { fillPlaceholders, sql } from 'drizzle-orm';
import type { Database } from './client.ts';
import type { Statement } from './statement.ts';

/** A value that each asking gives. */
export const given = sql.placeholder;

/** Those of a list, as what stands behind `IN`: SQLite counts arguments, so the list is one, made by `JSON.stringify`. */
export const givenList = (name: string) => sql`(SELECT value FROM json_each(${sql.placeholder(name)}))`;

type Prepared = { getQuery(): { sql: string; params: unknown[] }; mapResult(result: unknown, isFromBatch: boolean): unknown };
type Query = { readonly _: { readonly result: unknown }; prepare(): Prepared };
type Answers<Queries extends readonly Query[]> = { -readonly [At in keyof Queries]: Queries[At]['_']['result'] };

type Values = Record<string, unknown>;
type Kept<Queries extends readonly Query[]> = {
	/** Asks. Throws libSQL's error, as asking without it would. */
	(database: Database, values: Values): Promise<Answers<Queries>>;
	/** Asks right after a change, in the batch that makes it. What was answered is read by whoever needs it: a row that can't be read takes nothing of the change back. */
	after: (database: Database, change: Statement, values: Values) => Promise<{ result: ResultSet; read: () => Answers<Queries> }>;
};

/** Keeps queries, which are asked together in one exchange. */
export const kept = <const Queries extends readonly Query[]>(build: (database: Database) => Queries): Kept<Queries> => {
	let known: Prepared[] | null = null;
	const prepared = (database: Database): Prepared[] => (known ??= build(database).map((query) => query.prepare()));
	const asked = (database: Database, values: Values) =>
		prepared(database).map((one) => {
			const { sql: text, params } = one.getQuery();
			return { sql: text, args: fillPlaceholders(params, values) as InValue[] };
		});
	const read = (database: Database, answers: readonly ResultSet[]) => prepared(database).map((one, at) => one.mapResult(answers[at], true)) as Answers<Queries>;
	const ask = async (database: Database, values: Values) => {
		const queries = asked(database, values);
		return read(database, queries.length === 1 ? [await database.$client.execute(queries[0]!)] : await database.$client.batch(queries));
	};
	const after = async (database: Database, { sql: text, args }: Statement, values: Values) => {
		const [result, ...answers] = await database.$client.batch([{ sql: text, args }, ...asked(database, values)], 'write');
		return { result: result!, read: () => read(database, answers) };
	};
	return Object.assign(ask, { after });
};
