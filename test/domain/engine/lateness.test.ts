import { describe, expect, test } from 'vitest';
import { bucketOf, isLate, latenessBounds, latenessOf, lateBound } from '../../../src/domain/engine/lateness.ts';

const counted = (...lates: number[]) => {
	const counts = new Map<number, { bucket: number; count: number; worst: number }>();
	for (const late of lates) {
		const bucket = bucketOf(late);
		const one = counts.get(bucket) ?? { bucket, count: 0, worst: 0 };
		counts.set(bucket, { bucket, count: one.count + 1, worst: Math.max(one.worst, late) });
	}
	return [...counts.values()];
};
const times = (n: number, late: number) => Array.from({ length: n }, () => late);

describe('R24: lateness', () => {
	test.each([
		[0, 10],
		[10, 10],
		[11, 25],
		[30_000, 30_000],
		[30_001, 60_000],
	])('%i ms is counted under %i ms', (late, bound) => expect(latenessBounds[bucketOf(late)]).toBe(bound));

	test('beyond the last bound is one more place', () => expect(bucketOf(9e9)).toBe(latenessBounds.length));

	test.each([
		['nothing', [], null],
		['one job', [7], { count: 1, p50: 7, p99: 7, worst: 7 }],
		['99 of 100 within a bound', [...times(99, 40), 90_000], { count: 100, p50: 50, p99: 50, worst: 90_000 }],
		['98 of 100 within a bound', [...times(98, 40), 90_000, 90_000], { count: 100, p50: 50, p99: 90_000, worst: 90_000 }],
		['days', [2 * 86_400_000], { count: 1, p50: 172_800_000, p99: 172_800_000, worst: 172_800_000 }],
	])('%s', (_what, lates, expected) => expect(latenessOf(counted(...lates))).toEqual(expected));

	test('the rule: p99 beyond 30 s, exactly', () => {
		expect(latenessBounds).toContain(lateBound);
		expect(isLate(latenessOf(counted(...times(100, 30_000))))).toBe(false);
		expect(isLate(latenessOf(counted(...times(99, 10), 30_001)))).toBe(false);
		expect(isLate(latenessOf(counted(...times(98, 10), 30_001, 30_001)))).toBe(true);
		expect(isLate(latenessOf([]))).toBe(false);
	});
});
