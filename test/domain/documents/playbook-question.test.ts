/** S15, S19: a split by a person's answer in the playbook's document: additive, restored whole, and one for all who write it at once. */
import { expect, it } from 'vitest';
import { parse } from 'valibot';
import { definitionSchema } from '#domain/documents/playbook/definition-schema.ts';
import { difference } from '#domain/documents/playbook/difference.ts';
import type { Step } from '#domain/documents/playbook/definition.ts';
import { definition } from '#domain/documents/playbook/projection.ts';
import { initialAsking } from '#domain/actions/ask-question.ts';
import { copyOf, make, meet, playbookEdit as edit } from './make.ts';

type Split = Extract<Step, { kind: 'split' }>;
const first = (doc: Parameters<typeof definition>[0]) => definition(doc).steps[0] as Split;
const asking = () => {
	const doc = make('playbook', { name: 'Renewal' });
	edit(doc, 'insert-step', { id: 'q', kind: 'split', params: { by: 'answer', ...initialAsking(), question: 'Renew?' }, parent: 'root' });
	return doc;
};

it('begins with two answers and the silence; its branches are the answers', () => {
	const doc = asking();
	edit(doc, 'set-branch', { id: 'q_1', name: 'Yes' });
	expect(first(doc)).toMatchObject({ kind: 'split', question: { question: 'Renew?', assignees: { kind: 'owner' }, goesOn: false }, branches: [{ id: 'q_1', name: 'Yes' }, { id: 'q_2' }, { id: 'q_else', condition: null }] });
});
it('S15: a split by conditions stays what it was, to the letter', () => {
	const doc = make('playbook', { name: 'Renewal' });
	edit(doc, 'insert-step', { id: 's', kind: 'split', parent: 'root' });
	expect(Object.keys(first(doc)).sort()).toEqual(['branches', 'id', 'isMerged', 'kind']);
});
it('to conditions and back nothing is lost', () => {
	const doc = asking();
	edit(doc, 'set-step-param', { id: 'q', param: 'by', value: 'condition' });
	expect(first(doc).question).toBeUndefined();
	edit(doc, 'set-step-param', { id: 'q', param: 'by', value: 'answer' });
	expect(first(doc).question).toMatchObject({ question: 'Renew?' });
});
it('restores what a version was, through its form at the door', () => {
	const version = parse(definitionSchema, JSON.parse(JSON.stringify(definition(asking()))));
	const other = make('playbook', { name: 'Other' });
	edit(other, 'restore', { definition: version });
	expect(definition(other).steps).toEqual(version.steps);
	expect(difference(version, definition(other))).toEqual([]);
	edit(other, 'set-step-param', { id: 'q', param: 'question', value: 'Really?' });
	expect(difference(version, definition(other))).toMatchObject([{ at: 'q', what: 'changed', label: 'question', from: 'Renew?', to: 'Really?' }]);
});
it('S19: who writes the question, who names an answer, who adds one and who takes one out all count', () => {
	const base = asking();
	const [a, b] = [copyOf(base, 1), copyOf(base, 2)];
	edit(a, 'set-step-param', { id: 'q', param: 'question', value: 'Do they renew?' });
	edit(b, 'set-step-param', { id: 'q', param: 'goesOn', value: true });
	edit(a, 'add-branch', { id: 'maybe', split: 'q', name: 'Maybe' });
	edit(b, 'set-branch', { id: 'q_1', name: 'Yes' });
	edit(a, 'remove-branch', { id: 'q_2' });
	meet(a, b);
	expect(definition(a)).toEqual(definition(b));
	expect(first(a)).toMatchObject({ question: { question: 'Do they renew?', goesOn: true }, branches: [{ id: 'q_1', name: 'Yes' }, { id: 'maybe', name: 'Maybe' }, { id: 'q_else' }] });
});
