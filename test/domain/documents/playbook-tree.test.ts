import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import type { Step } from '#domain/documents/playbook/definition.ts';
import { definition } from '#domain/documents/playbook/projection.ts';
import { isAlive, items, steps } from '#domain/documents/playbook/shape.ts';
import { rootList, stepsIn, stepsUnder, tree } from '#domain/documents/playbook/tree.ts';
import { copyOf, make, meet, playbookEdit as edit, sync } from './make.ts';

type Op = { doc: number; kind: 'insert' | 'split' | 'move' | 'remove' | 'add-branch' | 'remove-branch' | 'sync'; a: number; b: number; c: number };
const number = fc.nat(1_000);
const op: fc.Arbitrary<Op> = fc.record({
	doc: fc.nat(3),
	kind: fc.oneof(
		{ weight: 2, arbitrary: fc.constant('insert' as const) },
		{ weight: 1, arbitrary: fc.constant('split' as const) },
		{ weight: 10, arbitrary: fc.constant('move' as const) },
		{ weight: 2, arbitrary: fc.constant('remove' as const) },
		{ weight: 2, arbitrary: fc.constant('add-branch' as const) },
		{ weight: 1, arbitrary: fc.constant('remove-branch' as const) },
		{ weight: 2, arbitrary: fc.constant('sync' as const) },
	),
	a: number,
	b: number,
	c: number,
});

const pick = <T>(list: readonly T[], n: number): T | undefined => list[n % Math.max(1, list.length)];

/** Plays the edits of people who meet now and then; gives their documents and what was inserted and ever removed by somebody. */
function play(count: number, ops: readonly Op[]) {
	const first = make('playbook', { name: 'Onboarding' });
	// All begin with the same few splits, two of them nested: moves into each other meet often (a third of the plays makes a circle).
	const inserted = ['a', 'b', 'c', 'd'];
	for (const id of inserted) edit(first, 'insert-step', { id, kind: 'split', parent: id === 'd' ? 'c' : 'root', branch: id === 'd' ? 'c_1' : '' });
	const docs = Array.from({ length: count }, (_, index) => copyOf(first, index + 1));
	const removed = new Set<string>();
	for (const [n, { doc: who, kind, a, b, c }] of ops.entries()) {
		const doc = docs[who % count]!;
		const now = tree(doc);
		const ids = [...now.lists.values()].flat().sort();
		const lists = [...now.lists.keys()].sort();
		const splitOf = new Map([...now.branches].flatMap(([split, list]) => list.map((branch) => [branch.id, split])));
		const branch = pick(lists, a)!;
		const target = { parent: splitOf.get(branch) ?? rootList, branch: branch === rootList ? '' : branch, after: c % 3 === 0 ? null : pick(now.lists.get(branch)!, c) };
		const id = `x${n}`;
		if (kind === 'insert' || kind === 'split') {
			edit(doc, 'insert-step', { id, kind: kind === 'split' ? 'split' : 'stop', ...target });
			inserted.push(id);
		} else if (kind === 'sync') sync(doc, docs[a % count]!);
		else if (kind === 'move' && ids.length > 0) edit(doc, 'move-step', { id: pick(ids, b), ...target });
		else if (kind === 'remove' && ids.length > 0) {
			for (const one of [pick(ids, b)!, ...stepsIn(now, pick(ids, b)!)]) removed.add(one);
			edit(doc, 'remove-step', { id: pick(ids, b) });
		} else if (kind === 'add-branch' && now.branches.size > 0) edit(doc, 'add-branch', { id, split: pick([...now.branches.keys()].sort(), b) });
		else if (kind === 'remove-branch' && branch !== rootList && now.branches.get(splitOf.get(branch)!)!.find((one) => one.id === branch)!.isElse === false) {
			for (const one of stepsUnder(now, branch)) removed.add(one);
			edit(doc, 'remove-branch', { id: branch });
		}
	}
	return { docs, inserted, removed };
}

const flatten = (list: readonly Step[]): Step[] => list.flatMap((step) => [step, ...(step.kind === 'split' ? step.branches.flatMap((branch) => flatten(branch.steps)) : [])]);

describe('S19 the tree of steps, edited at once', () => {
	test('whatever 2 to 4 people do in whatever order they meet: one valid tree, each step that is there exactly once', () => {
		fc.assert(
			fc.property(fc.integer({ min: 2, max: 4 }), fc.array(op, { minLength: 5, maxLength: 60 }), (count, ops) => {
				const { docs, inserted, removed } = play(count, ops);
				// Before they meet each one's own tree is valid, too.
				for (const doc of docs) expectValid(doc);
				meet(...(docs as [Y.Doc, ...Y.Doc[]]));
				const read = docs.map((doc) => definition(doc));
				for (const one of read) expect(one).toEqual(read[0]);
				for (const doc of docs) expect([...tree(doc).lists]).toEqual([...tree(docs[0]!).lists]);
				expectValid(docs[0]!);
				// Nothing is lost: what nobody removed is there.
				const there = new Set(flatten(read[0]!.steps).map((step) => step.id));
				expect(inserted.filter((id) => !removed.has(id) && !there.has(id))).toEqual([]);
			}),
			{ numRuns: 200 },
		);
	}, 60_000);

	test('an edit after the meeting does what it says: the step stands right behind the one it was put after, strays included', () => {
		fc.assert(
			fc.property(fc.array(op, { minLength: 5, maxLength: 40 }), number, number, (ops, a, b) => {
				const { docs } = play(3, ops);
				meet(...(docs as [Y.Doc, ...Y.Doc[]]));
				const doc = docs[0]!;
				const now = tree(doc);
				const list = pick([...now.lists.keys()].sort(), a)!;
				const parent = [...now.branches].find(([, held]) => held.some((branch) => branch.id === list))?.[0] ?? rootList;
				const after = pick(now.lists.get(list)!, b) ?? null;
				edit(doc, 'insert-step', { id: 'new', kind: 'stop', parent, branch: list === rootList ? '' : list, after });
				const expected = [...now.lists.get(list)!];
				expected.splice(after === null ? 0 : expected.indexOf(after) + 1, 0, 'new');
				expect(tree(doc).lists.get(list)).toEqual(expected);
			}),
			{ numRuns: 200 },
		);
	}, 60_000);

	function expectValid(doc: Y.Doc): void {
		const all = flatten(definition(doc).steps).map((step) => step.id);
		expect(new Set(all).size).toBe(all.length);
		expect(all.toSorted()).toEqual(items(steps(doc)).filter(([, step]) => isAlive(step)).map(([id]) => id));
		const now = tree(doc);
		const splits = new Set(flatten(definition(doc).steps).filter((step) => step.kind === 'split').map((step) => step.id));
		expect(new Set(now.branches.keys())).toEqual(splits);
		const known = new Set([rootList, ...[...now.branches.values()].flat().map((branch) => branch.id)]);
		for (const list of now.lists.keys()) expect(known.has(list)).toBe(true);
	}

	const idsOf = (doc: Y.Doc, list = rootList) => tree(doc).lists.get(list);
	const pair = () => {
		const first = make('playbook', { name: 'P' });
		edit(first, 'insert-step', { id: 'a', kind: 'split', parent: 'root' });
		edit(first, 'insert-step', { id: 'b', kind: 'split', parent: 'root' });
		edit(first, 'insert-step', { id: 'c', kind: 'stop', parent: 'a', branch: 'a_1' });
		return [copyOf(first, 1), copyOf(first, 2)] as const;
	};

	test('two splits moved into each other: the one with the smaller id comes to the end of the root', () => {
		const [one, two] = pair();
		edit(one, 'move-step', { id: 'a', parent: 'b', branch: 'b_1' });
		edit(two, 'move-step', { id: 'b', parent: 'a', branch: 'a_1' });
		meet(one, two);
		expect(idsOf(one)).toEqual(['a']);
		expect(idsOf(one, 'a_1')).toEqual(['c', 'b']);
		expect(definition(one)).toEqual(definition(two));
	});

	test('a step inserted into a split that another removed surfaces at the end of the root; undo of the removal takes it back in', () => {
		const [one, two] = pair();
		const undo = new Y.UndoManager([one.getMap('steps'), one.getMap('branches')], { trackedOrigins: new Set(['me']) });
		one.transact(() => edit(one, 'remove-step', { id: 'a' }), 'me');
		edit(two, 'insert-step', { id: 'd', kind: 'stop', parent: 'a', branch: 'a_1', after: 'c' });
		meet(one, two);
		expect(idsOf(one)).toEqual(['b', 'd']);
		undo.undo();
		meet(one, two);
		expect(idsOf(two)).toEqual(['a', 'b']);
		expect(idsOf(two, 'a_1')).toEqual(['c', 'd']);
	});

	test('a step moved out of a split while another removed the split stays', () => {
		const [one, two] = pair();
		edit(one, 'remove-step', { id: 'a' });
		edit(two, 'move-step', { id: 'c', parent: 'root', after: null });
		meet(one, two);
		expect(idsOf(one)).toEqual(['c', 'b']);
	});

	test('a step that came back from a removal is not lost when it comes to stand where it was removed from', () => {
		const [one, two] = pair();
		edit(one, 'remove-step', { id: 'b' });
		edit(two, 'move-step', { id: 'b', parent: 'a', branch: 'a_1' });
		meet(one, two);
		edit(one, 'move-step', { id: 'b', parent: 'root', after: 'a' });
		expect(idsOf(one)).toEqual(['a', 'b']);
	});

	test('the same step moved to two places at once is in one of them', () => {
		const [one, two] = pair();
		edit(one, 'move-step', { id: 'c', parent: 'b', branch: 'b_1' });
		edit(two, 'move-step', { id: 'c', parent: 'b', branch: 'b_else' });
		meet(one, two);
		expect([...idsOf(one, 'b_1')!, ...idsOf(one, 'b_else')!]).toEqual(['c']);
		expect(definition(one)).toEqual(definition(two));
	});

	test('a split is not moved into itself, the else branch is not removed, edits on what has gone change nothing', () => {
		const [one] = pair();
		edit(one, 'insert-step', { id: 'e', kind: 'split', parent: 'a', branch: 'a_1' });
		const before = definition(one);
		edit(one, 'move-step', { id: 'a', parent: 'e', branch: 'e_1' });
		edit(one, 'remove-branch', { id: 'a_else' });
		for (const [name, args] of [
			['move-step', { id: 'gone', parent: 'root' }],
			['remove-step', { id: 'gone' }],
			['set-step-param', { id: 'gone', param: 'amount', value: 2 }],
			['set-branch', { id: 'gone', name: 'x' }],
			['remove-branch', { id: 'gone' }],
			['set-filter', { id: 'gone', field: 'customer.name' }],
			['remove-filter', { id: 'gone' }],
			['put-filter', { id: 'f1', kind: 'clause', parent: 'gone' }],
			['reply', { id: 'r', comment: 'gone', text: 'hm' }],
			['resolve-comment', { id: 'gone' }],
		] as const)
			edit(one, name, args);
		expect(definition(one)).toEqual(before);
	});

	test('S12 places, kinds and positions that nobody of ours writes still make a valid tree', () => {
		const [one] = pair();
		const map = steps(one);
		for (const [id, place] of Object.entries({ p: null, q: 'root', r: { parent: 'root', branch: '', position: '0' }, s: { parent: 's', branch: 's_1', position: 'V' }, t: { parent: 'c', branch: 'a_1', position: 'V' } })) {
			const step = new Y.Map<unknown>();
			map.set(id, step);
			step.set('kind', 'stop');
			step.set('place', place);
		}
		map.set('u', 'not a map');
		map.set('w', new Y.Map([['kind', 'from-the-future']]));
		expectValid(one);
		expect(new Set(idsOf(one))).toEqual(new Set(['a', 'b', 'p', 'q', 'r', 's', 't']));
	});
});
