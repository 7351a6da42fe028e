/** Filters and branch conditions in the document: one map of clauses and groups by id, read as nested groups (CO1). */
import * as Y from 'yjs';
import * as v from 'valibot';
import { operators, type Clause, type Group, type Operator } from '../../conditions/condition.ts';
import { id, text } from '../../commands/command.ts';
import { jsonValue } from './json.ts';
import { positionBetween, positionsFor } from './position.ts';
import { branches, conditions, item, items, modes } from './shape.ts';
import { settled, type Placed } from './tree.ts';

export const filtersRoot = 'filters';

const known = { mode: v.optional(v.picklist(['all', 'any'])), field: v.optional(text(200)), operator: v.optional(v.picklist(operators)), value: v.optional(jsonValue) };
/** `parent`: the root ('filters', or the branch's id) or a group in it. `after`: the entry it follows, null = first, absent = last. */
export const putArgs = v.object({ id, kind: v.picklist(['clause', 'group']), parent: id, after: v.optional(v.nullable(id)), ...known });
export const setArgs = v.object({ id, ...known });
export const removeArgs = v.object({ id });

/** The group of an owner: the filters, or a branch's condition. */
export function groupOf(doc: Y.Doc, owner: string): Group {
	const { lists } = entries(doc, owner);
	const group = (key: string, mode: unknown): Group => ({
		id: key,
		kind: 'group',
		mode: mode === 'any' ? 'any' : 'all',
		items: (lists.get(key) ?? []).map((child) => {
			const map = item(conditions(doc), child)!;
			return map.get('kind') === 'group' ? group(child, map.get('mode')) : clause(child, map);
		}),
	});
	return group(owner, modes(doc).get(owner));
}

const clause = (key: string, map: Y.Map<unknown>): Clause => {
	const operator = map.get('operator') as Operator;
	return { id: key, kind: 'clause', field: String(map.get('field') ?? ''), operator: operators.includes(operator) ? operator : 'is', value: map.get('value') ?? null };
};

function entries(doc: Y.Doc, owner: string): { lists: Map<string, string[]> } {
	const own = new Map(items(conditions(doc)).filter(([, map]) => map.get('owner') === owner && (map.get('kind') === 'clause' || map.get('kind') === 'group')));
	const nodes = [...own].map(([key, map]): Placed => {
		const parent = String(map.get('parent'));
		const holder = parent === owner ? null : own.get(parent)?.get('kind') === 'group' ? parent : undefined;
		return { id: key, list: parent, holder, position: String(map.get('position') ?? '') };
	});
	return settled(nodes, owner);
}

/** Adds a clause or a group. When its group has gone meanwhile, the entry goes to the root; when its branch has, nothing happens. */
export function put(doc: Y.Doc, args: v.InferOutput<typeof putArgs>): void {
	const isRoot = args.parent === filtersRoot || branches(doc).has(args.parent);
	const owner = isRoot ? args.parent : item(conditions(doc), args.parent)?.get('owner');
	if (typeof owner !== 'string' || conditions(doc).has(args.id)) return;
	const list = entries(doc, owner).lists.get(args.parent) ?? [];
	const at = args.after === null ? 0 : args.after === undefined || !list.includes(args.after) ? list.length : list.indexOf(args.after) + 1;
	const position = (key: string | undefined) => (key === undefined ? null : String(item(conditions(doc), key)!.get('position') ?? ''));
	write(doc, args.id, { owner, parent: args.parent, position: positionBetween(position(list[at - 1]), position(list[at]), args.id), kind: args.kind }, args);
}

function write(doc: Y.Doc, key: string, place: Record<string, unknown>, values: { mode?: unknown; field?: unknown; operator?: unknown; value?: unknown }): void {
	const map = conditions(doc).set(key, new Y.Map<unknown>()) as Y.Map<unknown>;
	for (const [name, value] of Object.entries({ ...place, mode: values.mode, field: values.field, operator: values.operator, value: values.value })) if (value !== undefined) map.set(name, value);
}

/** Changes a clause or group, or the mode of a root group (id 'filters' or a branch's). */
export function set(doc: Y.Doc, { id: key, ...values }: v.InferOutput<typeof setArgs>): void {
	if (key === filtersRoot || branches(doc).has(key)) {
		if (values.mode !== undefined) modes(doc).set(key, values.mode);
		return;
	}
	const map = item(conditions(doc), key);
	if (map !== null) for (const [name, value] of Object.entries(values)) if (value !== undefined) map.set(name, value);
}

/** Removes a clause, or a group with what is in it. What another put into the group meanwhile surfaces at the root. */
export function remove(doc: Y.Doc, key: string): void {
	for (const [child, map] of items(conditions(doc))) if (map.get('parent') === key && child !== key) remove(doc, child);
	conditions(doc).delete(key);
}

/** Makes the owner's group what `group` says. Entries keep their ids. */
export function replaceGroup(doc: Y.Doc, owner: string, group: Group): void {
	for (const [key, map] of items(conditions(doc))) if (map.get('owner') === owner) conditions(doc).delete(key);
	modes(doc).set(owner, group.mode);
	const fill = (parent: string, list: Group['items']) => {
		const positions = positionsFor(list.map((child) => child.id));
		list.forEach((child, index) => {
			write(doc, child.id, { owner, parent, position: positions[index], kind: child.kind }, child.kind === 'group' ? { mode: child.mode } : child);
			if (child.kind === 'group') fill(child.id, child.items);
		});
	};
	fill(owner, group.items);
}
