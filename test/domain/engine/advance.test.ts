import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PlaybookDefinition, Step } from '#domain/documents/playbook/definition.ts';
import { advance, mostSteps } from '#domain/engine/advance.ts';
import type { Firing } from '#domain/engine/firing.ts';
import { errorText, readError } from '#domain/engine/error.ts';
import { intentKey } from '#domain/engine/intent-key.ts';
import { findStep, scheduled, stepAfter } from '#domain/engine/next-step.ts';
import type { Settled } from '#domain/engine/run.ts';
import { day, factsOf, noon } from '../facts.ts';
import { action, branch, playbook, runOf, split, stop, task, until, wait, when } from './playbooks.ts';

/** A firing of a step of a playbook, at noon unless said otherwise. */
const firing = (steps: Step[], stepId: string, change: Partial<Firing> = {}): Firing => ({
	definition: playbook(steps), run: runOf(), step: { number: 1, stepId, dueAt: noon }, facts: factsOf(), now: noon, settled: null, resumed: null, ...change,
});
const settled = (state: Settled['state'], change: Partial<Settled> = {}): Settled => ({ part: 0, kind: 'task', state, response: { ok: true }, error: state === 'failed' ? 'it broke' : null, ...change });
const after = (stepId: string, dueAt = noon) => ({ stepId, dueAt });

describe('the way through the tree', () => {
	const inner = split('inner', true, branch('x', when(true), task('deep')), branch('y', null));
	const merged = [split('s', true, branch('a', when(true), task('one'), inner), branch('b', null, task('two'))), task('end')];
	const plain = [split('s', false, branch('a', when(true), task('one'), inner), branch('b', null, task('two')))];
	it.each([
		['a sibling', merged, 'one', 'inner'],
		['the end of a branch that merges', merged, 'two', 'end'],
		['the end of a branch within a branch', merged, 'deep', 'end'],
		['the last step', merged, 'end', null],
		['the end of a plain branch ends the run', plain, 'two', null],
		['a merge inside a plain branch, at its end', plain, 'deep', null],
		['a stop', [stop('x'), task('y')], 'x', null],
		['no such step', merged, 'nowhere', null],
	])('after %s', (_, steps, id, expected) => expect(stepAfter({ steps }, id)?.id ?? null).toBe(expected));
	it('finds steps anywhere', () => expect([findStep({ steps: merged }, 'deep')?.kind, findStep({ steps: merged }, 'nowhere')]).toEqual(['action', null]));
});

describe('actions', () => {
	const steps = [task('a'), wait('w', 2)];
	it('R11: plans once, with the frozen requests as its input', () =>
		expect(advance(firing(steps, 'a'))).toMatchObject({ kind: 'perform', input: { requests: [{ kind: 'task', title: 'Call' }] }, intents: [{ part: 0, request: { kind: 'task' } }] }));
	it('goes on when all is done; the wait’s due time is computed then, once (R14)', () =>
		expect(advance(firing(steps, 'a', { settled: [settled('done')] }))).toEqual({ kind: 'next', state: 'done', output: [{ ok: true }], next: after('w', noon + 2 * day) }));
	it('a refusal fails the step, with its code and details', () =>
		expect(advance(firing([action('m', 'send-email', { subject: 'x', body: 'x', recipients: ['end-user'], strategy: 'grouped', sender: { kind: 'owner' } })], 'm'))).toEqual({ kind: 'fail', error: 'no-recipients {"without":"Zed Null"}' }));
	it('a failed intent fails the step', () => expect(advance(firing(steps, 'a', { settled: [settled('done'), settled('failed', { part: 1 })] }))).toEqual({ kind: 'fail', error: errorText('failed', { reason: 'it broke', parts: '1' }) }));
	it('R12: unknown comes first, and is never planned again', () =>
		expect(advance(firing(steps, 'a', { settled: [settled('failed'), settled('unknown', { part: 1 })] }))).toEqual({ kind: 'fail', error: errorText('unknown', { parts: '1' }) }));
	it('waits for its task, and goes on when that is done', () => {
		const waiting = [task('a', { isWaiting: true }), task('b')];
		expect(advance(firing(waiting, 'a', { settled: [settled('done')] }))).toEqual({ kind: 'wait', input: null, for: { kind: 'task', ref: intentKey('run_1', 1, 0) } });
		expect(advance(firing(waiting, 'a', { settled: [settled('done')], resumed: { output: { by: 'user_bo' } } }))).toEqual({ kind: 'next', state: 'done', output: { by: 'user_bo' }, next: after('b') });
	});
	it('waits for a child run that began, not for one that did not', () => {
		const child = [action('a', 'run-playbook', { playbook: 'p', isWaiting: true })];
		expect(advance(firing(child, 'a', { settled: [settled('done', { kind: 'run', response: { runId: 'run_2' } })] }))).toMatchObject({ kind: 'wait', for: { kind: 'run', ref: 'run_2' } });
		expect(advance(firing(child, 'a', { settled: [settled('done', { kind: 'run', response: { refused: 'once' } })] }))).toMatchObject({ kind: 'next', next: null });
	});
	it('AC10: a response becomes a variable, which the next split can read', () => {
		const hook = [action('hook', 'call-webhook', { method: 'GET', url: 'https://x.example', headers: [], body: '' })];
		expect(advance(firing(hook, 'hook', { run: runOf({ vars: { old: 1 } }), settled: [settled('done', { kind: 'webhook', response: { status: 200, body: '{"a":1}' } })] }))).toEqual({
			kind: 'next', state: 'done', output: { status: 200, body: { a: 1 } }, next: null, vars: { old: 1, hook: { status: 200, body: { a: 1 } } },
		});
	});
	it('nothing to do goes on', () => expect(advance(firing([action('t', 'change-contact-tag', { contacts: ['triggering'], addTags: ['tag_vip'] }), task('b')], 't'))).toMatchObject({ kind: 'next', output: { contacts: 0 }, next: after('b') }));
	it('BE3: a retry asks only for what no earlier attempt did', () => {
		const mail = [action('m', 'send-email', { subject: 'x {{ contact.firstName }}', body: 'x', recipients: ['all'], strategy: 'individualised', sender: { kind: 'owner' } })];
		const first = advance(firing(mail, 'm'));
		if (first.kind !== 'perform') throw new Error('not planned');
		const again = advance(firing(mail, 'm', { step: { number: 2, stepId: 'm', dueAt: noon }, performed: [first.intents[0]!] }));
		expect(again).toMatchObject({ kind: 'perform', intents: [{ part: 1, request: { to: ['tom@customer.example'] } }] });
		expect(advance(firing(mail, 'm', { performed: first.intents }))).toMatchObject({ kind: 'next', state: 'done' });
	});
	it.each([
		['unknown-step', firing([], 'gone')],
		['unknown-action', firing([action('a', 'fly', {})], 'a')],
		['unfinished', firing([action('a', 'create-task', { title: '' })], 'a')],
		['too-many-steps', firing([task('a')], 'a', { step: { number: mostSteps + 1, stepId: 'a', dueAt: noon } })],
	])('fails with %s', (code, what) => expect(readError((advance(what) as { error: string }).error).code).toBe(code));
	it('R19: the thousandth step still goes', () => expect(advance(firing([task('a')], 'a', { step: { number: mostSteps, stepId: 'a', dueAt: noon } })).kind).toBe('perform'));
});

describe('waits', () => {
	const steps = [until('u', 'renewalAt'), task('b')];
	const renewing = (renewalAt: number | null) => factsOf({ customer: { renewalAt } });
	it('for a time ends when it fires, and not before', () => {
		const timed = [wait('w', 1), task('b')];
		expect(advance(firing(timed, 'w'))).toEqual({ kind: 'next', state: 'done', output: { until: noon }, next: after('b') });
		expect(advance(firing(timed, 'w', { step: { number: 1, stepId: 'w', dueAt: noon + 5 } }))).toEqual({ kind: 'reschedule', at: noon + 5, reason: 'not-due' });
	});
	it('R21: until a date reads the date again: later is rescheduled, reached goes on, blank fails', () => {
		expect(advance(firing(steps, 'u', { facts: renewing(noon + 3 * day) }))).toEqual({ kind: 'reschedule', at: Date.parse('2026-03-21T08:00:00Z'), reason: 'date-moved' });
		expect(advance(firing(steps, 'u', { facts: renewing(noon) }))).toMatchObject({ kind: 'next', next: after('b') });
		// Fired exactly at its time it is over: it must not be put off to the same moment for ever.
		const exactly = Date.parse('2026-03-21T08:00:00Z');
		expect(advance(firing(steps, 'u', { facts: renewing(noon + 3 * day), now: exactly }))).toMatchObject({ kind: 'next', output: { until: exactly } });
		expect(advance(firing(steps, 'u', { facts: renewing(null) }))).toEqual({ kind: 'fail', error: 'wait-date-blank {"field":"renewalAt"}' });
	});
	it('R22: a date in the gap is due at its first valid instant', () => {
		const gap = until('u', 'customer.renewalAt', '02:30');
		expect(scheduled(gap, renewing(Date.parse('2026-03-29T10:00:00Z')), noon)).toEqual(after('u', Date.parse('2026-03-29T01:00:00Z')));
	});
	it('a past or blank date is due now: it then goes on, or says why not', () => {
		expect(scheduled(steps[0]!, renewing(noon - day), noon)).toEqual(after('u'));
		expect(scheduled(steps[0]!, renewing(null), noon)).toEqual(after('u'));
	});
	it('unset waits fail', () => {
		expect(advance(firing([until('u', null)], 'u'))).toMatchObject({ error: 'unfinished {"param":"field"}' });
		expect(advance(firing([{ id: 'w', kind: 'wait', params: { mode: 'for', amount: null, unit: 'days' } }], 'w'))).toMatchObject({ error: 'unfinished {"param":"amount"}' });
	});
});

describe('PB1: splits and stops', () => {
	const of = (isMerged: boolean, first: boolean, hasElse = true) => [split('s', isMerged, branch('else', hasElse ? null : when(false), task('e')), branch('a', when(first), task('x')), branch('b', when(first), task('y'))), task('end')];
	it('takes the first branch that matches, and explains it', () =>
		expect(advance(firing(of(true, true), 's'))).toMatchObject({ kind: 'next', output: { branch: 'a', name: 'A', considered: [{ branch: 'a', explanation: { holds: true } }] }, next: after('x') }));
	it('the else is last, wherever it stands', () => expect(advance(firing(of(true, false), 's'))).toMatchObject({ output: { branch: 'else', considered: [{ branch: 'a' }, { branch: 'b' }] }, next: after('e') }));
	it('no match and no else goes on after the split', () => {
		expect(advance(firing(of(true, false, false), 's'))).toMatchObject({ output: { branch: null }, next: after('end') });
		expect(advance(firing([of(false, false, false)[0]!], 's'))).toMatchObject({ output: { branch: null }, next: null });
	});
	it('an empty branch merges on, or ends the run', () => {
		const empty = (isMerged: boolean) => [split('s', isMerged, branch('a', when(true))), task('end')];
		expect(advance(firing(empty(true), 's'))).toMatchObject({ next: after('end') });
		expect(advance(firing(empty(false), 's'))).toMatchObject({ next: null });
	});
	it('a stop ends the run', () => expect(advance(firing([stop('x'), task('y')], 'x'))).toEqual({ kind: 'next', state: 'done', output: null, next: null }));
});

describe('properties', () => {
	/** Random trees; ids are given afterwards, in reading order. */
	const { tree } = fc.letrec<{ tree: Step[]; step: Step }>((tie) => ({
		tree: fc.array(tie('step'), { maxLength: 4, depthIdentifier: 'tree' }),
		step: fc.oneof(
			{ depthIdentifier: 'tree', maxDepth: 4 },
			fc.boolean().map((isWaiting) => task('', { isWaiting })),
			fc.nat(50).map((amount) => wait('', amount)),
			fc.constant(stop('')),
			fc.tuple(fc.boolean(), fc.array(fc.tuple(fc.constantFrom(true, false, null), tie('tree')), { maxLength: 3 })).map(([isMerged, branches]) => split('', isMerged, ...branches.map(([holds, steps]) => branch('', holds === null ? null : when(holds), ...steps)))),
		),
	}));
	const named = (steps: Step[], count = { n: 0 }): Step[] =>
		steps.map((step) => {
			const id = `step_${count.n++}`;
			return step.kind === 'split' ? { ...step, id, branches: step.branches.map((one, i) => ({ ...one, id: `${id}_${i}`, steps: named(one.steps, count) })) } : { ...step, id };
		});

	/** The order of steps by plain recursion: what `advance` must give, one firing at a time. */
	function flatten(steps: Step[], order: string[] = []): { order: string[]; isOver: boolean } {
		for (const step of steps) {
			order.push(step.id);
			if (step.kind === 'stop') return { order, isOver: true };
			if (step.kind !== 'split') continue;
			const isMatch = (holds: boolean | null) => holds === true;
			const holdsOf = (condition: (typeof step.branches)[number]['condition']) => condition && (condition.items[0] as { value: number }).value === 1200;
			const taken = step.branches.find(({ condition }) => isMatch(holdsOf(condition))) ?? step.branches.find(({ condition }) => condition === null);
			if (taken && (flatten(taken.steps, order).isOver || !step.isMerged)) return { order, isOver: true };
		}
		return { order, isOver: false };
	}

	/** Runs to the end by firing what is due, as the room does. */
	function runThrough(definition: PlaybookDefinition): { order: string[]; times: number[] } {
		const order: string[] = [];
		const times: number[] = [];
		let next = scheduled(definition.steps[0] ?? null, factsOf(), noon);
		for (let number = 1; next; number++) {
			const at: Firing = { definition, run: runOf(), step: { number, ...next }, facts: factsOf(), now: next.dueAt, settled: null, resumed: null };
			order.push(next.stepId);
			times.push(next.dueAt);
			let decision = advance(at);
			if (decision.kind === 'perform') decision = advance({ ...at, settled: [settled('done')] });
			if (decision.kind === 'wait') decision = advance({ ...at, settled: [settled('done')], resumed: { output: null } });
			if (decision.kind !== 'next') throw new Error(`stuck: ${JSON.stringify(decision)}`);
			expect(advance(at)).toEqual(advance(structuredClone(at)));
			next = decision.next;
		}
		return { order, times };
	}

	it('every run ends, in the order of a plain recursion, and time never goes back', () =>
		fc.assert(
			fc.property(tree.map((steps) => named(steps)), (steps) => {
				const { order, times } = runThrough(playbook(steps));
				expect(order).toEqual(flatten(steps).order);
				expect(new Set(order).size).toBe(order.length);
				expect(times).toEqual([...times].sort((a, b) => a - b));
			}),
			{ numRuns: 400 },
		));
});

it('errors are read as they were written', () => {
	fc.assert(fc.property(fc.stringMatching(/^[a-z][a-z-]{0,20}$/), fc.dictionary(fc.string({ minLength: 1 }), fc.string()), (code, detail) => {
		expect(readError(errorText(code, detail))).toEqual({ code, detail: JSON.parse(JSON.stringify(detail)) });
	}));
	expect(readError('Connection refused!')).toEqual({ code: 'failed', detail: { reason: 'Connection refused!' } });
});

it('R10: an intent’s key depends on run, number and part only, and is unique', () => {
	fc.assert(fc.property(fc.tuple(fc.nat(), fc.nat()), fc.tuple(fc.nat(), fc.nat()), ([a, b], [c, d]) => {
		expect(intentKey('run_x', a, b) === intentKey('run_x', c, d)).toBe(a === c && b === d);
	}));
	expect(intentKey(`run_${'x'.repeat(20)}`, mostSteps, 10_000).length).toBeLessThan(256);
});
