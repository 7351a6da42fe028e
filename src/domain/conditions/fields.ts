/** The fields that conditions may read: every built-in and custom field of the customer, its contacts, the event and the run (CO1). */
import { operators, type Operator } from './condition.ts';
import { eventTypes } from '../events/event.ts';
import type { FieldDefinition, FieldType, WorkspaceSettings } from '../settings.ts';
import { contactRoles } from '../contact-roles.ts';

/** A field's type for conditions: a custom field's type, or `set` for several values (tags, team, roles). */
export type ConditionType = FieldType | 'set';
export type Option = { id: string; label: string };

/**
 * One field of the picker. `label.key` is a message key, `label.name` a name the workspace gave. `options` are its
 * possible values; an option's label may itself be a message key's last part where `isLabelKey`.
 */
export type ConditionField = {
	path: string;
	group: 'customer' | 'contact' | 'event' | 'run';
	label: { key: string } | { name: string };
	type: ConditionType;
	options: Option[] | null;
	isLabelKey?: boolean;
};


const customerTypes: Record<string, ConditionType> = {
	id: 'text', name: 'text', domain: 'text', externalId: 'text', parentId: 'text', stage: 'choice', stageSince: 'date', owner: 'user',
	tags: 'set', team: 'set', mrr: 'money', renewalAt: 'date', createdAt: 'date', lastTouchAt: 'date',
};
const contactTypes: Record<string, ConditionType> = { id: 'text', name: 'text', email: 'text', phone: 'text', title: 'text', roles: 'set', tags: 'set', createdAt: 'date' };
const eventFieldTypes: Record<string, ConditionType> = { type: 'choice', at: 'date', field: 'text', from: 'text', to: 'text', tag: 'choice' };
const runTypes: Record<string, ConditionType> = { startedAt: 'date' };

/** What a step made is a text, since its shape is known only in a run; but a question's answer also stands as a choice by its id, a number and a date (domain/question.ts). */
const typeOfVariable = (key: string): ConditionType | null => (/^vars\.[^.]+\.(choice|number|date)$/.exec(key)?.[1] as ConditionType | undefined) ?? (key.startsWith('vars.') ? 'text' : null);

/** The type of the field at a path, or null when there is no such field. */
export function typeOf(path: string, settings: WorkspaceSettings): ConditionType | null {
	const dot = path.indexOf('.');
	const root = path.slice(0, dot);
	const key = path.slice(dot + 1);
	if (root === 'customer' || root === 'contact') {
		const builtIn = root === 'customer' ? customerTypes : contactTypes;
		if (Object.hasOwn(builtIn, key)) return builtIn[key]!;
		return settings.fields.find((field) => field.subject === root && field.id === key)?.type ?? null;
	}
	if (root === 'event') return Object.hasOwn(eventFieldTypes, key) ? eventFieldTypes[key]! : null;
	if (root === 'run') return Object.hasOwn(runTypes, key) ? runTypes[key]! : typeOfVariable(key);
	return null;
}

/** What a field may be compared with, by id: stages, people, tags, roles, its own options; null when anything may be typed. */
export function optionsOf(path: string, settings: WorkspaceSettings): Option[] | null {
	const named = (rows: { id: string; name: string }[]) => rows.map(({ id, name }) => ({ id, label: name }));
	const keys = (ids: readonly string[]) => ids.map((id) => ({ id, label: id }));
	switch (path) {
		case 'customer.stage': return named(settings.stages);
		case 'customer.owner': case 'customer.team': return named(settings.people);
		case 'customer.tags': return named(settings.tags.filter((tag) => tag.subject === 'customer'));
		case 'contact.tags': return named(settings.tags.filter((tag) => tag.subject === 'contact'));
		case 'contact.roles': return keys(contactRoles);
		case 'event.type': return keys(eventTypes);
		case 'event.tag': return named(settings.tags);
	}
	const field = customField(path, settings);
	if (field?.type === 'choice') return field.options ?? [];
	return field?.type === 'user' ? named(settings.people) : null;
}

const customField = (path: string, settings: WorkspaceSettings): FieldDefinition | undefined =>
	settings.fields.find((field) => `${field.subject}.${field.id}` === path);

/** Every field of the picker, in its order: customer, contact, event, run; built-in ones first, then custom ones by position. */
export function conditionFields(settings: WorkspaceSettings): ConditionField[] {
	const builtIn = (group: ConditionField['group'], types: Record<string, ConditionType>): ConditionField[] =>
		Object.keys(types)
			.filter((key) => key !== 'id')
			.map((key) => {
				const path = `${group}.${key}`;
				const isLabelKey = path === 'contact.roles' || path === 'event.type';
				return { path, group, label: { key: `field_${group}_${key}` }, type: types[key]!, options: optionsOf(path, settings), ...(isLabelKey ? { isLabelKey } : {}) };
			});
	const custom = (group: 'customer' | 'contact'): ConditionField[] =>
		settings.fields
			.filter((field) => field.subject === group)
			.sort((a, b) => a.position - b.position)
			.map((field) => ({ path: `${group}.${field.id}`, group, label: { name: field.name }, type: field.type, options: optionsOf(`${group}.${field.id}`, settings) }));
	return [...builtIn('customer', customerTypes), ...custom('customer'), ...builtIn('contact', contactTypes), ...custom('contact'), ...builtIn('event', eventFieldTypes), ...builtIn('run', runTypes)];
}

const blankness: Operator[] = ['is-empty', 'is-not-empty'];
const choosing: Operator[] = ['is', 'is-not', 'any-of', 'none-of', ...blankness];
const counting: Operator[] = ['is', 'is-not', 'greater', 'less', 'between', ...blankness];

/** The operators that make sense for a type, in the order the form shows them (CO1). */
export const operatorsOf: Record<ConditionType, readonly Operator[]> = {
	text: ['is', 'is-not', 'contains', 'not-contains', 'any-of', 'none-of', ...blankness],
	number: counting,
	score: counting,
	money: counting,
	date: ['is', 'is-not', 'before', 'after', 'between', 'within-last-days', 'within-next-days', ...blankness],
	choice: choosing,
	user: choosing,
	boolean: ['is', 'is-not', ...blankness],
	set: ['contains', 'not-contains', 'any-of', 'none-of', ...blankness],
};

/** What an operator is compared with: nothing, one value, a list, a pair, or a number of days. */
export function expects(operator: Operator): 'nothing' | 'one' | 'list' | 'pair' | 'days' {
	if (operator === 'is-empty' || operator === 'is-not-empty') return 'nothing';
	if (operator === 'any-of' || operator === 'none-of') return 'list';
	if (operator === 'between') return 'pair';
	return operator === 'within-last-days' || operator === 'within-next-days' ? 'days' : 'one';
}

/** Whether a text is an operator. */
export const isOperator = (text: unknown): text is Operator => operators.includes(text as Operator);
