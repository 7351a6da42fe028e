/** What a condition is compared with is chosen where there is something to choose from (CO1, PB1). */
import { describe, expect, test } from 'vitest';
import type { PlaybookDefinition, Step, TriggerDefinition } from '#domain/documents/playbook/definition.ts';
import { operatorsOf, optionsOf } from '#domain/conditions/fields.ts';
import { holds } from '#domain/conditions/compare.ts';
import { goneValue } from '../../../../src/lib/features/flow/gone.ts';
import { optionMeant, withKept } from '../../../../src/lib/features/playbooks/form/kept.ts';
import { readableFields } from '../../../../src/lib/features/playbooks/condition/readable-fields.ts';
import { factsOf } from '../../../domain/facts.ts';

const { settings } = factsOf();
const question = {
	id: 'step_q', kind: 'split', isMerged: true, question: { question: 'How is it going?', assignees: { kind: 'owner' } },
	branches: [{ id: 'b1', name: 'Well', condition: { id: 'c1', kind: 'group', mode: 'all', items: [] }, steps: [] }, { id: 'b2', name: '', condition: null, steps: [] }],
} as unknown as Step;
const asked = { id: 'step_t', kind: 'action', action: 'ask-question', params: { question: 'How many?', answerKind: 'number' } } as Step;
const definitionOf = (trigger: TriggerDefinition | null): PlaybookDefinition => ({ name: 'P', description: '', subject: 'customer', trigger, filters: { id: 'filters', kind: 'group', mode: 'all', items: [] }, entry: { rule: 'once' }, steps: [question, asked] });
const fieldOf = (trigger: TriggerDefinition | null, path: string, owner = 'b9') => readableFields(definitionOf(trigger), settings, owner).find((field) => field.path === path);

describe('the values to choose from', () => {
	test('an answer of a question is one of its answers, by its id; a number is typed; who enters has answered nothing', () => {
		expect(fieldOf(null, 'run.vars.step_q.choice')).toMatchObject({ type: 'choice', label: { name: 'Answer to “How is it going?”' }, options: [{ id: 'b1', label: 'Well' }] });
		expect(fieldOf(null, 'run.vars.step_q.answer')).toBeUndefined();
		expect(fieldOf(null, 'run.vars.step_t.number')).toMatchObject({ type: 'number', options: null });
		expect(fieldOf(null, 'run.vars.step_q.choice', 'filters')).toBeUndefined();
	});
	test('an answer that is compared by its words still is chosen by them', () => {
		const reads = { id: 's', kind: 'split', isMerged: true, branches: [{ id: 'b9', name: '', condition: { id: 'b9', kind: 'group', mode: 'all', items: [{ id: 'c', kind: 'clause', field: 'run.vars.step_q.answer', operator: 'is', value: 'Well' }] }, steps: [] }] } as unknown as Step;
		const { steps, ...rest } = definitionOf(null);
		expect(readableFields({ ...rest, steps: [...steps, reads] }, settings, 'b9').filter(({ path }) => path.startsWith('run.vars.step_q')).map(({ path, options }) => [path, options])).toEqual([['run.vars.step_q.choice', [{ id: 'b1', label: 'Well' }]], ['run.vars.step_q.answer', [{ id: 'Well', label: 'Well' }]]]);
	});
	test('what an event changed from and to is chosen by the trigger’s field', () => {
		expect(fieldOf({ type: 'stage-changed', params: {} }, 'event.to')).toMatchObject({ type: 'choice', options: optionsOf('customer.stage', settings) });
		expect(fieldOf({ type: 'customer-field-changed', params: { field: 'f_plan' } }, 'event.from')).toMatchObject({ type: 'choice', options: optionsOf('customer.f_plan', settings) });
		expect(fieldOf({ type: 'customer-field-changed', params: { field: 'name' } }, 'event.from')).toMatchObject({ type: 'text', options: null });
		expect(fieldOf(null, 'event.field')!.options).toContainEqual({ id: 'stage', label: 'Stage' });
	});
	test('a field that offers values is compared only in ways that its check allows', () => {
		// Checks at publish know the field as a text.
		for (const operator of operatorsOf.choice) expect(operatorsOf.text).toContain(operator);
	});
});

describe('what isn’t offered any more stays in view, and in place', () => {
	const options = [{ value: 'Well', label: 'Well' }];
	test('a typed text means the option that it says, as the condition that compares it does', () => {
		expect(holds('is', 'Well', 'well ', { type: 'text', now: 0, zone: 'UTC' })).toBe(true);
		expect(optionMeant(options, 'well ')).toBe('Well');
		expect(optionMeant(options, 'Badly')).toBe('Badly');
	});
	test('another one is an option still, which says so; what a program called it is never shown', () => {
		expect(withKept(options, ['Badly'], (value) => goneValue('run.vars.step_q.answer', value, settings))).toEqual([...options, { value: 'Badly', label: 'Badly (no longer a choice)' }]);
		expect(withKept(options, ['', 'Well'], String)).toEqual(options);
		expect(goneValue('customer.stage', 'stage_3k9x8s7d6f5g4h3j2k1l', settings)).toBe('a stage that is gone');
		expect(goneValue('customer.owner', 'QmZkB0ckW4FxrXDg2X5lTuCjN9aPb1sE', settings)).toBe('someone who has left');
		expect(goneValue('customer.f_plan', 'option_3k9x8s7d6f5g4h3j2k1l', settings)).toBe('a choice that is gone');
	});
});
