/** PB1, AC21: a person's answer decides which way a run takes, and is a variable after it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actions } from '#domain/actions/index.ts';
import type { Step } from '#domain/documents/playbook/definition.ts';
import { advance } from '#domain/engine/advance.ts';
import type { Firing } from '#domain/engine/firing.ts';
import { problemsIn } from '#domain/engine/check-references.ts';
import { problemsOf } from '#domain/engine/check.ts';
import { control, fellDue, type Standing } from '#domain/engine/control.ts';
import { forecast } from '#domain/engine/forecast.ts';
import { isSameStep } from '#domain/engine/migrate.ts';
import type { Settled } from '#domain/engine/run.ts';
import { touchedBy } from '#domain/engine/undecided.ts';
import { answerTo, type Question } from '#domain/question.ts';
import { day, factsOf, noon, settings } from '../facts.ts';
import { action, branch, playbook, runOf, split, stop, task, wait, when } from './playbooks.ts';

const asked = { question: 'Does {{ customer.name }} renew?', description: '', assignees: { kind: 'owner' }, dueInDays: 2, goesOn: false };
const question = (change: Record<string, unknown> = {}, isMerged = true): Extract<Step, { kind: 'split' }> => ({
	...(split('q', isMerged, branch('yes', when(true), task('up')), branch('no', when(false), stop('lost')), branch('else', null)) as Extract<Step, { kind: 'split' }>),
	question: { ...asked, ...change },
});
const free = (change: Record<string, unknown> = {}) => action('q', 'ask-question', { ...asked, answerKind: 'number', ...change });
/** Friday's end in Paris: two business days after Wednesday noon. */
const friday = Date.parse('2026-03-20T23:00:00Z') - 1;

const firing = (steps: Step[], change: Partial<Firing> = {}): Firing => ({ definition: playbook(steps), run: runOf(), step: { number: 1, stepId: 'q', dueAt: noon }, facts: factsOf(), now: noon, settled: null, resumed: null, ...change });
const made = (until?: number): Settled[] => [{ part: 0, kind: 'task', state: 'done', response: { taskId: 'run_1-1-0', ...(until === undefined ? {} : { until }) }, error: null }];
const said = (value: string | number, label: string) => ({ output: {}, answered: { answer: { value, label }, by: 'user_bo', at: noon - 5 } });

describe('PB1: a split by a person’s answer', () => {
	it('asks as a task with the answers, in words of now (EM6)', () =>
		expect(advance(firing([question()]))).toMatchObject({
			kind: 'perform',
			intents: [{ part: 0, request: { kind: 'task', title: 'Does Acme & Sons renew?', assignees: ['user_ann'], dueAt: friday, question: { kind: 'choice', choices: [{ id: 'yes', label: 'YES' }, { id: 'no', label: 'NO' }] } } }],
		}));
	it('knows its time only when it shall go on without an answer', () => {
		const requestOf = (change: Record<string, unknown>) => (advance(firing([question(change)])) as Extract<ReturnType<typeof advance>, { kind: 'perform' }>).intents[0]!.request as { until?: number };
		expect([requestOf({}).until, requestOf({ goesOn: true }).until]).toEqual([undefined, friday]);
	});
	it('waits for its task, with the time it has', () => {
		expect(advance(firing([question()], { settled: made() }))).toEqual({ kind: 'wait', input: null, for: { kind: 'task', ref: 'run_1-1-0' } });
		expect(advance(firing([question({ goesOn: true })], { settled: made(friday) }))).toEqual({ kind: 'wait', input: null, for: { kind: 'task', ref: 'run_1-1-0' }, until: friday });
	});
	it('takes the branch of the answer; the answer is a variable, with who and when', () =>
		expect(advance(firing([question(), task('end')], { run: runOf({ vars: { old: 1 } }), settled: made(), resumed: said('no', 'NO') }))).toMatchObject({
			kind: 'next', state: 'done', output: { branch: 'no', name: 'NO', answer: 'NO' }, next: { stepId: 'lost', dueAt: noon }, vars: { old: 1, q: { answer: 'NO', choice: 'no', by: 'Bo Li', at: noon - 5 } },
		}));
	it('goes on without an answer when its time is over: by the else, the question withdrawn', () => {
		const over = advance(firing([question({ goesOn: true }), task('end')], { step: { number: 1, stepId: 'q', dueAt: friday, isWaiting: true }, now: friday, settled: made(friday) }));
		expect(over).toMatchObject({ kind: 'next', isUnanswered: true, output: { branch: 'else', answer: null }, next: { stepId: 'end' }, vars: { q: { answer: null } } });
	});
	it('an answer in the last moment counts, and its time may have been shifted by a pause', () => {
		const late = { step: { number: 1, stepId: 'q', dueAt: friday + day, isWaiting: true }, settled: made(friday) };
		expect(advance(firing([question({ goesOn: true })], { ...late, now: friday + 1 }))).toMatchObject({ kind: 'wait', until: friday + day });
		expect(advance(firing([question({ goesOn: true })], { ...late, now: friday + 2 * day, resumed: said('yes', 'YES') }))).toMatchObject({ output: { branch: 'yes' }, next: { stepId: 'up' } });
	});
	it('an answer that this version doesn’t know leads nowhere: a person mends it', () => expect(advance(firing([question()], { settled: made(), resumed: said('maybe', 'Maybe') }))).toEqual({ kind: 'fail', error: 'unknown-answer {"answer":"Maybe"}' }));
	it('is asked anew whenever the run comes to it', () => {
		const { intents } = advance(firing([question()])) as Extract<ReturnType<typeof advance>, { kind: 'perform' }>;
		expect(advance(firing([question()], { performed: intents }))).toMatchObject({ kind: 'perform' });
		expect(advance(firing([free()], { performed: (advance(firing([free()])) as { intents: typeof intents }).intents }))).toMatchObject({ kind: 'perform' });
	});
	it('says why nobody can be asked, or nothing', () => {
		expect(advance(firing([question()], { facts: factsOf({ owner: null }) }))).toEqual({ kind: 'fail', error: 'no-assignee' });
		expect(advance(firing([question({ question: '{{ customer.parentId }}' })]))).toEqual({ kind: 'fail', error: 'blank-question' });
	});
	it('waits while its owner is in conflict (SY6), not for what its unused conditions read', () => {
		expect(touchedBy(question())).toEqual(['customer.owner']);
		expect(touchedBy(question({ assignees: { kind: 'users', ids: ['user_bo'] } }))).toEqual([]);
	});
});

describe('AC21: a question whose answer is a variable', () => {
	it('waits, and goes on with the number', () => {
		expect(advance(firing([free(), task('b')], { settled: made() }))).toMatchObject({ kind: 'wait', for: { kind: 'task' } });
		expect(advance(firing([free(), task('b')], { settled: made(), resumed: said(12, '12') }))).toMatchObject({ kind: 'next', next: { stepId: 'b' }, vars: { q: { answer: '12', number: 12, date: null, choice: null } } });
	});
	it('goes on without one when its time is over', () =>
		expect(advance(firing([free({ goesOn: true }), task('b')], { step: { number: 1, stepId: 'q', dueAt: friday, isWaiting: true }, now: friday, settled: made(friday) }))).toMatchObject({ kind: 'next', isUnanswered: true, vars: { q: { answer: null, number: null } } }));
	it('is read by the next split and by a mail’s text', () => {
		const steps = [free(), split('s', true, branch('big', { id: 'big', kind: 'group', mode: 'all', items: [{ id: 'c', kind: 'clause', field: 'run.vars.q.number', operator: 'greater', value: 10 }] }, task('call', { title: 'Of {{ run.vars.q.answer }}' })), branch('else', null))];
		const facts = factsOf({ run: { id: 'run_1', startedAt: noon, vars: { q: { answer: '12', number: 12 } } } });
		expect(advance({ ...firing(steps, { facts }), step: { number: 2, stepId: 's', dueAt: noon } })).toMatchObject({ next: { stepId: 'call' } });
		expect(advance({ ...firing(steps, { facts }), step: { number: 3, stepId: 'call', dueAt: noon } })).toMatchObject({ intents: [{ request: { title: 'Of 12' } }] });
		expect(problemsIn(playbook(steps), settings, [], 'p')).toEqual([]);
	});
});

describe('answers', () => {
	const choice: Question = { kind: 'choice', choices: [{ id: 'a', label: 'Yes' }] };
	it.each<[Question, unknown, unknown]>([
		[choice, 'a', { value: 'a', label: 'Yes' }], [choice, 'Yes', null], [choice, 1, null],
		[{ kind: 'text' }, '  In May ', { value: 'In May', label: 'In May' }], [{ kind: 'text' }, '  ', null], [{ kind: 'text' }, 'x'.repeat(2_001), null],
		[{ kind: 'number' }, 2.5, { value: 2.5, label: '2.5' }], [{ kind: 'number' }, '2', null], [{ kind: 'number' }, NaN, null],
		[{ kind: 'date' }, '2026-02-28', { value: '2026-02-28', label: '2026-02-28' }], [{ kind: 'date' }, '2026-02-30', null], [{ kind: 'date' }, 'soon', null],
	])('%j ← %j', (question, value, expected) => expect(answerTo(question, value)).toEqual(expected));
	it('anything else is no answer, and nothing throws', () => fc.assert(fc.property(fc.anything(), (value) => void expect(answerTo(choice, value)).toEqual(value === 'a' ? { value: 'a', label: 'Yes' } : null))));
});

describe('PB3: what keeps it from being published', () => {
	const codes = (step: Step) => problemsOf(playbook([step])).map(({ at, code, detail }) => [at, code, detail?.param ?? detail?.branch].filter(Boolean).join(' '));
	const with_ = (...branches: Parameters<typeof branch>[]) => ({ ...question(), branches: branches.map((args) => branch(...args)) });
	it('nothing, when it is whole', () => expect([codes(question()), codes(question({ goesOn: true })), codes(free())]).toEqual([[], [], []]));
	it.each<[string, Step, string[]]>([
		['no question', question({ question: ' ' }), ['q unfinished question']],
		['nobody', question({ assignees: { kind: 'users', ids: [] } }), ['q unfinished assignees']],
		['a time that isn’t set', question({ goesOn: true, dueInDays: null }), ['q unfinished dueInDays']],
		['a variable that can’t be read', question({ question: '{% if %}' }), ['q bad-liquid question']],
		['no answers', with_(['else', null]), ['q no-answers']],
		['an answer without words', { ...question(), branches: [{ ...branch('a', when(true)), name: ' ' }, branch('else', null)] }, ['q blank-answer a']],
		['two alike', { ...question(), branches: [branch('a', when(true)), { ...branch('b', when(true)), name: ' a ' }, branch('else', null)] }, ['q same-answer b']],
		['steps for a silence that never comes', with_(['a', when(true)], ['else', null, task('t')]), ['q never-silent']],
		['a kind of answer that there isn’t', free({ answerKind: 'mood' }), ['q unfinished answerKind']],
	])('%s', (_, step, expected) => expect(codes(step)).toEqual(expected));
	it('steps behind a silence that may come are fine', () => expect(codes({ ...question({ goesOn: true }), branches: [branch('a', when(true)), branch('else', null, task('t'))] })).toEqual([]));
	it('people who are not there', () => expect(problemsIn(playbook([question({ assignees: { kind: 'team', team: 'team_gone' } })]), settings, [], 'p')).toMatchObject([{ at: 'q', code: 'unknown-team' }]));
	it('an action’s own form begins unfinished but for its words', () => expect(codes(action('q', 'ask-question', actions['ask-question']!.initial()))).toEqual(['q unfinished question']));
});

describe('RU3: control over a run that waits for an answer with a time', () => {
	const standing = (state: 'waiting' | 'paused', change: Partial<Standing> = {}): Standing => ({
		definition: playbook([question({ goesOn: true })]), run: { state, epoch: 4, hasErrors: false, pausedAt: state === 'paused' ? noon - day : null },
		step: { number: 7, stepId: 'q', state: 'waiting', dueAt: noon + day }, hasJob: true, isDeadline: true, lost: [], timeZone: 'Europe/Paris', now: noon, ...change,
	});
	const jobOf = (order: Parameters<typeof control>[0], at: Standing) => {
		const decided = control(order, at);
		return decided.isAllowed ? [decided.run.state, decided.pending, decided.job && [decided.job.dueAt - noon, decided.job.skips]] : decided.code;
	};
	it('a pause shifts its time; nobody’s answer is missed by it', () => {
		expect(jobOf({ kind: 'pause' }, standing('waiting'))).toEqual(['paused', 'keep', null]);
		expect(jobOf({ kind: 'resume', missed: 'shift' }, standing('paused'))).toEqual(['waiting', 'keep', [2 * day, null]]);
	});
	it('what fell due during the pause has as long as before, is over now, or leads on without what comes next', () => {
		const late = standing('paused', { step: { number: 7, stepId: 'q', state: 'waiting', dueAt: noon - day / 2 } });
		expect(fellDue(late)).toBe(true);
		expect((['shift', 'now', 'skip'] as const).map((missed) => jobOf({ kind: 'resume', missed }, late))).toEqual([['waiting', 'keep', [day / 2, null]], ['waiting', 'keep', [0, null]], ['waiting', 'keep', [0, 'next']]]);
	});
	it('answered during the pause, it goes on at once', () => expect(jobOf({ kind: 'resume', missed: 'shift' }, standing('paused', { isDeadline: false, step: { number: 7, stepId: 'q', state: 'waiting', dueAt: noon - 1 } }))).toEqual(['running', 'keep', [0, null]]));
	it('skip, jump and stop withdraw it', () => expect([jobOf({ kind: 'skip' }, standing('waiting')), jobOf({ kind: 'jump', stepId: 'up' }, standing('waiting')), jobOf({ kind: 'stop' }, standing('waiting'))]).toEqual([['running', 'end', [0, 'this']], ['running', 'end', [0, null]], ['stopped', 'end', null]]));
});

it('BE2: a run keeps its question in another version that knows every answer it offered', () => {
	const now = question();
	expect(isSameStep(now, { ...now, branches: [...now.branches, branch('maybe', when(true))] })).toBe(true);
	expect(isSameStep(now, { ...now, branches: now.branches.slice(1) })).toBe(false);
	expect(isSameStep(now, { ...now, branches: now.branches.map((one) => ({ ...one, name: `${one.name}?` })) })).toBe(false);
	expect(isSameStep(now, { ...now, question: undefined })).toBe(false);
});

it('RU2: what comes behind an answer is open; which way, nobody knows', () => {
	const told = (step: Step) => forecast(playbook([step, wait('w', 1)]), { stepId: 'q', dueAt: noon }, factsOf(), noon).map(({ stepId, at, branch: taken, isOpen }) => [stepId, at, taken, isOpen]);
	expect(told(question())).toEqual([['q', noon, null, false], ['w', null, null, true]]);
	expect(told(question({}, false))).toEqual([['q', noon, null, false]]);
	expect(told(free())).toEqual([['q', noon, null, false], ['w', null, null, true]]);
});
