import { describe, expect, test } from 'vitest';
import { actionsFor, answerNamed, commonAnswers, grouped, isFor, isMyRun, isMyTask, savedDraft, type ActionRows, type Draft, type Run, type Task } from '../../../../src/lib/features/actions/action-list.ts';

const now = new Date('2026-11-24T10:00').getTime();
const hour = 3_600_000;
const task = (id: string, more: Partial<Task> = {}): Task => ({ id, customerId: null, runId: null, title: id, description: '', assignees: [], teamId: null, dueAt: null, state: 'open', completedBy: null, completedAt: null, createdAt: 0, ...more });
const run = (id: string, more: Partial<Run> = {}): Run => ({ id, playbookId: 'p', version: 1, subjectType: 'customer', subjectId: 'c1', state: 'failed', hasErrors: true, epoch: 1, rootRunId: id, parentRunId: null, depth: 0, cause: { by: 'schedule', occurrence: '' }, nextStepId: null, nextDueAt: null, startedAt: 0, endedAt: null, ...more });
const rows = (more: Partial<ActionRows> = {}): ActionRows => ({ tasks: [], runs: [], teams: [{ id: 't1', name: 'EMEA', memberIds: ['ada'] }], ownerOf: (id) => (id === 'c1' ? 'ada' : null), stuck: () => ({ at: now - hour, isUnknown: false }), ...more });

describe('whose an action is (RU6)', () => {
	test('a task is for those it names, and for the members of its team', () => {
		expect(isMyTask(task('a', { assignees: ['ada', 'bo'] }), 'ada', rows())).toBe(true);
		expect(isMyTask(task('a', { assignees: ['bo'] }), 'ada', rows())).toBe(false);
		expect(isMyTask(task('a', { teamId: 't1' }), 'ada', rows())).toBe(true);
		expect(isMyTask(task('a', { teamId: 't1' }), 'bo', rows())).toBe(false);
	});
	test('a task that names nobody is its customer’s owner’s', () => {
		expect(isMyTask(task('a', { customerId: 'c1' }), 'ada', rows())).toBe(true);
		expect(isMyTask(task('a', { customerId: 'c2' }), 'ada', rows())).toBe(false);
	});
	test('a stuck run is the owner’s to mend, and whoever’s started it by hand', () => {
		expect(isMyRun(run('r'), 'ada', rows())).toBe(true);
		expect(isMyRun(run('r', { subjectId: 'c2' }), 'ada', rows())).toBe(false);
		expect(isMyRun(run('r', { subjectId: 'c2', cause: { by: 'person', userId: 'bo' } }), 'bo', rows())).toBe(true);
	});
	test('done tasks and runs that go on are not listed; the soonest come first, undated ones last', () => {
		const list = actionsFor(null, rows({ tasks: [task('none'), task('later', { dueAt: now + 50 * hour }), task('done', { state: 'done' }), task('soon', { dueAt: now + hour })], runs: [run('stuck'), run('on', { state: 'running' })] }));
		expect(list.map((action) => action.id)).toEqual(['stuck', 'soon', 'later', 'none']);
	});
});

test('R12: of a run whose answer was lost nothing is tried again before that is settled; it can be stopped', () => {
	const [known] = actionsFor(null, rows({ runs: [run('r')] }));
	const [lost] = actionsFor(null, rows({ runs: [run('r')], stuck: () => ({ at: now, isUnknown: true }) }));
	const offered = (action = known!) => (['complete', 'send', 'retry', 'skip', 'stop'] as const).filter((decision) => isFor(decision, action));
	expect(offered()).toEqual(['retry', 'skip', 'stop']);
	expect(offered(lost)).toEqual(['stop']);
});

test('RU6: a question is done by answering it, and several that offer the same words by one answer', () => {
	const asks = (id: string, ...labels: string[]) => task(id, { question: { kind: 'choice', choices: labels.map((label) => ({ id: `${id}-${label}`, label })) } });
	const [a, b, c, plain] = actionsFor(null, rows({ tasks: [asks('a', 'Yes', 'No'), asks('b', 'No', 'Yes', 'Later'), task('c', { question: { kind: 'number' } }), task('plain')] }));
	expect([a!.kind, c!.kind, plain!.kind]).toEqual(['question', 'question', 'task']);
	expect([isFor('complete', a!), isFor('answer', a!), isFor('answer', plain!)]).toEqual([false, true, false]);
	expect([commonAnswers([a!, b!]), commonAnswers([a!, c!]), commonAnswers([])]).toEqual([['Yes', 'No'], [], []]);
	expect([answerNamed(b!, 'No'), answerNamed(a!, 'Later'), answerNamed(plain!, 'No')]).toEqual([{ value: 'b-No', label: 'No' }, null, null]);
});

test('groups are late, today until midnight, later, no date; empty ones are left out', () => {
	const list = actionsFor(null, rows({ tasks: [task('late', { dueAt: now - 1 }), task('tonight', { dueAt: new Date('2026-11-24T23:59').getTime() }), task('tomorrow', { dueAt: new Date('2026-11-25T00:00').getTime() }), task('none')] }));
	expect(grouped(list, now).map((group) => [group.name, group.actions.map((a) => a.id)])).toEqual([['late', ['late']], ['today', ['tonight']], ['later', ['tomorrow']], ['none', ['none']]]);
	expect(grouped([], now)).toEqual([]);
});

test('AC7: a mail reads as it was saved here, cleaned as the server does it; without anything saved it is its row', () => {
	const draft = { id: 'd1', to: ['ida@c.example'], cc: [], bcc: [], subject: 'Hi', html: '<p>Hello</p>', text: 'Hello', state: 'waiting' } as unknown as Draft;
	expect(savedDraft(draft, undefined)).toBe(draft);
	const saved = { to: ['bo@c.example'], cc: [], bcc: [], subject: 'Ho', html: '<p onclick="x()">Dear Bo</p>' };
	expect(savedDraft(draft, saved)).toEqual({ ...draft, ...saved, html: '<p>Dear Bo</p>', text: 'Dear Bo' });
});
