import { describe, expect, it } from 'vitest';
import { control, fellDue, type Controlled, type Order, type Standing } from '#domain/engine/control.ts';
import type { Missed } from '#domain/engine/missed.ts';
import type { RunState, StepState } from '#domain/engine/run.ts';
import { day, noon } from '../facts.ts';
import { branch, playbook, split, task, until, wait } from './playbooks.ts';

const definition = playbook([task('a'), wait('w', 2), task('b'), until('u', 'renewalAt'), split('s', true, branch('s1', null, task('in')))]);
const standing = (state: RunState, stepState: StepState, stepId = 'a', change: Partial<Standing> = {}): Standing => ({
	definition, run: { state, epoch: 4, hasErrors: false, pausedAt: null }, step: { number: 7, stepId, state: stepState, dueAt: noon }, hasJob: stepState === 'scheduled', lost: [], timeZone: 'Europe/Paris', now: noon, ...change,
});
const run = (state: RunState, change: object = {}) => ({ state, hasErrors: false, pausedAt: null, endedAt: null, ...change });
const orders = (kind: Exclude<Order['kind'], 'resume' | 'jump'>): Order => ({ kind });
const jump = (stepId: string): Order => ({ kind: 'jump', stepId });
const resume = (missed: Missed = 'shift'): Order => ({ kind: 'resume', missed });

describe('RU3, R8: orders', () => {
	it.each<[Order, Standing, Omit<Extract<Controlled, { isAllowed: true }>, 'isAllowed'>]>([
		[orders('stop'), standing('running', 'scheduled'), { run: run('stopped', { endedAt: noon }), pending: 'end', step: 'cancelled', job: null }],
		[orders('stop'), standing('waiting', 'waiting'), { run: run('stopped', { endedAt: noon }), pending: 'end', step: 'cancelled', job: null }],
		[orders('stop'), standing('failed', 'unknown'), { run: run('stopped', { endedAt: noon }), pending: 'end', step: null, job: null }],
		[orders('pause'), standing('running', 'scheduled'), { run: run('paused', { pausedAt: noon }), pending: 'keep', step: null, job: null }],
		[orders('pause'), standing('waiting', 'waiting'), { run: run('paused', { pausedAt: noon }), pending: 'keep', step: null, job: null }],
		[orders('retry'), standing('failed', 'failed'), { run: run('running'), pending: 'end', step: null, job: { number: 8, stepId: 'a', dueAt: noon, skips: null } }],
		// A worker that was given up has told since (R9): nothing is unknown any more.
		[orders('retry'), standing('failed', 'unknown'), { run: run('running'), pending: 'end', step: null, job: { number: 8, stepId: 'a', dueAt: noon, skips: null } }],
		[orders('skip'), standing('failed', 'failed'), { run: run('running', { hasErrors: true }), pending: 'end', step: null, job: { number: 7, stepId: 'a', dueAt: noon, skips: 'this' } }],
		[orders('skip'), standing('waiting', 'waiting'), { run: run('running'), pending: 'end', step: null, job: { number: 7, stepId: 'a', dueAt: noon, skips: 'this' } }],
		[orders('skip'), standing('running', 'scheduled', 'w'), { run: run('running'), pending: 'end', step: null, job: { number: 7, stepId: 'w', dueAt: noon, skips: 'this' } }],
		[jump('b'), standing('failed', 'failed'), { run: run('running', { hasErrors: true }), pending: 'end', step: null, job: { number: 8, stepId: 'b', dueAt: noon, skips: null } }],
		[jump('w'), standing('waiting', 'waiting'), { run: run('running'), pending: 'end', step: 'cancelled', job: { number: 8, stepId: 'w', dueAt: noon + 2 * day, skips: null } }],
		[jump('in'), standing('running', 'scheduled', 'w'), { run: run('running'), pending: 'end', step: 'cancelled', job: { number: 8, stepId: 'in', dueAt: noon, skips: null } }],
		// Tried, and refused for sure: until it is tried again it is on its way nowhere.
		[jump('b'), standing('running', 'scheduled', 'a', { isPutOff: true }), { run: run('running'), pending: 'end', step: 'cancelled', job: { number: 8, stepId: 'b', dueAt: noon, skips: null } }],
		// A date is read when the step fires (R21).
		[jump('u'), standing('paused', 'scheduled', 'w', { run: { state: 'paused', epoch: 4, hasErrors: false, pausedAt: noon - day } }), { run: run('running'), pending: 'end', step: 'cancelled', job: { number: 8, stepId: 'u', dueAt: noon, skips: null } }],
	])('%j: %#', (order, at, expected) => expect(control(order, at)).toEqual({ isAllowed: true, ...expected }));

	it.each<[Order, Standing, string]>([
		[orders('stop'), standing('completed', 'done'), 'already-ended'],
		[orders('retry'), standing('stopped', 'cancelled'), 'already-ended'],
		[orders('pause'), standing('failed', 'failed'), 'not-pausable'],
		[orders('pause'), standing('paused', 'scheduled'), 'not-pausable'],
		[resume(), standing('running', 'scheduled'), 'not-paused'],
		[orders('retry'), standing('running', 'scheduled'), 'not-failed'],
		[orders('retry'), standing('failed', 'failed', 'a', { step: null }), 'not-failed'],
		// Whether it happened is settled first (R12).
		[orders('retry'), standing('failed', 'unknown', 'a', { lost: ['a'] }), 'settle-first'],
		// A step on its way can't be skipped or left: it may be sending.
		[orders('skip'), standing('running', 'scheduled', 'a'), 'nothing-to-skip'],
		[jump('b'), standing('running', 'scheduled', 'a'), 'on-its-way'],
		[orders('skip'), standing('paused', 'scheduled'), 'nothing-to-skip'],
		// Left behind unanswered, it would be asked for again under a new key (R10, R12); elsewhere it may go.
		[jump('b'), standing('waiting', 'waiting', 'a', { lost: ['b'] }), 'settle-first'],
		[jump('b'), standing('failed', 'unknown', 'a', { lost: ['a'] }), 'settle-first'],
		// Paused, or put off after a lost answer, it may still be sending.
		[jump('b'), standing('running', 'scheduled', 'a', { isPutOff: true, isSending: true }), 'on-its-way'],
		[jump('b'), standing('paused', 'scheduled', 'a', { isSending: true }), 'on-its-way'],
		[jump('gone'), standing('failed', 'failed'), 'no-such-step'],
		[jump('a'), standing('failed', 'failed', 'a', { definition: null }), 'no-such-step'],
	])('no %j: %#', (order, at, code) => expect(control(order, at)).toEqual({ isAllowed: false, code }));
});

describe('R8: a pause of 3 days shifts timers by itself', () => {
	/** Paused at noon 3 days ago, when the step had `ahead` ms before it. */
	const paused = (stepId: string, ahead: number, state: StepState = 'scheduled', hasJob = state === 'scheduled') =>
		standing('paused', state, stepId, { run: { state: 'paused', epoch: 4, hasErrors: false, pausedAt: noon - 3 * day }, step: { number: 7, stepId, state, dueAt: noon - 3 * day + ahead }, hasJob });
	const job = (order: Order, at: Standing) => {
		const decided = control(order, at);
		return decided.isAllowed ? decided.job : decided.code;
	};

	it.each<[string, Standing, Missed, boolean, object | null]>([
		['a timer with 5 days before it has 5 days again', paused('w', 5 * day), 'now', false, { dueAt: noon + 5 * day, skips: null }],
		['a timer that would have been over: its day begins again', paused('w', day), 'shift', true, { dueAt: noon + day, skips: null }],
		['… or is over now', paused('w', day), 'now', true, { dueAt: noon, skips: null }],
		['… or what it leads to is skipped', paused('w', day), 'skip', true, { dueAt: noon, skips: 'next' }],
		['a date is read anew', paused('u', 5 * day), 'shift', false, { dueAt: noon, skips: null }],
		['a date that has passed is over', paused('u', day), 'shift', true, { dueAt: noon, skips: null }],
		['an action that was about to be done is done', paused('a', 0), 'shift', true, { dueAt: noon, skips: null }],
		['… or skipped', paused('a', 0), 'skip', true, { dueAt: noon, skips: 'this' }],
		['a split leads on to what is skipped', paused('s', 0), 'skip', true, { dueAt: noon, skips: 'next' }],
		['a task still open goes on waiting', paused('a', 0, 'waiting'), 'skip', false, null],
		['a task that was done meanwhile goes on', paused('a', day, 'waiting', true), 'now', true, { dueAt: noon, skips: null }],
		['… or what follows is skipped', paused('a', day, 'waiting', true), 'skip', true, { dueAt: noon, skips: 'next' }],
	])('%s', (_, at, missed, isChoice, expected) => {
		expect(fellDue(at)).toBe(isChoice);
		expect(job(resume(missed), at)).toEqual(expected && { number: 7, stepId: at.step!.stepId, ...expected });
	});

	it('a run that waits for a task waits again; one whose task is done runs', () => {
		expect(control(resume(), paused('a', 0, 'waiting'))).toMatchObject({ run: { state: 'waiting', pausedAt: null } });
		expect(control(resume(), paused('a', 0, 'waiting', true))).toMatchObject({ run: { state: 'running', pausedAt: null } });
	});
});
