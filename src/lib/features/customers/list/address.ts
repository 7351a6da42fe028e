/** The list's address: which view, and what was changed on it since. A colleague who opens it sees the same. */
import { is, safeParse } from 'valibot';
import type { Clause, Group } from '#domain/conditions/condition.ts';
import { canonical } from '#domain/value.ts';
import { scopes, viewDefinition, type Circle, type ViewDefinition } from '#domain/views/view.ts';

/** What somebody changed on a view, by part. */
export type Changes = Partial<Omit<ViewDefinition, 'whose'>>;

/** The views that every list has, by id. */
export const builtIn = ['all', 'mine', 'followed'] as const satisfies readonly Circle[];
export const noFilters: Group = { id: 'filters', kind: 'group', mode: 'all', items: [] };

/** A built-in view: the plain list of a circle of customers. */
export const plainView = (whose: Circle): ViewDefinition => ({ whose, text: '', filters: noFilters, scope: 'all', isTree: false, sort: null, columns: ['stage', 'owner', 'tags', 'mrr', 'renewal', 'usage', 'touch'], group: null });

/** A group in few characters: `["all",["customer.mrr","greater",500],["any",…]]`. Ids are made again when it is read. */
type Packed = [mode: string, ...items: (Packed | [string, string, unknown])[]];
const pack = (group: Group): Packed => [group.mode, ...group.items.map((item) => (item.kind === 'group' ? pack(item) : ([item.field, item.operator, item.value] as [string, string, unknown])))];

function unpack(packed: unknown, id: string): unknown {
	if (!Array.isArray(packed)) return null;
	const [head, ...rest] = packed as unknown[];
	if (head === 'all' || head === 'any') return { id, kind: 'group', mode: head, items: rest.map((item, n) => unpack(item, id === noFilters.id ? `c${n}` : `${id}-${n}`)) };
	return { id, kind: 'clause', field: head, operator: rest[0], value: rest[1] ?? null } satisfies Record<keyof Clause, unknown>;
}

/** Filters from the address, or null when they are none. */
function filtersFrom(text: string): Group | null {
	try {
		const parsed = safeParse(viewDefinition, { ...plainView('all'), filters: unpack(JSON.parse(text), noFilters.id) });
		return parsed.success ? parsed.output.filters : null;
	} catch {
		return null;
	}
}

/** Equal but for the ids of their clauses. */
const isSamePart = (part: keyof Changes, a: ViewDefinition, b: ViewDefinition): boolean => (part === 'filters' ? canonical(pack(a.filters)) === canonical(pack(b.filters)) : canonical(a[part]) === canonical(b[part]));

/** The parts that differ from the view's own. */
export function differing(base: ViewDefinition, changes: Changes): Changes {
	const now = { ...base, ...changes };
	return Object.fromEntries(Object.entries(changes).filter(([part]) => !isSamePart(part as keyof Changes, now, base)));
}

/** Reads the view and the changes on it from an address; what can't be read is left out. */
export function readAddress(params: URLSearchParams): { viewId: string; changes: Changes } {
	const changes: Changes = {};
	const text = params.get('q');
	if (text !== null) changes.text = text.slice(0, 200);
	const filters = params.has('f') ? filtersFrom(params.get('f')!) : null;
	if (filters) changes.filters = filters;
	const scope = params.get('scope');
	if (scopes.some((one) => one === scope)) changes.scope = scope as ViewDefinition['scope'];
	if (params.has('tree')) changes.isTree = params.get('tree') === '1';
	if (params.has('sort')) changes.sort = sortFrom(params.get('sort')!);
	if (params.has('group')) changes.group = params.get('group') || null;
	const columns = params.get('columns')?.split(',');
	if (columns && is(viewDefinition, { ...plainView('all'), columns })) changes.columns = columns;
	return { viewId: params.get('view') ?? 'all', changes };
}

function sortFrom(text: string): ViewDefinition['sort'] {
	const [by, direction] = text.split(':');
	return by && is(viewDefinition, { ...plainView('all'), sort: { by, isDescending: false } }) ? { by, isDescending: direction === 'down' } : null;
}

/** The address of a view with changes; what is as the view has it is left out. */
export function addressOf(viewId: string, changes: Changes): string {
	const query: [string, string][] = viewId === 'all' ? [] : [['view', viewId]];
	if (changes.text !== undefined) query.push(['q', changes.text]);
	if (changes.filters) query.push(['f', JSON.stringify(pack(changes.filters))]);
	if (changes.scope) query.push(['scope', changes.scope]);
	if (changes.isTree !== undefined) query.push(['tree', changes.isTree ? '1' : '0']);
	if (changes.sort !== undefined) query.push(['sort', changes.sort ? `${changes.sort.by}${changes.sort.isDescending ? ':down' : ''}` : '']);
	if (changes.group !== undefined) query.push(['group', changes.group ?? '']);
	if (changes.columns) query.push(['columns', changes.columns.join(',')]);
	return query.length === 0 ? '/customers' : `/customers?${query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')}`;
}
