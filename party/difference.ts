/** What differs between two projections of a document: what a publication writes. */
import type { Publication } from '#db/projection.ts';
import type { DocumentType, ProjectedRow, Projection } from '#domain/documents/document-type.ts';
import { canonical } from '#domain/value.ts';

/** Rows that are new or differ, with the times to stamp on them, and rows that are gone. */
export function difference(before: Projection, after: Projection, stamps: DocumentType['stamps'], at: number): Pick<Publication, 'changed' | 'vanished'> {
	const name = (row: ProjectedRow) => `${row.table} ${row.id}`;
	const old = new Map(before.map((row) => [name(row), row]));
	const present = new Set(after.map(name));
	const changed: Publication['changed'] = [];
	for (const row of after) {
		const was = old.get(name(row));
		if (was && canonical(was.values) === canonical(row.values)) continue;
		const isChanged = (column: string) => !was || column === '*' || canonical(was.values[column]) !== canonical(row.values[column]);
		const due = Object.entries(stamps?.[row.table] ?? {}).filter(([column]) => isChanged(column));
		changed.push({ row, stamps: Object.fromEntries(due.map(([, stamped]) => [stamped, at])) });
	}
	return { changed, vanished: before.filter((row) => !present.has(name(row))) };
}
