/** One line of a difference as a person reads it. */
import type { PlaybookDefinition } from '#domain/documents/playbook/definition.ts';
import type { Group } from '#domain/conditions/condition.ts';
import { fieldKey } from '#domain/actions/people.ts';
import type { VersionChange } from '#domain/mirror.ts';
import { plainText } from '#domain/text/plain-text.ts';
import { m } from '$lib/messages/messages.js';
import { conditionSentence } from '../../flow/condition-sentence.ts';
import { customerFieldName, peopleText } from '../../flow/titles.ts';
import { templateWords } from '../../flow/template-words.ts';
import { namesOf, namesWithin, valueText, type Names } from '../../flow/values.ts';
import { actionWords, kindWords, optionLabel, triggerWords, wordOf } from '../../flow/words.ts';
import { paramName, placeText } from '../problem-words.ts';

export type ChangeText = { what: VersionChange['what']; where: string; param: string | null; from: string; to: string };

const kindName = (label: string): string => (label === 'branch' ? m.change_branch() : Object.hasOwn(actionWords, label) ? wordOf(actionWords, label) : wordOf(kindWords, label));

/** What changed, where, from what to what. Values that aren't text are told in words where we have them. */
export function changeText({ at, what, label, from = '', to = '' }: VersionChange, definition: PlaybookDefinition, names: Names): ChangeText {
	if (what !== 'changed') return { what, where: kindName(label), param: null, from: '', to: what === 'removed' ? from : to || placeIfThere(at, definition, names) };
	const within = namesWithin(definition, names);
	const said = (text: string) => told(label, text, within);
	const isOwnName = ['name', 'description', 'filters'].includes(at);
	return { what, where: placeText(at, definition, within), param: isOwnName ? null : paramName(at, label, definition), from: said(from), to: said(to) };
}

function placeIfThere(at: string, definition: PlaybookDefinition, names: Names): string {
	const where = placeText(at, definition, names);
	return where === m.playbook_a_step() ? '' : where;
}

function told(label: string, text: string, names: Names): string {
	if (text === '') return '';
	if (label === 'body') return templateWords(plainText(text), names);
	const value = parsed(text);
	if (label === 'filters' || label === 'condition') return value === undefined ? '…' : conditionSentence(value as Group, names) || m.playbook_filters_none();
	if (label === 'type') return wordOf(triggerWords, text);
	if (label === 'field') return customerFieldName(text, names);
	if (typeof value === 'boolean') return value ? m.ui_yes() : m.ui_no();
	if (Array.isArray(value)) return value.map((one) => listed(label, one, names)).join(', ');
	if (value !== null && typeof value === 'object') return 'kind' in value ? peopleText(value, names) : text;
	const { stages, people, tags } = names.settings;
	return [...stages, ...people, ...tags].find(({ id }) => id === text)?.name ?? names.row('playbook', text)?.name ?? templateWords(optionLabel(text), names);
}

function listed(label: string, one: unknown, names: Names): string {
	if (label === 'addTags' || label === 'removeTags') return namesOf(names.settings.tags, [one], m.value_gone_tag);
	if (one !== null && typeof one === 'object' && 'field' in one) {
		const { field, value } = one as { field: unknown; value?: unknown };
		return `${customerFieldName(field, names)} → ${valueText(`customer.${fieldKey(String(field ?? ''))}`, value, names)}`;
	}
	return typeof one === 'string' ? optionLabel(one) : JSON.stringify(one);
}

const parsed = (text: string): unknown => {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
};
