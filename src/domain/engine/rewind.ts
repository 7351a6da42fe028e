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

/** The parts as they were: those made since are left out, those removed since are there again. */
function partsBefore<R extends Row & { isRemoved: boolean }>(kind: 'contact' | 'agreement', rows: readonly R[], newestFirst: readonly RecordedEvent[]): R[] {
	const parts = new Map(rows.map((row) => [row.id, row]));
	for (const event of newestFirst) {
		const row = event.subjectType === kind ? parts.get(event.subjectId) : undefined;
		if (!row) continue;
		if (event.type === `${kind}.created` || event.type === 'contact.separated') parts.set(row.id, { ...row, isRemoved: true });
		else if (event.type === `${kind}.removed` || event.type === 'contact.merged') parts.set(row.id, { ...row, isRemoved: false });
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
