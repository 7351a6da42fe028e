/** What a saved view of the customers holds (CU12): what is shown, in which order. The same shape in the address, the mirror and the store. */
import * as v from 'valibot';
import { operators, type Clause, type Group } from '../conditions/condition.ts';

/** Parents only, children only, or all (CO2). */
export const scopes = ['all', 'parents', 'children'] as const;
export type Scope = (typeof scopes)[number];

/** Everybody's customers, the reader's own, or those the reader follows: a shared view shows each reader theirs. */
export const circles = ['all', 'mine', 'followed'] as const;
export type Circle = (typeof circles)[number];

export type ViewDefinition = {
	whose: Circle;
	text: string;
	filters: Group;
	scope: Scope;
	/** Children under their parents. */
	isTree: boolean;
	sort: { by: string; isDescending: boolean } | null;
	/** Columns in their order, by id: built-in names, or a custom field's id. */
	columns: string[];
	/** The field whose values make sections; null = one list. */
	group: string | null;
};

/** How much a view may hold. */
export const limits = { name: 60, text: 200, columns: 40, clauses: 50, depth: 3, values: 200 } as const;

const key = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_.-]{1,80}$/, 'not a field'));
const scalar = v.union([v.pipe(v.string(), v.maxLength(500)), v.number(), v.boolean(), v.null()]);
const clause: v.GenericSchema<Clause> = v.object({
	id: key,
	kind: v.literal('clause'),
	// A condition that nobody has finished yet has no field: it narrows nothing.
	field: v.union([key, v.literal('')]),
	operator: v.picklist(operators),
	value: v.union([scalar, v.pipe(v.array(scalar), v.maxLength(limits.values))]),
});

const groupTo = (depth: number): v.GenericSchema<Group> =>
	v.object({
		id: key,
		kind: v.literal('group'),
		mode: v.picklist(['all', 'any']),
		items: v.pipe(v.array(depth > 1 ? v.union([clause, groupTo(depth - 1)]) : clause), v.maxLength(limits.clauses)),
	});

/** Reads a view's definition from anywhere outside. */
export const viewDefinition: v.GenericSchema<ViewDefinition> = v.object({
	whose: v.picklist(circles),
	text: v.pipe(v.string(), v.maxLength(limits.text)),
	filters: groupTo(limits.depth),
	scope: v.picklist(scopes),
	isTree: v.boolean(),
	sort: v.nullable(v.object({ by: key, isDescending: v.boolean() })),
	columns: v.pipe(v.array(key), v.minLength(1), v.maxLength(limits.columns)),
	group: v.nullable(key),
});
