import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backoff } from '../../../src/lib/sync/backoff.ts';

it('S16: waits lie between 0.25 s and 30 s, spread over their whole width', () => {
	fc.assert(
		fc.property(fc.nat(10_000), fc.double({ min: 0, max: 0.999999, noNaN: true }), (attempt, chance) => {
			const wait = backoff(attempt, () => chance);
			expect(wait).toBeGreaterThanOrEqual(250);
			expect(wait).toBeLessThanOrEqual(30_000);
		}),
	);
	expect(backoff(0, () => 1)).toBe(500);
	expect(backoff(3, () => 1)).toBe(4_000);
	expect(backoff(50, () => 1)).toBe(30_000);
	expect(backoff(50, () => 0.5)).toBe(15_125);
});
