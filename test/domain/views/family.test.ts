import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canHaveParent, familiesOf, parentsOf } from '#domain/views/family.ts';

const book = (links: Record<string, string | null>) => Object.entries(links).map(([id, parentId]) => ({ id, parentId, mrr: 10 }));

describe('CU12: parents and children', () => {
	it('stand under their parents; without one, or with one that is gone, at the top', () => {
		expect([...parentsOf(book({ a: null, b: 'a', c: 'b', d: 'gone', e: 'e' }))]).toEqual([['b', 'a'], ['c', 'b']]);
	});

	it('of a circle the smallest id stands at the top, and the others under it', () => {
		const parents = parentsOf(book({ z: 'x', y: 'z', x: 'y', tail: 'z' }));
		expect(parents.get('x')).toBeUndefined();
		expect(Object.fromEntries(parents)).toEqual({ z: 'x', y: 'z', tail: 'z' });
	});

	it('never make a circle, lose nobody, and are the same in any order of rows (S19)', () => {
		const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
		fc.assert(
			fc.property(fc.array(fc.option(fc.constantFrom(...ids, 'gone'), { nil: null }), { minLength: 6, maxLength: 6 }), (links) => {
				const rows = ids.map((id, n) => ({ id, parentId: links[n] ?? null, mrr: 1 }));
				const parents = parentsOf(rows);
				expect(Object.fromEntries(parentsOf(rows.toReversed()))).toEqual(Object.fromEntries(parents));
				for (const id of ids) {
					let steps = 0;
					for (let at = parents.get(id); at !== undefined; at = parents.get(at)) expect(++steps).toBeLessThan(ids.length);
				}
				const { children, rollUps } = familiesOf(rows, parents);
				const tops = ids.filter((id) => !parents.has(id));
				expect([...children.values()].flat().length + tops.length).toBe(ids.length);
				expect(tops.reduce((sum, id) => sum + (rollUps.get(id)?.mrr ?? 1), 0)).toBe(ids.length);
			}),
		);
	});

	it('roll up money and count at every height', () => {
		const rows = book({ a: null, b: 'a', c: 'b', d: 'a' });
		const { rollUps } = familiesOf(rows, parentsOf(rows));
		expect(rollUps.get('a')).toEqual({ below: 3, mrr: 40 });
		expect(rollUps.get('b')).toEqual({ below: 1, mrr: 20 });
		expect(rollUps.has('c')).toBe(false);
	});

	it('refuse a parent that is the customer itself or below it', () => {
		const rows = book({ a: null, b: 'a', c: 'b', d: null });
		expect(canHaveParent(rows, 'a', 'c')).toBe(false);
		expect(canHaveParent(rows, 'a', 'a')).toBe(false);
		expect(canHaveParent(rows, 'c', 'a')).toBe(true);
		expect(canHaveParent(rows, 'a', 'd')).toBe(true);
		// Above a circle that concurrent edits made, the walk ends all the same.
		expect(canHaveParent(book({ x: 'y', y: 'x', z: null }), 'z', 'x')).toBe(true);
	});
});
