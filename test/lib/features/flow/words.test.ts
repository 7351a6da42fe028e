import { getMetadata, type GenericSchema } from 'valibot';
import { describe, expect, test } from 'vitest';
import { actions } from '../../../../src/domain/actions/index.ts';
import { recipientKinds } from '../../../../src/domain/actions/recipients.ts';
import { operators } from '../../../../src/domain/conditions/condition.ts';
import { conditionFields } from '../../../../src/domain/conditions/fields.ts';
import { contactRoles } from '../../../../src/domain/contact-roles.ts';
import { eventTypes } from '../../../../src/domain/events/event.ts';
import type { WorkspaceSettings } from '../../../../src/domain/settings.ts';
import { variables } from '../../../../src/domain/text/variables.ts';
import { triggers } from '../../../../src/domain/triggers/index.ts';
import { conditionSentence } from '../../../../src/lib/features/flow/condition-sentence.ts';
import { actionIcon, triggerIcon } from '../../../../src/lib/features/flow/icons.ts';
import { stepTitle, triggerTitle } from '../../../../src/lib/features/flow/titles.ts';
import { actionWords, fieldLabel, groupWords, operatorWords, optionLabel, paramWords, triggerHints, triggerWords } from '../../../../src/lib/features/flow/words.ts';
import { variableLabel } from '../../../../src/lib/features/flow/variable-words.ts';

const settings: WorkspaceSettings = {
	id: 'w', name: 'W', timeZone: 'Europe/Paris', language: 'en', workingDays: [1, 2, 3, 4, 5], holidays: [],
	stages: [{ id: 'stage_1', name: 'Onboarding', position: 0, colour: 'blue' }], fields: [{ id: 'f_1', subject: 'customer', name: 'Plan', type: 'choice', options: [{ id: 'gold', label: 'Gold' }], position: 0 }],
	tags: [{ id: 'tag_1', subject: 'customer', name: 'VIP', colour: 'red' }], teams: [], people: [{ id: 'u1', name: 'Ann Lee', email: 'ann@example.com', role: 'csm', colour: 'blue' }],
};
const names = { settings, row: () => undefined };
const paramsOf = (schema: GenericSchema) => Object.values((schema as unknown as { entries: Record<string, GenericSchema> }).entries).map((entry) => (getMetadata(entry) as { label: string }).label);

describe('every id of the registries has words (PB1, CO1, EM4)', () => {
	test.each(Object.values(triggers))('trigger $type', ({ type, schema }) => {
		expect(triggerWords[type]).toBeDefined();
		expect(triggerHints[type]).toBeDefined();
		for (const label of paramsOf(schema)) expect(paramWords, label).toHaveProperty(label);
	});
	test.each(Object.values(actions))('action $type', ({ type, group, schema }) => {
		expect(actionWords[type]).toBeDefined();
		expect(groupWords[group]).toBeDefined();
		for (const label of paramsOf(schema)) expect(paramWords, label).toHaveProperty(label);
	});
	test('operators, fields, variables, roles and events', () => {
		for (const operator of operators) expect(operatorWords[operator]()).not.toBe('');
		for (const field of conditionFields(settings)) expect(fieldLabel(field)).not.toMatch(/^field_/);
		for (const variable of variables(settings)) expect(variableLabel(variable)).not.toMatch(/^(field|variable)_/);
		for (const id of [...eventTypes, ...contactRoles, ...recipientKinds]) expect(optionLabel(id)).not.toBe(id);
	});
	test('icons: none of the registries’ names leads to the question mark', () => {
		const unknown = actionIcon('no-such-action');
		for (const type of Object.keys(actions)) expect(actionIcon(type), type).not.toBe(unknown);
		for (const type of Object.keys(triggers)) expect(triggerIcon(type), type).not.toBe(unknown);
	});
});

describe('conditions, steps and triggers in words (screens.md, Playbook)', () => {
	test('a condition is a sentence, groups in brackets', () => {
		const group = {
			id: 'filters', kind: 'group', mode: 'all',
			items: [
				{ id: 'a', kind: 'clause', field: 'customer.stage', operator: 'is', value: 'stage_1' },
				{ id: 'g', kind: 'group', mode: 'any', items: [{ id: 'b', kind: 'clause', field: 'customer.mrr', operator: 'greater', value: 500 }, { id: 'c', kind: 'clause', field: 'contact.roles', operator: 'contains', value: 'champion' }] },
				{ id: 'd', kind: 'clause', field: 'customer.renewalAt', operator: 'within-next-days', value: 30 },
				{ id: 'e', kind: 'clause', field: 'customer.f_1', operator: 'is-empty', value: null },
			],
		} as const;
		expect(conditionSentence(structuredClone(group) as any, names)).toBe('Stage is Onboarding and (MRR is greater than €500 or a contact’s Roles contains Champion) and Renewal date is within the next 30 days and Plan is empty');
	});
	test('what isn’t chosen yet is told by dots, never by an id', () => {
		expect(conditionSentence({ id: 'filters', kind: 'group', mode: 'all', items: [{ id: 'a', kind: 'clause', field: '', operator: 'is', value: null }] }, names)).toBe('… is …');
		expect(triggerTitle({ type: 'stage-changed', params: { from: null, to: 'stage_1' } }, names)).toBe('When Stage becomes Onboarding');
		expect(triggerTitle({ type: 'scheduled-recurring', params: { every: 'week', weekdays: [1, 3], day: 1, time: '09:00' } }, names)).toBe('Every week on Monday and Wednesday at 09:00');
		expect(stepTitle({ id: 's', kind: 'wait', params: { mode: 'for', amount: 3, unit: 'days' } }, names)).toBe('Wait 3 days');
		expect(stepTitle({ id: 's', kind: 'action', action: 'change-customer', params: { set: [{ field: 'stage', value: 'stage_1' }], addTags: ['tag_1'], removeTags: [] } }, names)).toBe('Stage → Onboarding · Add VIP');
		expect(stepTitle({ id: 's', kind: 'action', action: 'send-email', params: {} }, names)).toBe('Send an email');
	});
});
