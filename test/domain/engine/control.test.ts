import { describe, expect, it } from 'vitest';
import { control, type Order, type Standing } from '#domain/engine/control.ts';
import type { RunState, StepState } from '#domain/engine/run.ts';
import { day, factsOf, noon } from '../facts.ts';
import { playbook, task, wait } from './playbooks.ts';

const standing = (state: RunState, stepState: StepState, stepId = 'a', change: Partial<Standing> = {}): Standing => ({
	definition: playbook([task('a'), wait('w', 2), task('b')]), run: { state, epoch: 4, hasErrors: false }, step: { number: 7, stepId, state: stepState, dueAt: noon }, facts: factsOf(), now: noon, ...change,
});
const run = (state: RunState, change: object = {}) => ({ state, epoch: 5, hasErrors: false, endedAt: null, ...change });

describe('RU3, R8: orders', () => {
	it.each<[Order, Standing, object]>([
		['stop', standing('running', 'scheduled'), { run: run('stopped', { endedAt: noon }), step: { number: 7, state: 'cancelled' }, job: 'remove', tokens: 'remove' }],
		['stop', standing('waiting', 'waiting'), { run: run('stopped', { endedAt: noon }), step: { number: 7, state: 'cancelled' }, job: 'remove', tokens: 'remove' }],
		['stop', standing('failed', 'unknown'), { run: run('stopped', { endedAt: noon }), step: null, job: 'remove', tokens: 'remove' }],
		['pause', standing('running', 'scheduled'), { run: run('paused'), step: null, job: 'keep', tokens: 'keep' }],
		['resume', standing('paused', 'scheduled'), { run: run('running'), step: null, job: 'keep', tokens: 'keep' }],
		['resume', standing('paused', 'waiting'), { run: run('waiting'), step: null, job: 'keep', tokens: 'keep' }],
		['retry', standing('failed', 'failed'), { run: run('running'), step: null, job: { number: 8, stepId: 'a', dueAt: noon }, tokens: 'remove' }],
		['retry', standing('failed', 'unknown'), { run: run('running'), step: null, job: { number: 8, stepId: 'a', dueAt: noon }, tokens: 'remove' }],
		['skip', standing('failed', 'failed'), { run: run('running', { hasErrors: true }), step: { number: 7, state: 'skipped' }, job: { number: 8, stepId: 'w', dueAt: noon + 2 * day }, tokens: 'remove' }],
		['skip', standing('waiting', 'waiting'), { run: run('running'), step: { number: 7, state: 'skipped' }, job: { number: 8, stepId: 'w', dueAt: noon + 2 * day }, tokens: 'remove' }],
		['skip', standing('running', 'scheduled', 'w'), { run: run('running'), step: { number: 7, state: 'skipped' }, job: { number: 8, stepId: 'b', dueAt: noon }, tokens: 'remove' }],
		['skip', standing('failed', 'failed', 'b'), { run: run('completed', { hasErrors: true, endedAt: noon }), step: { number: 7, state: 'skipped' }, job: 'remove', tokens: 'remove' }],
	])('%s: %#', (order, at, expected) => expect(control(order, at)).toEqual({ isAllowed: true, ...expected }));

	it.each<[Order, Standing, string]>([
		['stop', standing('completed', 'done'), 'already-ended'],
		['retry', standing('stopped', 'cancelled'), 'already-ended'],
		['pause', standing('failed', 'failed'), 'not-pausable'],
		['pause', standing('paused', 'scheduled'), 'not-pausable'],
		['resume', standing('running', 'scheduled'), 'not-paused'],
		['retry', standing('running', 'scheduled'), 'not-failed'],
		['retry', standing('failed', 'failed', 'a', { step: null }), 'not-failed'],
		// A step on its way can't be skipped: it may be sending.
		['skip', standing('running', 'scheduled', 'a'), 'nothing-to-skip'],
		['skip', standing('paused', 'scheduled'), 'nothing-to-skip'],
	])('no %s: %#', (order, at, code) => expect(control(order, at)).toEqual({ isAllowed: false, code }));
});
