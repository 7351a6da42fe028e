import { expect, it } from 'vitest';
import { canBePutAway, isAmongThose, isInState, runFilterStates, type ListedRun, type RunFilter } from '#domain/engine/listed-run.ts';
import type { RunState } from '#domain/engine/run.ts';

it.each<[RunState, boolean, string[]]>([
	['running', false, ['all', 'live']],
	['waiting', false, ['all', 'live', 'waiting']],
	['failed', true, ['all', 'live', 'stuck']],
	['paused', false, ['all', 'live', 'paused']],
	['completed', false, ['all', 'done']],
	['completed', true, ['all', 'errors']],
	['stopped', true, ['all', 'stopped']],
])('RU1: a run that is %s (errors: %s) is among %j', (state, hasErrors, among) => {
	expect(runFilterStates.filter((wanted) => isInState({ state, hasErrors }, wanted))).toEqual(among);
	// What has ended can have been put away, and nothing else.
	expect(among.some((wanted) => wanted !== 'all' && canBePutAway(wanted as never))).toBe(state === 'completed' || state === 'stopped');
});

it('RU4: a list is narrowed by playbook, customer, its owner, and since when', () => {
	const run = { playbookId: 'p1', subjectId: 'c1', startedAt: 10 } as ListedRun;
	const wide: RunFilter = { state: 'all', playbookId: null, customerId: null, owner: null, since: null };
	const passes = (change: Partial<RunFilter>) => isAmongThose(run, { ...wide, ...change }, (id) => (id === 'c1' ? 'ada' : null));
	expect([{}, { playbookId: 'p1', customerId: 'c1', owner: 'ada', since: 10 }].map(passes)).toEqual([true, true]);
	expect([{ playbookId: 'p2' }, { customerId: 'c2' }, { owner: 'bo' }, { since: 11 }].map(passes)).toEqual([false, false, false, false]);
});
