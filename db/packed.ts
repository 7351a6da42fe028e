/**
 * Whole rows as one value each: libSQL's client makes every value of every row by itself, which for hundreds of wide rows takes longer than
 * reading them. Only for tables without REAL columns: JSON keeps 15 digits.
 */
import { getTableColumns, sql, type SQL } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';

/** All columns of a table as one selected value. */
export const packed = (table: SQLiteTable): SQL<string> => sql<string>`json_array(${sql.join(Object.values(getTableColumns(table)), sql`, `)})`;

/** A row from what `packed` gave. Throws when it isn't JSON. */
export const unpacked = <T extends SQLiteTable>(table: T, text: string): T['$inferSelect'] => {
	const values = JSON.parse(text) as unknown[];
	return Object.fromEntries(Object.entries(getTableColumns(table)).map(([key, column], at) => [key, values[at] === null ? null : column.mapFromDriverValue(values[at])])) as T['$inferSelect'];
};
