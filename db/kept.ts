/**
 * Queries that are asked again and again, built once: building one takes longer than the store needs to answer it, and a worker pays for its
 * time. What differs from one asking to the next is a placeholder (`given('name')`), a list of any length one JSON argument (`givenList('name')`).
 */
import type { InValue } from '@libsql/client';
import { fillPlaceholders, sql } from 'drizzle-orm';
import type { Database } from './client.ts';

/** A value that each asking gives. */
export const given = sql.placeholder;

/** Those of a list, as what stands behind `IN`: SQLite counts arguments, so the list is one, made by `JSON.stringify`. */
export const givenList = (name: string) => sql`(SELECT value FROM json_each(${sql.placeholder(name)}))`;

type Prepared = { getQuery(): { sql: string; params: unknown[] }; mapResult(result: unknown, isFromBatch: boolean): unknown };
type Query = { readonly _: { readonly result: unknown }; prepare(): Prepared };
type Answers<Queries extends readonly Query[]> = { -readonly [At in keyof Queries]: Queries[At]['_']['result'] };

/** Keeps queries, which are asked together in one exchange. Throws libSQL's error, as asking without it would. */
export const kept = <const Queries extends readonly Query[]>(build: (database: Database) => Queries): ((database: Database, values: Record<string, unknown>) => Promise<Answers<Queries>>) => {
	let known: Prepared[] | null = null;
	return async (database, values) => {
		known ??= build(database).map((query) => query.prepare());
		const asked = known.map((one) => {
			const { sql: text, params } = one.getQuery();
			return { sql: text, args: fillPlaceholders(params, values) as InValue[] };
		});
		const answers = asked.length === 1 ? [await database.$client.execute(asked[0]!)] : await database.$client.batch(asked);
		return known.map((one, at) => one.mapResult(answers[at], true)) as Answers<Queries>;
	};
};
