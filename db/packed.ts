/**
 * All rows of an answer as one value: libSQL's client makes every row and every value by itself, which for hundreds of wide rows takes longer than
 * reading them. Only for tables without REAL columns: JSON keeps 15 digits.
 */
import { Column, getTableColumns, sql, type SQL } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';

/** All columns of all selected rows of a table as one value, in no order. */
export const packed = (table: SQLiteTable): SQL<string> => sql<string>`json_group_array(json_array(${sql.join(Object.values(getTableColumns(table)), sql`, `)}))`;

/** The rows in what `packed` gave. Throws when one of them isn't what its column says. */
export const unpacked = <T extends SQLiteTable>(table: T, text: string): T['$inferSelect'][] => {
	const columns = Object.entries(getTableColumns(table)).map(([key, column]) => ({ key, read: column.mapFromDriverValue === Column.prototype.mapFromDriverValue ? null : (value: unknown) => column.mapFromDriverValue(value) }));
	return (JSON.parse(text) as unknown[][]).map((values) => {
		const row: Record<string, unknown> = {};
		for (let at = 0; at < columns.length; at++) {
			const { key, read } = columns[at]!;
			row[key] = read === null || values[at] === null ? values[at] : read(values[at]);
		}
		return row as T['$inferSelect'];
	});
};
