/** What a condition of a playbook may read, with the values that each may be compared with: the event's by the trigger, an answer by its question. */
import type { PlaybookDefinition } from '#domain/documents/playbook/definition.ts';
import { fieldKey } from '#domain/actions/people.ts';
import { conditionFields, optionsOf, type ConditionField, type Option } from '#domain/conditions/fields.ts';
import { questionsIn } from '#domain/engine/question.ts';
import type { WorkspaceSettings } from '#domain/settings.ts';
import { m } from '$lib/messages/messages.js';
import { settableFields } from '../form/settable-fields.ts';

/** The customer's field whose change starts the playbook; null when its trigger names none. */
function changedField({ trigger }: PlaybookDefinition): string | null {
	if (trigger?.type === 'stage-changed') return 'stage';
	const field = trigger?.type === 'customer-field-changed' ? trigger.params.field : null;
	return typeof field === 'string' && field !== '' ? fieldKey(field) : null;
}

/** `owner`: 'filters', or a branch's id. Who enters has answered nothing yet. */
export function readableFields(definition: PlaybookDefinition, settings: WorkspaceSettings, owner: string): ConditionField[] {
	const changed = changedField(definition);
	const changedOptions = changed === null ? null : optionsOf(`customer.${changed}`, settings);
	const eventOptions: Record<string, Option[] | null> = {
		'event.field': settableFields(settings).map(({ value, label }) => ({ id: value, label })),
		'event.from': changedOptions,
		'event.to': changedOptions,
	};
	const chosen = (field: ConditionField, options: Option[] | null): ConditionField => (options && options.length > 0 ? { ...field, type: 'choice', options } : field);
	const answers = (owner === 'filters' ? [] : questionsIn(definition.steps)).map(({ stepId, question, kind, choices }): ConditionField => {
		const [key, type] = kind === 'number' || kind === 'date' ? [kind, kind] : (['answer', 'text'] as const);
		return chosen({ path: `run.vars.${stepId}.${key}`, group: 'run', label: { name: m.field_answer_of({ question }) }, type, options: null }, choices.map((label) => ({ id: label, label })));
	});
	return [...conditionFields(settings).map((field) => chosen(field, eventOptions[field.path] ?? null)), ...answers];
}
