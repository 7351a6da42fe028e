import { describe, expect, it } from 'vitest';
import type { PlaybookDefinition, Step } from '#domain/documents/playbook/definition.ts';
import { problemsOf } from '#domain/engine/check.ts';
import { problemsIn } from '#domain/engine/check-references.ts';
import { actions } from '#domain/actions/index.ts';
import { settings } from '../facts.ts';
import { action, all, branch, clause, playbook, split, stop, task, until, wait, when } from './playbooks.ts';

const lines = (problems: { at: string; code: string; detail?: Record<string, string> }[]) => problems.map(({ at, code, detail }) => [at, code, ...(detail ? [Object.values(detail).join(' ')] : [])].join(': '));
const of = (steps: Step[], change: Partial<PlaybookDefinition> = {}) => lines(problemsOf(playbook(steps, change)));

describe('PB3: problems of a draft, each at its step', () => {
	it('a finished one has none', () => expect(of([wait('w', 1), split('s', true, branch('x', when(true), stop('z')), branch('y', null)), until('u', 'renewalAt'), task('a')])).toEqual([]));
	it('an empty one', () => expect(of([], { name: ' ', trigger: null })).toEqual(['name: no-name', 'trigger: no-trigger', 'steps: no-steps']));
	it('every action just inserted says what is missing', () =>
		expect(Object.entries(actions).map(([type, { initial }]) => of([action(type, type, initial())]))).toEqual([
			['change-customer: unfinished: set required'],
			['change-contact-tag: unfinished: addTags required'],
			['create-task: unfinished: title required'],
			['ask-question: unfinished: question required'],
			['send-email: unfinished: subject required', 'send-email: unfinished: body required'],
			['send-email-after-validation: unfinished: subject required', 'send-email-after-validation: unfinished: body required'],
			['send-internal-email: unfinished: subject required', 'send-internal-email: unfinished: body required'],
			['call-webhook: unfinished: url required'],
			['run-playbook: unfinished: playbook required'],
		]));
	it.each<[string, Step[], Partial<PlaybookDefinition>, string[]]>([
		['an unknown trigger', [task('a')], { trigger: { type: 'moon', params: {} } }, ['trigger: unknown-trigger: moon']],
		['an unfinished trigger', [task('a')], { trigger: { type: 'scheduled-once', params: { at: null } } }, ['trigger: unfinished: at required']],
		['unfinished filters', [task('a')], { filters: all(clause('customer.mrr', 'greater', ''), all(clause('', 'is', 1)), clause('customer.mrr', 'between', [1]), clause('customer.mrr', 'is-empty', null)) }, ['filters: unfinished-condition: clause_customer.mrr', 'filters: unfinished-condition: clause_', 'filters: unfinished-condition: clause_customer.mrr']],
		['an entry rule without days', [task('a')], { entry: { rule: 'every', days: 0 } }, ['entry: unfinished: days required']],
		['unset waits', [wait('w', 0), { id: 'v', kind: 'wait', params: { mode: 'for', amount: null, unit: 'days' } }, until('u', null), until('t', 'renewalAt', '24:00')], {}, ['w: unfinished: amount too-small', 'v: unfinished: amount required', 'u: unfinished: field required', 't: unfinished: time time']],
		['an unknown action', [action('a', 'fly', {})], {}, ['a: unknown-action: fly']],
		['bad Liquid', [task('a', { title: '{{ x | nope }}', description: '{% if x %}' })], {}, ['a: bad-liquid: title undefined filter: nope', 'a: bad-liquid: description tag {% if x %} not closed']],
		['the same id twice', [task('a'), task('a')], {}, ['a: duplicate-id']],
		['steps after a plain split', [split('s', false, branch('x', when(true), task('a')), branch('y', null)), task('b'), task('c')], {}, ['b: unreachable: s', 'c: unreachable: s']],
		['steps after a stop, in a branch', [split('s', true, branch('x', when(true), stop('z'), task('a')))], {}, ['a: unreachable: z']],
		['a split without conditions', [split('s', true, branch('x', null))], {}, ['s: no-branches']],
		['two elses, an empty and an unfinished condition', [split('s', true, branch('x', null), branch('y', null), branch('z', all()), branch('w', all(clause('customer.mrr', 'is', null))))], {}, ['s: two-elses: y', 's: unfinished-condition: z', 's: unfinished-condition: w clause_customer.mrr']],
	])('%s', (_, steps, change, expected) => expect(of(steps, change)).toEqual(expected));
});

describe('PB3: problems in the workspace', () => {
	const inWorkspace = (steps: Step[], change: Partial<PlaybookDefinition> = {}) => lines(problemsIn(playbook(steps, change), settings, [], 'playbook_a'));
	it('what is there has no problem', () =>
		expect(inWorkspace([action('a', 'change-customer', { set: [{ field: 'stage', value: 'stage_live' }], addTags: ['tag_hot'], removeTags: [] }), task('b', { assignees: { kind: 'team', team: 'team_care' } }), until('u', 'f_kickoff')], { filters: all(clause('customer.stage', 'any-of', ['stage_new']), clause('contact.roles', 'contains', 'champion')) })).toEqual([]));
	it.each<[string, Step[], Partial<PlaybookDefinition>, string[]]>([
		['a stage of the trigger', [task('a')], { trigger: { type: 'stage-changed', params: { from: 'stage_gone', to: null } } }, ['trigger: unknown-stage: from stage_gone']],
		['values that a field doesn’t offer any more', [action('a', 'change-customer', { set: [{ field: 'f_plan', value: 'option_gone' }], addTags: [], removeTags: [] })], { trigger: { type: 'customer-field-changed', params: { field: 'stage', from: 'stage_gone', to: null } } }, ['trigger: unknown-value: from stage_gone customer.stage', 'a: unknown-value: set option_gone customer.f_plan']],
		['a field of the trigger', [task('a')], { trigger: { type: 'customer-field-changed', params: { field: 'f_gone' } } }, ['trigger: unknown-customer-field: field f_gone']],
		['a field, an operator and a value of the filters', [task('a')], { filters: all(clause('customer.f_gone', 'is', 1), clause('customer.mrr', 'contains', 1), clause('customer.stage', 'any-of', ['stage_new', 'stage_gone'])) }, ['filters: unknown-field: clause_customer.f_gone customer.f_gone', 'filters: wrong-operator: clause_customer.mrr customer.mrr contains', 'filters: unknown-value: clause_customer.stage customer.stage stage_gone']],
		['a branch’s condition', [split('s', true, branch('x', all(clause('customer.owner', 'is', 'user_gone'))))], {}, ['s: unknown-value: x clause_customer.owner customer.owner user_gone']],
		['people and teams', [task('a', { assignees: { kind: 'users', ids: ['user_gone'] } }), task('b', { assignees: { kind: 'field', field: 'f_goal' } }), task('c', { assignees: { kind: 'team', team: 'team_gone' } })], {}, ['a: unknown-user: assignees user_gone', 'b: unknown-user-field: assignees f_goal', 'c: unknown-team: assignees team_gone']],
		['tags of the other kind', [action('a', 'change-customer', { set: [], addTags: ['tag_vip'] }), action('b', 'change-contact-tag', { contacts: ['all'], addTags: ['tag_hot'] })], {}, ['a: unknown-customer-tag: addTags tag_vip', 'b: unknown-contact-tag: addTags tag_hot']],
		['a field that is no date', [until('u', 'f_goal')], {}, ['u: unknown-date-field: field f_goal']],
		['a playbook', [action('r', 'run-playbook', { playbook: 'playbook_gone' })], {}, ['r: unknown-playbook: playbook playbook_gone']],
	])('%s', (_, steps, change, expected) => expect(inWorkspace(steps, change)).toEqual(expected));
});

describe('PB1, PB3: conditions on what was answered', () => {
	const asks = (id: string, ...names: string[]): Step => ({ id, kind: 'split', isMerged: true, question: { question: 'How is it going?', description: '', assignees: { kind: 'owner' }, dueInDays: null, goesOn: false }, branches: [...names.map((name, n) => ({ id: `${id}_${n + 1}`, name, condition: all(), steps: [] })), { id: `${id}_else`, name: '', condition: null, steps: [] }] });
	const counts: Step = action('n', 'ask-question', { question: 'How many?', description: '', assignees: { kind: 'owner' }, dueInDays: null, goesOn: false, answerKind: 'number' });
	const hook = action('hook', 'call-webhook', { method: 'POST', url: 'https://example.com', headers: [], body: '' });
	const found = (field: string, operator: Parameters<typeof clause>[1], value: unknown, ...before: Step[]) =>
		lines(problemsIn(playbook([...before, split('s', true, branch('x', all(clause(field, operator, value))), branch('else', null))]), settings, [], 'playbook_a')).filter((line) => !line.startsWith('hook'));

	it('an answer is meant by its id: its words may change', () => {
		for (const name of ['Well', 'Very well']) expect(found('run.vars.q.choice', 'is', 'q_1', asks('q', name, 'Badly'))).toEqual([]);
		expect(found('run.vars.q.choice', 'any-of', ['q_1', 'q_9'], asks('q', 'Well', 'Badly'))).toEqual(['s: gone-answer: x clause_run.vars.q.choice How is it going? q_9']);
	});
	it('an answer meant by its words must be one still', () => {
		expect(found('run.vars.q.answer', 'is', ' well', asks('q', 'Well', 'Badly'))).toEqual([]);
		expect(found('run.vars.q.answer', 'is', 'Well', asks('q', 'Very well', 'Badly'))).toEqual(['s: gone-answer: x clause_run.vars.q.answer How is it going? Well']);
		expect(found('run.vars.q.answer', 'contains', 'wel', asks('q', 'Well', 'Badly'))).toEqual([]);
		expect(found('run.vars.q.answer', 'is-empty', null, asks('q', 'Well'))).toEqual([]);
	});
	it('a question must be asked still, and so that its answer is of that kind', () => {
		expect(found('run.vars.gone.choice', 'is', 'q_1', asks('q', 'Well'))).toEqual(['s: gone-question: x clause_run.vars.gone.choice run.vars.gone.choice']);
		expect(found('run.vars.s.choice', 'is', 'x')).toEqual(['s: gone-question: x clause_run.vars.s.choice run.vars.s.choice']);
		expect(found('run.vars.n.number', 'greater', 10, counts)).toEqual([]);
		expect(found('run.vars.n.date', 'after', '2026-01-01', counts)).toEqual(['s: gone-question: x clause_run.vars.n.date run.vars.n.date']);
		expect(found('run.vars.hook.body.score', 'is', '7', hook)).toEqual([]);
	});
	it('what an event changed to must be there still', () => {
		const to = (value: string, trigger: PlaybookDefinition['trigger']) => lines(problemsIn(playbook([task('a')], { trigger, filters: all(clause('event.to', 'is', value)) }), settings, [], 'playbook_a'));
		const onStage = { type: 'stage-changed', params: { from: null, to: null } };
		expect(to('stage_live', onStage)).toEqual([]);
		expect(to('stage_gone', onStage)).toEqual(['filters: unknown-value: clause_event.to event.to stage_gone']);
		expect(to('whatever', { type: 'customer-field-changed', params: { field: 'name', from: null, to: null } })).toEqual([]);
	});
});

describe('PB5, BE9: what it sets off', () => {
	const runs = (id: string, to: string) => action(id, 'run-playbook', { playbook: to });
	const sets = (id: string, value: string) => action(id, 'change-customer', { set: [{ field: 'stage', value }], addTags: [], removeTags: [] });
	const onStage = (to: string | null, from: string | null = null) => ({ trigger: { type: 'stage-changed', params: { from, to } } });
	const other = (id: string, steps: Step[], change: Partial<PlaybookDefinition> = {}, isActive = true) => ({ id, name: id.toUpperCase(), isActive, definition: playbook(steps, change) });
	const warnings = (steps: Step[], others: ReturnType<typeof other>[], change: Partial<PlaybookDefinition> = {}) =>
		lines(problemsIn(playbook(steps, change), settings, others, 'a').map((finding) => ({ ...finding, code: `${finding.severity} ${finding.code}` })));

	it('a loop by steps, with its path', () => {
		expect(warnings([runs('r', 'a')], [])).toEqual(['r: warning loop: Onboarding → Onboarding']);
		expect(warnings([runs('r', 'b')], [other('b', [runs('x', 'c')]), other('c', [runs('y', 'b'), runs('z', 'a')])])).toEqual(['r: warning loop: Onboarding → B → C → Onboarding']);
		expect(warnings([runs('r', 'b')], [other('b', [runs('x', 'c')]), other('c', [runs('y', 'b')])])).toEqual([]);
	});
	it('a loop by changes that start an active playbook', () => {
		const b = (isActive: boolean) => other('b', [runs('x', 'a')], onStage('stage_live'), isActive);
		expect(warnings([sets('s', 'stage_live')], [b(true)])).toEqual(['s: warning loop: Onboarding → B → Onboarding']);
		expect(warnings([sets('s', 'stage_live')], [b(false)])).toEqual([]);
		expect(warnings([sets('s', 'stage_new')], [b(true)])).toEqual([]);
		expect(warnings([sets('s', 'stage_live')], [], onStage('stage_live'))).toEqual(['s: warning loop: Onboarding → Onboarding']);
	});
	it('a playbook that would also start by its own trigger', () => {
		expect(warnings([runs('r', 'b')], [other('b', [task('x')], onStage('stage_live'))], onStage('stage_live'))).toEqual(['r: warning also-fires: B']);
		expect(warnings([runs('r', 'b')], [other('b', [task('x')], onStage('stage_live'))], onStage('stage_new'))).toEqual([]);
		expect(warnings([runs('r', 'b')], [other('b', [task('x')], { trigger: { type: 'customer-field-changed', params: { field: 'stage' } } })], onStage('stage_new'))).toEqual(['r: warning also-fires: B']);
		expect(warnings([sets('s', 'stage_live'), runs('r', 'b')], [other('b', [task('x')], onStage('stage_live'))])).toEqual(['r: warning also-fires: B']);
		expect(warnings([runs('r', 'b')], [other('b', [task('x')], onStage(null), false)], onStage(null))).toEqual([]);
	});
});
