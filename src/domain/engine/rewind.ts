/** A record as it was at an earlier moment (BE7): its rows of now, with every recorded change since then taken back. */
import { recurring } from '../documents/customer/projection.ts';
import type { RecordedEvent } from '../events/event.ts';
import type { MirrorRows } from '../mirror.ts';
import type { CustomerRows } from './facts-from-rows.ts';

/** Everything of a customer as it is now, with what was removed since it began. */
export type RowsNow = { customer: MirrorRows['customer']; contacts: (MirrorRows['contact'] & { isRemoved: boolean })[]; agreements: (MirrorRows['agreement'] & { isRemoved: boolean })[]; touchedAt: readonly number[] };
/** A step of a run, which began at the moment. */
export type Begun = { runId: string; number: number };
/** What was recorded of it, of one moment the oldest first: all that may have come after the moment, and when its stage had changed last before (null: never, as far as is known). */
export type Recorded = { at: number; begun: Begun | null; after: readonly RecordedEvent[]; stageSince: number | null };

type Row = { id: string; custom?: Record<string, unknown>; tags?: string[] } & Record<string, unknown>;

/** Takes one change of a field back, a built-in or a custom one. */
const without = <R extends Row>(row: R, { type, data }: RecordedEvent): R => {
	if (type.endsWith('.tag-added')) return { ...row, tags: (row.tags ?? []).filter((tag) => tag !== data.tag) };
	if (type.endsWith('.tag-removed')) return { ...row, tags: [...new Set([...(row.tags ?? []), String(data.tag)])].sort() };
	if (typeof data.field !== 'string') return row;
	return data.field in row ? { ...row, [data.field]: data.from } : { ...row, custom: { ...row.custom, [data.field]: data.from } };
};

type Part = Row & { isRemoved: boolean; mergedFrom?: string[] };

/** Who counts as one with a contact that was merged, or was separated: itself, and whoever was merged into it. */
const alsoCalled = ({ id, mergedFrom = [] }: Part): string[] => [id, ...mergedFrom];

/** Takes back that one contact became another (CU5), or was separated from it. */
function unmerge<R extends Part>(parts: Map<string, R>, row: R, { type, data }: RecordedEvent): void {
	const isMerged = type === 'contact.merged';
	const other = parts.get(String(isMerged ? data.into : data.from));
	const own = alsoCalled(row);
	const others = (other?.mergedFrom ?? []).filter((id) => !own.includes(id));
	if (other) parts.set(other.id, { ...other, mergedFrom: isMerged ? others : [...others, ...own].sort() });
	parts.set(row.id, { ...row, isRemoved: !isMerged });
}

/** The parts as they were: those made since are left out, those removed since are there again. */
function partsBefore<R extends Part>(kind: 'contact' | 'agreement', rows: readonly R[], newestFirst: readonly RecordedEvent[]): R[] {
	const parts = new Map(rows.map((row) => [row.id, row]));
	for (const event of newestFirst) {
		const row = event.subjectType === kind ? parts.get(event.subjectId) : undefined;
		if (!row) continue;
		if (event.type === 'contact.merged' || event.type === 'contact.separated') unmerge(parts, row, event);
		else if (event.type === `${kind}.created`) parts.set(row.id, { ...row, isRemoved: true });
		else if (event.type === `${kind}.removed`) parts.set(row.id, { ...row, isRemoved: false });
		else parts.set(row.id, without(row, event));
	}
	return [...parts.values()].filter(({ isRemoved }) => !isRemoved);
}

/** Whether it came after: by the clocks, which differ by some ms between machines; but what the run itself did is before its step, or by it or after it, whatever they say. */
const cameAfter = ({ at, begun }: Pick<Recorded, 'at' | 'begun'>, event: RecordedEvent): boolean =>
	begun && event.cause?.runId === begun.runId && event.cause.number !== undefined ? event.cause.number >= begun.number : event.at > at;

/** The rows as they were at `at` (ms), or when a step began. A value given when the record was made, before its first recorded change, counts from the beginning. */
export function rewind({ customer, contacts, agreements, touchedAt }: RowsNow, { at, begun, after, stageSince }: Recorded): CustomerRows {
	const newestFirst = after.filter((event) => cameAfter({ at, begun }, event)).toReversed().toSorted((a, b) => b.at - a.at);
	const own = newestFirst.filter(({ subjectType }) => subjectType === 'customer').reduce<Row>(without, customer);
	const isStageOther = newestFirst.some(({ type }) => type === 'customer.stage-changed');
	const deals = partsBefore('agreement', agreements, newestFirst);
	const touched = touchedAt.filter((time) => time <= at);
	return {
		customer: {
			...(own as MirrorRows['customer']),
			...recurring(deals.map((values) => ({ table: 'agreement', id: values.id, values }))),
			stageSince: isStageOther ? (own.stage === null ? null : (stageSince ?? customer.createdAt)) : customer.stageSince,
		},
		contacts: partsBefore('contact', contacts, newestFirst),
		lastTouchAt: touched.length === 0 ? null : Math.max(...touched),
	};
}
