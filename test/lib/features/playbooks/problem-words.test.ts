import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { PlaybookDefinition } from '../../../../src/domain/documents/playbook/definition.ts';
import { problemText } from '../../../../src/lib/features/playbooks/problem-words.ts';

const names = { settings: { id: 'w', name: 'W', timeZone: 'UTC', language: 'en' as const, workingDays: [], holidays: [], stages: [], fields: [], tags: [], teams: [], people: [] }, row: () => undefined };
const definition: PlaybookDefinition = { name: 'P', description: '', subject: 'customer', trigger: { type: 'stage-changed', params: {} }, filters: { id: 'filters', kind: 'group', mode: 'all', items: [] }, entry: { rule: 'once' }, steps: [{ id: 's', kind: 'action', action: 'send-email', params: {} }] };

/** Every code that the checks can give, read from their sources. */
const codes = ['check.ts', 'check-conditions.ts', 'check-references.ts', 'playbook-loops.ts'].flatMap((file) => [...readFileSync(new URL(`../../../../src/domain/engine/${file}`, import.meta.url), 'utf8').matchAll(/code: '([a-z-]+)'/g)].map(([, code]) => code!));
const references = ['stage', 'customer-field', 'user-field', 'customer-tag', 'contact-tag', 'user', 'team', 'playbook', 'value'].map((kind) => `unknown-${kind}`);

test('there are codes to tell', () => expect(codes.length).toBeGreaterThan(12));
test.each([...new Set([...codes, ...references])])('%s is told in words (PB3)', (code) => {
	const text = problemText({ at: 's', code, detail: { param: 'subject', reason: 'required', id: 'x', field: 'customer.stage', operator: 'is' } }, definition, names);
	expect(text).not.toBe(code);
	expect(text).not.toContain('undefined');
});
test('an answer that is gone is named by its words; an id is never shown', () => {
	const text = (id: string) => problemText({ at: 's', code: 'gone-answer', detail: { question: 'Is {{ customer.name }} well?', id } }, definition, names);
	expect(text('Badly')).toBe('A condition compares the answer to “Is [Customer · Name] well?” with “Badly”, which nobody can give any more: choose one of its answers');
	expect(text('branch_3k9x8s7d6f5g4h')).toContain('with an answer that is gone, which');
});
test('a parameter is named as its form names it', () => expect(problemText({ at: 's', code: 'unfinished', detail: { param: 'subject', reason: 'required' } }, definition, names)).toBe('Subject is needed'));
