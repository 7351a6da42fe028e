/** No template is shown to who doesn't write it: its variables are told in the words of their picker (EM4, RU2). */
import { describe, expect, test } from 'vitest';
import type { Branch, Step } from '../../../../src/domain/documents/playbook/definition.ts';
import { branchTitle, stepTitle } from '../../../../src/lib/features/flow/titles.ts';
import { templateWords } from '../../../../src/lib/features/flow/template-words.ts';
import { namesWithin, valueText } from '../../../../src/lib/features/flow/values.ts';
import { asWritten } from '../../../../src/lib/features/runs/as-written.ts';
import { settings } from '../../../domain/facts.ts';

const asking: Step = { id: 'q', kind: 'split', isMerged: true, question: { question: 'Is {{ customer.name }} well?' }, branches: [{ id: 'branch_1', name: 'Very well', condition: { id: 'branch_1', kind: 'group', mode: 'all', items: [] }, steps: [] }] };
const names = namesWithin({ steps: [asking] }, { settings, row: () => undefined });
const mail = (subject: string): Step => ({ id: 'm', kind: 'action', action: 'send-email', params: { subject } });

describe('variables in words', () => {
	test.each([
		['Call', 'Call'],
		['Call {{ customer.name }}', 'Call [Customer · Name]'],
		['Hi {{contact.firstName | default: "you"}}, {{- owner.name -}}!', 'Hi [Contacts · First name], [Owner · Name]!'],
		['Goal: {{ customer.f_goal }}{{ run.vars.hook.body.score }}', 'Goal: […][…]'],
		['{% if customer.mrr > 10 %}Big{% endif %} {{ "x" | upcase }}', 'Big […]'],
		['They said {{ run.vars.q.answer }}', 'They said [Answer to “Is [Customer · Name] well?”]'],
		['Never closed {{ customer.na', 'Never closed […]'],
	])('%s', (text, told) => expect(templateWords(text, names)).toBe(told));
	test('in titles', () => {
		expect(stepTitle(mail('Hello {{ customer.name }}'), names)).toBe('Email: Hello [Customer · Name]');
		expect(stepTitle({ id: 'h', kind: 'action', action: 'call-webhook', params: { method: 'POST', url: 'https://{{ customer.domain }}/x' } }, names)).toBe('POST [Customer · Domain]');
		expect(stepTitle(asking, names)).toBe('Ask “Is [Customer · Name] well?”');
	});
});

describe('a step that has run says what it wrote (RU2, R11)', () => {
	const sent = (...subjects: string[]) => subjects.map((subject) => ({ kind: 'mail', request: { subject } }));
	test('one mail, the same to several, and one for each', () => {
		expect(stepTitle(asWritten(mail('Hello {{ contact.name }}'), sent('Hello Ann')), names)).toBe('Email: Hello Ann');
		expect(stepTitle(asWritten(mail('Hello'), sent('Hello', 'Hello')), names)).toBe('Email: Hello');
		expect(stepTitle(asWritten(mail('Hello {{ contact.name }}'), sent('Hello Ann', 'Hello Bo', 'Hello Cy')), names)).toBe('Email: Hello Ann (+2)');
	});
	test('a task, a question, a webhook; what asked for nothing is as it was', () => {
		const task: Step = { id: 't', kind: 'action', action: 'create-task', params: { title: 'Call {{ customer.name }}' } };
		expect(stepTitle(asWritten(task, [{ kind: 'task', request: { title: 'Call Acme' } }]), names)).toBe('Task: Call Acme');
		expect(stepTitle(asWritten(asking, [{ kind: 'task', request: { title: 'Is Acme well?', question: {} } }]), names)).toBe('Ask “Is Acme well?”');
		expect(stepTitle(asWritten({ id: 'a', kind: 'action', action: 'ask-question', params: { question: '{{ customer.name }}?' } }, [{ kind: 'task', request: { title: 'Acme?' } }]), names)).toBe('Ask “Acme?”');
		expect(asWritten(task, [])).toBe(task);
		expect(asWritten(mail('x'), [{ kind: 'document-edit', request: { title: 'y' } }])).toEqual(mail('x'));
	});
});

describe('a condition on an answer (PB1)', () => {
	const branch = (value: unknown): Branch => ({ id: 'b', name: '', condition: { id: 'b', kind: 'group', mode: 'all', items: [{ id: 'c', kind: 'clause', field: 'run.vars.q.choice', operator: 'is', value }] }, steps: [] });
	test('says its question and the answer’s words of today; never an id', () => {
		expect(branchTitle(branch('branch_1'), names)).toBe('Answer to “Is [Customer · Name] well?” is Very well');
		expect(branchTitle(branch('branch_9'), names)).toBe('Answer to “Is [Customer · Name] well?” is an answer that is gone');
		expect(valueText('run.vars.q.choice', 'branch_1', { settings, row: () => undefined })).toBe('an answer that is gone');
	});
});
