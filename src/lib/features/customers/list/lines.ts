/** The lines of the list: customers one after the other, under their parents, or in sections (CU12). */
import type { MirrorRows } from '#domain/mirror.ts';
import type { RollUp } from '#domain/views/family.ts';
import { m } from '$lib/messages/messages.js';
import type { Column } from '$lib/ui/columns.ts';
import type { CustomerColumn } from './columns.ts';

export type Customer = MirrorRows['customer'];
/** One line. A section's head carries its first customer, which it doesn't show. */
export type Line = {
	id: string;
	customer: Customer;
	head: { label: string; count: number; mrr: number } | null;
	/** How deep under its parents, 1 = top. */
	level: number;
	/** Whether its children are shown; null when it has none. */
	isOpen: boolean | null;
	roll: RollUp | null;
};

const lineOf = (customer: Customer): Line => ({ id: customer.id, customer, head: null, level: 1, isOpen: null, roll: null });

/** One after the other. */
export const flatLines = (customers: readonly Customer[]): Line[] => customers.map(lineOf);

/** In sections by `keyOf` (null = none), in the order of `sections`; customers of no section last. Empty sections aren't shown. */
export function sectionLines(customers: readonly Customer[], keyOf: (customer: Customer) => string | null, sections: readonly { id: string | null; label: string }[]): Line[] {
	const by = new Map<string | null, Customer[]>();
	const known = new Set(sections.map(({ id }) => id));
	for (const customer of customers) {
		const wanted = keyOf(customer);
		const key = known.has(wanted) ? wanted : null;
		const list = by.get(key);
		if (list) list.push(customer);
		else by.set(key, [customer]);
	}
	return sections.flatMap(({ id, label }) => {
		const list = by.get(id);
		if (!list) return [];
		const head = { label, count: list.length, mrr: list.reduce((sum, { mrr }) => sum + mrr, 0) };
		return [{ ...lineOf(list[0]!), id: `section:${id ?? ''}`, head }, ...list.map(lineOf)];
	});
}

type Family = { parents: ReadonlyMap<string, string>; rollUps: ReadonlyMap<string, RollUp> };

/**
 * Children under their parents, siblings in the order of `sorted` (the whole book). `found` are those that the filters let through: their
 * parents are shown with them, opened, so that each stands in its place. `toggled` are the ones somebody opened or closed against that.
 */
export function treeLines(sorted: readonly Customer[], found: readonly Customer[], { parents, rollUps }: Family, toggled: ReadonlySet<string>): Line[] {
	const isNarrowed = found.length < sorted.length;
	const shown = new Set(found.map(({ id }) => id));
	const above = new Set<string>();
	if (isNarrowed)
		for (const { id } of found)
			for (let at = parents.get(id); at !== undefined && !above.has(at); at = parents.get(at)) {
				above.add(at);
				shown.add(at);
			}
	const children = new Map<string | undefined, Customer[]>();
	for (const customer of sorted) {
		if (!shown.has(customer.id)) continue;
		const parent = parents.get(customer.id);
		const siblings = children.get(parent);
		if (siblings) siblings.push(customer);
		else children.set(parent, [customer]);
	}
	const lines: Line[] = [];
	const walk = (customers: readonly Customer[] | undefined, level: number) => {
		for (const customer of customers ?? []) {
			const own = children.get(customer.id);
			const isOpen = own ? above.has(customer.id) !== toggled.has(customer.id) : null;
			lines.push({ id: customer.id, customer, head: null, level, isOpen, roll: rollUps.get(customer.id) ?? null });
			if (isOpen) walk(own, level + 1);
		}
	};
	walk(children.get(undefined), 1);
	return lines;
}

/** Columns of customers as columns of lines, with the star behind the name. */
export function tableColumns(columns: readonly CustomerColumn[]): Column<Line>[] {
	const shown = columns.map(({ id, label, width, align, sortBy }): Column<Line> => ({ id, label, width, ...(align ? { align } : {}), ...(sortBy ? { sortBy: (line: Line) => sortBy(line.customer) } : {}) }));
	return shown.toSpliced(1, 0, { id: 'follow', label: m.follow_column(), isLabelHidden: true, width: '1.75rem' });
}
