/** What a condition of a playbook may read, with the values that each may be compared with: the event's by the trigger, an answer by its question. */
import type { PlaybookDefinition } from '#domain/documents/playbook/definition.ts';
import { conditionFields, optionsOf, type ConditionField, type Option } from '#domain/conditions/fields.ts';
import { changedField, clausesOf } from '#domain/engine/check-conditions.ts';
import { allSteps } from '#domain/engine/next-step.ts';
import { questionsIn } from '#domain/engine/question.ts';
import type { WorkspaceSettings } from '#domain/settings.ts';
import { m } from '$lib/messages/messages.js';
import { templateWords } from '../../flow/template-words.ts';
import { settableFields } from '../form/settable-fields.ts';

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
	const told = (question: string): string => templateWords(question, { settings });
	const answer = (stepId: string, key: string, name: string, type: ConditionField['type']): ConditionField => ({ path: `run.vars.${stepId}.${key}`, group: 'run', label: { name }, type, options: null });
	const answers = (owner === 'filters' ? [] : questionsIn(definition.steps)).flatMap(({ stepId, question, kind, choices }): ConditionField[] => {
		const asked = answer(stepId, kind === 'text' ? 'answer' : kind, m.field_answer_of({ question: told(question) }), kind);
		if (kind !== 'choice') return [asked];
		// Chosen by its id: its words may change. What was compared by its words once, goes on so until somebody takes the other.
		const worded = answer(stepId, 'answer', m.field_answer_words_of({ question: told(question) }), 'text');
		const isRead = allSteps(definition.steps).some((step) => step.kind === 'split' && step.branches.some(({ condition }) => condition && clausesOf(condition).some(({ field }) => field === worded.path)));
		return [{ ...asked, options: choices }, ...(isRead ? [chosen(worded, choices.map(({ label }) => ({ id: label, label })))] : [])];
	});
	return [...conditionFields(settings).map((field) => chosen(field, eventOptions[field.path] ?? null)), ...answers];
}
