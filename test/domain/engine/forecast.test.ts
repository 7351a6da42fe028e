import { expect, it } from 'vitest';
import { forecast } from '#domain/engine/forecast.ts';
import { day, factsOf, noon } from '../facts.ts';
import { branch, playbook, split, stop, task, until, wait, when } from './playbooks.ts';

const told = (steps: Parameters<typeof playbook>[0], from: string, dueAt = noon) =>
	forecast(playbook(steps), { stepId: from, dueAt }, factsOf(), noon).map(({ stepId, at, branch: taken, isOpen, isBlocked }) => [stepId, at === null ? null : (at - noon) / day, ...(taken ? [taken] : []), ...(isOpen ? ['open'] : []), ...(isBlocked ? ['blocked'] : [])]);

it('RU2: the coming steps along the present path, with their times', () => {
	const steps = [wait('w', 3), task('a'), split('s', true, branch('x', when(false), task('no')), branch('y', null, wait('v', 2))), task('b')];
	expect(told(steps, 'w', noon + day)).toEqual([['w', 1], ['a', 1], ['s', 1, 'y'], ['v', 3], ['b', 3]]);
	expect(told(steps, 'v', noon - day)).toEqual([['v', 0], ['b', 0]]);
});
it('RU2: after a wait for a person, times are open', () => expect(told([task('a', { isWaiting: true }), wait('w', 1), stop('x'), task('never')], 'a')).toEqual([['a', 0], ['w', null, 'open'], ['x', null, 'open']]));
it('RU2: a blank date blocks', () => expect(told([task('a'), until('u', 'lastTouchAt'), task('b')], 'a')).toEqual([['a', 0], ['u', null, 'blocked']]));
it('RU2: nothing comes of nothing', () => expect(forecast(playbook([]), null, factsOf(), noon)).toEqual([]));
