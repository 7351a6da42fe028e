/** What a Table shows of its rows, and how it is sorted. */
export type Column<Row> = {
	id: string;
	label: string;
	/** A CSS grid width: `minmax(12rem, 2fr)`, `8rem`. */
	width: string;
	align?: 'start' | 'end';
	/** What the column sorts by; absent = the column can't be sorted. Nulls come last either way. */
	sortBy?: (row: Row) => string | number | null;
	isLabelHidden?: boolean;
};
export type Sort = { by: string; isDescending: boolean };

const collators = new Map<string, Intl.Collator>();
function collator(locale: string): Intl.Collator {
	let found = collators.get(locale);
	if (!found) collators.set(locale, (found = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' })));
	return found;
}

/** A sorted copy: text as the locale sorts it, nulls last, equal rows in the order they came. */
export function sortRows<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sort: Sort | null, locale: string): Row[] {
	const key = columns.find((column) => column.id === sort?.by)?.sortBy;
	if (!sort || !key) return [...rows];
	const compare = collator(locale).compare;
	const sign = sort.isDescending ? -1 : 1;
	return rows
		.map((row, index) => ({ row, index, key: key(row) }))
		.sort((a, b) => {
			if (a.key === null || b.key === null) return a.key === b.key ? a.index - b.index : a.key === null ? 1 : -1;
			const order = typeof a.key === 'number' && typeof b.key === 'number' ? a.key - b.key : compare(String(a.key), String(b.key));
			return order * sign || a.index - b.index;
		})
		.map((entry) => entry.row);
}
