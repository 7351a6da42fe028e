/** What a view names that the workspace hasn't got any more: a removed stage, field, tag or person (CU12). It opens all the same. */
import type { Clause, Group } from '../conditions/condition.ts';
import { conditionFields, optionsOf, typeOf } from '../conditions/fields.ts';
import type { WorkspaceSettings } from '../settings.ts';
import type { ViewDefinition } from './view.ts';

/** Fields that are gone, and the conditions (by their field) that ask for a value which is gone. */
export type Missing = { fields: string[]; values: string[] };

const clausesOf = (group: Group): Clause[] => group.items.flatMap((item) => (item.kind === 'group' ? clausesOf(item) : [item]));
const isCustom = (id: string): boolean => id.startsWith('f_');
/** A clause that nobody has finished says nothing yet. */
const isBegun = ({ field }: Clause): boolean => field !== '';

/** What is missing, each once. */
export function missingIn(definition: ViewDefinition, settings: WorkspaceSettings): Missing {
	const fields = new Set<string>();
	const values = new Set<string>();
	const here = new Set(settings.fields.filter((field) => field.subject === 'customer').map(({ id }) => id));
	for (const id of [...definition.columns, definition.sort?.by, definition.group]) if (id && isCustom(id) && !here.has(id)) fields.add(id);
	for (const { field, value } of clausesOf(definition.filters).filter(isBegun)) {
		if (typeOf(field, settings) === null) fields.add(field.slice(field.indexOf('.') + 1));
		const options = optionsOf(field, settings);
		if (options && [value].flat().some((one) => typeof one === 'string' && !options.some(({ id }) => id === one))) values.add(field);
	}
	return { fields: [...fields], values: [...values] };
}

/** The filters without clauses on fields that are gone or not chosen yet, nor groups that this leaves empty: they narrow nothing. */
export function answerable(filters: Group, settings: WorkspaceSettings): Group {
	const items = filters.items.flatMap((item): Group['items'] => {
		if (item.kind === 'clause') return typeOf(item.field, settings) === null ? [] : [item];
		const group = answerable(item, settings);
		return group.items.length === 0 ? [] : [group];
	});
	return { ...filters, items };
}

/** The fields that a list's conditions may read: a customer's and its contacts'. Events and runs belong to playbooks. */
export const listFields = (settings: WorkspaceSettings) => conditionFields(settings).filter(({ group }) => group === 'customer' || group === 'contact');
