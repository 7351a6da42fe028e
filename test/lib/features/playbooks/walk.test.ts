import { describe, expect, test } from 'vitest';
import type { Step } from '../../../../src/domain/documents/playbook/definition.ts';
import { mentionAt, mentionParts } from '../../../../src/lib/features/playbooks/comments/mentions.ts';
import { change, shifted } from '../../../../src/lib/features/playbooks/form/shared-text.ts';
import { branchTargets, moved, seatsOf, walkOrder } from '../../../../src/lib/features/playbooks/walk.ts';

const stop = (id: string): Step => ({ id, kind: 'stop' });
const steps: Step[] = [
	stop('a'),
	{ id: 's', kind: 'split', isMerged: true, branches: [{ id: 's_1', name: '', condition: { id: 's_1', kind: 'group', mode: 'all', items: [] }, steps: [stop('b'), stop('c')] }, { id: 's_else', name: '', condition: null, steps: [] }] },
	stop('d'),
];
const seats = seatsOf(steps);
const seat = (id: string) => seats.find(({ step }) => step.id === id)!;

describe('moving steps by keys (screens.md: arrows walk, Alt+arrows move)', () => {
	test('arrows walk in reading order', () => expect(walkOrder(steps)).toEqual(['trigger', 'filters', 'entry', 'a', 's', 'b', 'c', 'd']));
	test.each([
		['d', 'up', { parent: 'root', branch: '', after: 'a' }],
		['a', 'up', null],
		['a', 'down', { parent: 'root', branch: '', after: 's' }],
		['b', 'down', { parent: 's', branch: 's_1', after: 'c' }],
		['c', 'down', { parent: 'root', branch: '', after: 's' }],
		['b', 'up', { parent: 'root', branch: '', after: 'a' }],
		['b', 'right', { parent: 's', branch: 's_else', after: null }],
		['b', 'left', null],
		['d', 'right', { parent: 's', branch: 's_1', after: 'c' }],
		['d', 'down', null],
	] as const)('%s %s', (id, way, place) => expect(moved(seat(id), way)).toEqual(place));
	test('a step goes into any branch but its own and those inside it', () => {
		expect(branchTargets(seats, seat('b')).map(({ branch }) => branch.id)).toEqual(['s_else']);
		expect(branchTargets(seats, seat('s'))).toEqual([]);
	});
});

describe('one line, two writers (PB2)', () => {
	test.each([
		['Hello', 'Hello you', { at: 5, deleted: 0, inserted: ' you' }],
		['Hello', 'Hi', { at: 1, deleted: 4, inserted: 'i' }],
		['aaa', 'aa', { at: 2, deleted: 1, inserted: '' }],
		['same', 'same', { at: 4, deleted: 0, inserted: '' }],
	])('%s → %s is one change', (before, after, expected) => {
		const found = change(before, after);
		expect(found).toEqual(expected);
		expect(before.slice(0, found.at) + found.inserted + before.slice(found.at + found.deleted)).toBe(after);
	});
	test('a cursor keeps its place in the text', () => {
		expect(shifted(2, { at: 5, deleted: 0, inserted: 'xx' })).toBe(2);
		expect(shifted(7, { at: 5, deleted: 0, inserted: 'xx' })).toBe(9);
		expect(shifted(6, { at: 5, deleted: 3, inserted: 'y' })).toBe(6);
	});
});

describe('mentions in comments (PB2)', () => {
	const people = [{ id: '1', name: 'Ann' }, { id: '2', name: 'Ann Lee' }, { id: '3', name: 'Zoé Martin' }];
	test('the longest name counts', () => expect(mentionParts('ask @Ann Lee now', people)).toEqual([{ text: 'ask ', isMention: false }, { text: '@Ann Lee', isMention: true }, { text: ' now', isMention: false }]));
	test('what is typed offers colleagues by any of their names, without accents', () => {
		expect(mentionAt('hi @zo', 6, people)).toEqual({ from: 3, found: [people[2]] });
		expect(mentionAt('hi @mar', 7, people)?.found).toEqual([people[2]]);
		expect(mentionAt('me@zo', 5, people)).toBeNull();
		expect(mentionAt('hi @nobody', 10, people)).toBeNull();
	});
});
