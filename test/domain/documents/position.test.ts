import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPosition, positionBetween, positionsFor } from '#domain/documents/playbook/position.ts';

test('S19 there is always a position between two, whatever was inserted before', () => {
	fc.assert(
		fc.property(fc.array(fc.nat(1_000), { minLength: 1, maxLength: 120 }), (places) => {
			const list: string[] = [];
			places.forEach((place, n) => {
				const at = place % (list.length + 1);
				list.splice(at, 0, positionBetween(list[at - 1] ?? null, list[at] ?? null, `step${n}`));
			});
			expect(list.every(isPosition)).toBe(true);
			expect(list.toSorted()).toEqual(list);
			expect(new Set(list).size).toBe(list.length);
		}),
	);
});

test.each([
	['at the end', (n: number, list: string[]) => list.push(positionBetween(list.at(-1) ?? null, null, `s${n}`))],
	['at the beginning', (n: number, list: string[]) => list.unshift(positionBetween(null, list[0] ?? null, `s${n}`))],
	['right behind the first', (n: number, list: string[]) => list.splice(1, 0, positionBetween(list[0] ?? null, list[1] ?? null, `s${n}`))],
] as const)('200 inserts %s keep their order and stay short', (_, insert) => {
	const list: string[] = [];
	for (let n = 0; n < 200; n++) insert(n, list);
	expect(list.toSorted()).toEqual(list);
	expect(Math.max(...list.map((position) => position.length))).toBeLessThan(260);
});

test('two people at one place get different positions', () => {
	expect(positionBetween('V', 'W', 'step_a')).not.toBe(positionBetween('V', 'W', 'step_b'));
});

test('neighbours that share a position, or stand the wrong way round, leave the one before to go by', () => {
	expect(positionBetween('V', 'V', 'x') > 'V').toBe(true);
	expect(positionBetween('b', 'a', 'x') > 'b').toBe(true);
});

test('a list gets positions in its order', () => expect(positionsFor(['c', 'a', 'b']).toSorted()).toEqual(positionsFor(['c', 'a', 'b'])));

test.each(['', '0', 'V0', 'é', 'a b', 3, null, 'V'.repeat(501)])('%j is no position', (value) => expect(isPosition(value)).toBe(false));
