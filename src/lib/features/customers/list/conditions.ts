/** Editing a list's conditions with the playbooks' editor: the same edits, on a plain tree. */
import type { Clause, Group, Operator } from '#domain/conditions/condition.ts';
import { listFields } from '#domain/views/missing.ts';

/** What the editor is given (features meet in routes). */
export type ListConditions = { isReadOnly: boolean; do: (edit: string, args: Record<string, unknown>) => string | null; fields: typeof listFields };

type Values = { kind?: string; mode?: Group['mode']; field?: string; operator?: Operator; value?: unknown };

/** The tree after an edit: `put-filter {id, kind, parent, …}`, `set-filter {id, …}`, `remove-filter {id}`. */
export function editedFilters(group: Group, edit: string, args: Record<string, unknown>): Group {
	const { id, parent, ...values } = args as { id: string; parent?: string } & Values;
	if (edit === 'put-filter' && group.id === parent) return { ...group, items: [...group.items, made(id, values)] };
	const items = group.items.flatMap((item): Group['items'] => {
		if (item.id === id && edit === 'remove-filter') return [];
		if (item.kind === 'group') return [editedFilters(item, edit, args)];
		return [item.id === id && edit === 'set-filter' ? ({ ...item, ...values } as Clause) : item];
	});
	return { ...group, ...(edit === 'set-filter' && group.id === id && values.mode ? { mode: values.mode } : {}), items };
}

const made = (id: string, { kind, mode = 'all', field = '', operator = 'is', value = null }: Values): Clause | Group =>
	kind === 'group' ? { id, kind: 'group', mode, items: [] } : { id, kind: 'clause', field, operator, value };

export const conditionsOf = (filters: Group, onchange: (filters: Group) => void): ListConditions => ({
	isReadOnly: false,
	fields: listFields,
	do: (edit, args) => (onchange(editedFilters(filters, edit, args)), null),
});

/** Stands for "none" among the ids of a quick filter. */
export const none = 'none';
const quickId = (field: string) => `quick-${field.replace('.', '-')}`;

/** What the quick filter on a field asks for: ids, and `none`. It is a condition like others, `any of`, at the top. */
export function quickOf(filters: Group, field: string): string[] {
	const item = filters.items.find((one) => isQuick(one, field));
	if (!item) return [];
	const clauses = item.kind === 'group' ? (item.items as Clause[]) : [item];
	return clauses.flatMap(({ operator, value }) => (operator === 'is-empty' ? [none] : ((value as string[] | null) ?? [])));
}

const isQuick = (item: Clause | Group, field: string): boolean =>
	item.kind === 'clause'
		? item.field === field && (item.operator === 'any-of' || item.operator === 'is-empty')
		: item.mode === 'any' && item.items.length === 2 && item.items.every((one) => one.kind === 'clause' && one.field === field) && (item.items[0] as Clause).operator === 'any-of' && (item.items[1] as Clause).operator === 'is-empty';

/** The filters with the quick filter on a field asking for these; none of it for an empty list. */
export function withQuick(filters: Group, field: string, ids: readonly string[]): Group {
	const place = filters.items.findIndex((one) => isQuick(one, field));
	const id = filters.items[place]?.id ?? quickId(field);
	const among: Clause = { id, kind: 'clause', field, operator: 'any-of', value: ids.filter((one) => one !== none) };
	const empty: Clause = { id: `${id}-none`, kind: 'clause', field, operator: 'is-empty', value: null };
	const wanted: (Clause | Group)[] = ids.length === 0 ? [] : !ids.includes(none) ? [among] : ids.length === 1 ? [{ ...empty, id }] : [{ id, kind: 'group', mode: 'any', items: [{ ...among, id: `${id}-some` }, empty] }];
	return { ...filters, items: place < 0 ? [...wanted, ...filters.items] : filters.items.toSpliced(place, 1, ...wanted) };
}

/** How many conditions there are. */
export const countOf = (group: Group): number => group.items.reduce((sum, item) => sum + (item.kind === 'group' ? countOf(item) : 1), 0);
