/** A condition as a sentence: "Stage is Onboarding and MRR is greater than €500". */
import type { Clause, Group } from '#domain/conditions/condition.ts';
import { conditionFields, expects, type ConditionField } from '#domain/conditions/fields.ts';
import { isBlank } from '#domain/value.ts';
import { m } from '$lib/messages/messages.js';
import { variableWords } from './template-words.ts';
import { valueText, type Names } from './values.ts';
import { fieldLabel, operatorWords } from './words.ts';

/** A stretch of the sentence; fields and values are the words that count. */
export type Part = { kind: 'field' | 'value' | 'word'; text: string };

/** The sentence in parts, without an end; nothing for a group that asks nothing. Groups within groups stand in brackets. */
export function sentenceParts(group: Group, names: Names): Part[] {
	const fields = new Map(conditionFields(names.settings).map((field) => [field.path, field]));
	return groupParts(group, names, fields);
}

/** The sentence as text; empty for a group that asks nothing. */
export const conditionSentence = (group: Group, names: Names): string => sentenceParts(group, names).map(({ text }) => text).join(' ').replaceAll('( ', '(').replaceAll(' )', ')');

function groupParts(group: Group, names: Names, fields: ReadonlyMap<string, ConditionField>): Part[] {
	const said = group.items.map((item) => (item.kind === 'clause' ? clauseParts(item, names, fields) : bracketed(groupParts(item, names, fields)))).filter((parts) => parts.length > 0);
	const joint: Part = { kind: 'word', text: group.mode === 'any' ? m.condition_or() : m.condition_and() };
	return said.flatMap((parts, index) => (index === 0 ? parts : [joint, ...parts]));
}

const bracketed = (parts: Part[]): Part[] => (parts.length === 0 ? [] : [{ kind: 'word', text: '(' }, ...parts, { kind: 'word', text: ')' }]);

function clauseParts({ field, operator, value }: Clause, names: Names, fields: ReadonlyMap<string, ConditionField>): Part[] {
	const known = fields.get(field);
	const head: Part[] = [{ kind: 'field', text: known ? inContext(known) : field.startsWith('run.vars.') ? answerWords(field, names) : field || '…' }, { kind: 'word', text: operatorWords[operator]() }];
	const said = (text: string): Part => ({ kind: 'value', text });
	switch (expects(operator)) {
		case 'nothing': return head;
		case 'pair': {
			const [low, high] = Array.isArray(value) ? value : [];
			return [...head, said(valueText(field, low, names)), { kind: 'word', text: m.condition_and() }, said(valueText(field, high, names))];
		}
		case 'days': return [...head, said(isBlank(value) ? '…' : m.condition_days({ count: Number(value) }))];
		default: return [...head, said(valueText(field, value, names))];
	}
}

/** What was answered, by its question. */
const answerWords = (field: string, names: Names): string => (names.asks?.some(({ stepId }) => field.startsWith(`run.vars.${stepId}.`)) ? variableWords(field, names) : m.held_field_answer());

/** A contact's field says whose it is; a customer's needs not. */
const inContext = (field: ConditionField): string => (field.group === 'customer' ? fieldLabel(field) : field.group === 'contact' ? m.condition_of_a_contact({ field: fieldLabel(field) }) : fieldLabel(field));

