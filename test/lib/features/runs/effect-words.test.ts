/** Every effect that the engine has is told in words (RU2): no ids, no JSON. */
import { safeParse } from 'valibot';
import { describe, expect, test } from 'vitest';
import type { IntentRequest } from '#domain/actions/action.ts';
import { actions } from '#domain/actions/index.ts';
import type { Step } from '#domain/documents/playbook/definition.ts';
import { performers } from '#party/performers/index.ts';
import type { Names } from '../../../../src/lib/features/flow/values.ts';
import { editWords, effectLines, effectName, effectWords } from '../../../../src/lib/features/runs/effects/effect-words.ts';
import { leftOutLines, outputLines } from '../../../../src/lib/features/runs/effects/output-words.ts';
import { factsOf, noon } from '../../../domain/facts.ts';

const facts = factsOf();
const rows: Record<string, { name: string }> = { playbook_other: { name: 'Check-in' }, ...Object.fromEntries(facts.contacts.map(({ id, name }) => [id, { name }])) };
const names: Names = { settings: facts.settings, row: ((_: string, id: string) => rows[id]) as unknown as Names['row'] };
/** One step of each action, filled in. */
const samples: Record<string, Record<string, unknown>> = {
	'change-customer': { set: [{ field: 'stage', value: 'stage_live' }, { field: 'f_seats', value: 30 }, { field: 'owner', value: null }], addTags: ['tag_cold'], removeTags: ['tag_hot'] },
	'change-contact-tag': { contacts: ['all'], addTags: ['tag_vip'], removeTags: ['tag_vip'] },
	'create-task': { title: 'Call them', assignees: { kind: 'owner' }, dueInDays: 2 },
	'ask-question': { question: 'How did it go?', answerKind: 'text' },
	'send-email': { subject: 'Hello', body: '<p>x</p>', recipients: ['all'] },
	'send-email-after-validation': { subject: 'Hello', body: '<p>x</p>', recipients: ['all'] },
	'send-internal-email': { subject: 'Hello', body: '<p>x</p>', people: { kind: 'owner' } },
	'call-webhook': { method: 'POST', url: 'https://example.com/hook', headers: [{ name: 'x-team', value: 'north' }], body: '{"a":1}' },
	'run-playbook': { playbook: 'playbook_other' },
};
const intentOf = (request: IntentRequest) => ({ kind: request.kind, request, firstAt: 1_000_000, settledAt: 1_001_000 });
const requestsOf = (type: string): IntentRequest[] => {
	const action = actions[type]!;
	const parsed = safeParse(action.schema, { ...action.initial(), ...samples[type] });
	if (!parsed.success) throw new Error(`The sample of ${type} is unfinished: ${JSON.stringify(parsed.issues.map(({ path }) => path?.[0]?.key))}`);
	const plan = action.plan(parsed.output, facts, noon);
	if ('refusal' in plan) throw new Error(`${type}: ${plan.refusal.code}`);
	return plan.intents.map(({ request }) => request);
};
const isRaw = /[{}]|undefined|\bobject\b|(stage|tag|user|contact|option|playbook|team|f)_[a-z0-9]/;

describe('RU2: what a step did is words', () => {
	test.each(Object.keys(actions))('%s', (type) => {
		expect(samples, 'a sample of the action').toHaveProperty(type);
		const requests = requestsOf(type);
		expect(requests.length).toBeGreaterThan(0);
		for (const request of requests) {
			expect(effectName(request.kind)).not.toBe(request.kind);
			if (request.kind === 'document-edit') for (const { edit } of request.edits) expect(editWords).toHaveProperty(edit);
			const lines = effectLines(intentOf(request), names);
			expect(lines.length).toBeGreaterThan(0);
			for (const line of lines) expect(line).not.toMatch(isRaw);
		}
	});
	test('every kind that has a performer, and the two that are rows', () => expect(Object.keys(effectWords).sort()).toEqual([...Object.keys(performers), 'task', 'run'].sort()));

	test('a change says from what to what, as it was recorded while it was asked', () => {
		const request = requestsOf('change-customer')[0]!;
		const change = (at: number, from: string) => ({ type: 'customer.stage-changed', subjectId: 'customer_acme', at, data: { field: 'stage', from, to: 'stage_live' } });
		const stages = Object.fromEntries(facts.settings.stages.map(({ id, name }) => [id, name]));
		const [other] = Object.keys(stages).filter((id) => id !== 'stage_live');
		expect(effectLines(intentOf(request), names, [change(1_000_500, other!)])[0]).toBe(`Stage: ${stages[other!]} → ${stages.stage_live}`);
		// Long before and long after it is another step's.
		expect(effectLines(intentOf(request), names, [change(500_000, other!), change(2_000_000, other!)])[0]).toBe(`Stage: ${stages.stage_live}`);
		expect(effectLines(intentOf(request), names, [change(1_000_500, 'stage_3k9x8s7d6f5g4h3j2k1l')])[0]).toBe(`Stage: a stage that is gone → ${stages.stage_live}`);
	});
	test('what is gone is told as such', () => {
		const task: IntentRequest = { kind: 'task', title: 'Call', description: '', assignees: ['user_gone'], teamId: 'team_gone', dueAt: null, customerId: 'customer_acme' };
		expect(effectLines(intentOf(task), names)).toEqual(['For the team a team that is gone: someone who has left', 'No due date']);
		const edits: IntentRequest = { kind: 'document-edit', document: 'customer_acme', edits: [{ edit: 'add-contact-tag', args: { id: 'contact_gone', tag: 'tag_gone' } }, { edit: 'set-field', args: { field: 'f_gone', value: 'x' } }] };
		expect(effectLines(intentOf(edits), names)).toEqual(['a contact that is gone: tag added, a tag that is gone', 'a field that is gone: x']);
	});
	test('a step that asked nothing of the world says what it came to', () => {
		const split: Step = { id: 's', kind: 'split', isMerged: true, branches: [{ id: 'b1', name: 'Large', condition: { id: 'c', kind: 'group', mode: 'all', items: [] }, steps: [] }, { id: 'b2', name: '', condition: null, steps: [] }] } as unknown as Step;
		expect(outputLines(split, { branch: 'b2', name: '', considered: [] }, names)).toEqual(['Took the branch “Otherwise”']);
		expect(outputLines(null, { branch: 'b1', name: 'Large', considered: [] }, names)).toEqual(['Took the branch “Large”']);
		expect(outputLines(split, { branch: null, name: null, considered: [] }, names)[0]).toMatch(/^No branch matched/);
		expect(outputLines(null, { until: noon }, names)[0]).toMatch(/^Waited until .*2026/);
		expect(outputLines(null, { contacts: 0 }, names)[0]).toMatch(/^No contact matched/);
		expect(outputLines(null, null, names)).toEqual([]);
		expect(leftOutLines({ requests: [], notes: { without: ['Ana Costa'] } })).toEqual(['Left out, without an address: Ana Costa']);
	});
});
