/** A customer as its page shows it: from the open document when its content is here, else from the mirror's rows. */
import type { Projection } from '#domain/documents/document-type.ts';
import type { MirrorKind, MirrorRows } from '#domain/mirror.ts';

export type CustomerRecord = { customer: MirrorRows['customer']; contacts: MirrorRows['contact'][]; agreements: MirrorRows['agreement'][] };
type Rows = { row: <K extends MirrorKind>(kind: K, id: string) => MirrorRows[K] | undefined; rows: <K extends MirrorKind>(kind: K) => readonly MirrorRows[K][] };

/** Null while neither has it. Columns that rooms stamp (stageSince, updatedAt) come from the mirror. */
export function recordOf(id: string, projected: Projection, mirror: Rows): CustomerRecord | null {
	const mirrored = mirror.row('customer', id);
	const own = projected.find((row) => row.table === 'customer');
	if (!own) {
		if (!mirrored) return null;
		return { customer: mirrored, contacts: mirror.rows('contact').filter((row) => row.customerId === id), agreements: mirror.rows('agreement').filter((row) => row.customerId === id) };
	}
	const rowsOf = <Row>(table: string) => projected.filter((row) => row.table === table).map((row) => ({ id: row.id, ...row.values }) as Row);
	const stamped = { stageSince: null, updatedAt: 0, ...mirrored };
	return { customer: { ...stamped, id, ...own.values } as MirrorRows['customer'], contacts: rowsOf('contact'), agreements: rowsOf('agreement') };
}
