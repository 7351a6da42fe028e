/** When a document is written (S3): a breath after a fan-out, at most every 100 ms, and nothing waits longer. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Pace } from '#party/pace.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A pace, when it wrote, and how long each change waited for that. A change is sent to so many listeners. */
function paced(listeners = 1) {
	const [writes, waits, waiting] = [[] as number[], [] as number[], [] as number[]];
	const pace: Pace = new Pace(() => {
		pace.began();
		writes.push(Date.now());
		waits.push(...waiting.splice(0).map((at) => Date.now() - at));
	});
	const change = () => (waiting.push(Date.now()), pace.changed(listeners));
	return { pace, writes, waits, waiting, change };
}

describe('a write', () => {
	test('of what comes alone begins a breath later', () => {
		const { waits, change } = paced();
		change();
		vi.advanceTimersByTime(4);
		expect(waits).toEqual([]);
		vi.advanceTimersByTime(1);
		expect(waits).toEqual([5]);
	});

	test('comes later the more it was sent to, and never more than half a window later', () => {
		const waitOf = (listeners: number): number[] => {
			const { waits, change } = paced(listeners);
			change();
			vi.advanceTimersByTime(100);
			return waits;
		};
		expect([0, 100, 10_000].map(waitOf)).toEqual([[5], [20], [50]]);
	});

	test('follows the first change that comes once it may, instead of meeting one of those to come', () => {
		const { writes, change } = paced();
		const began = Date.now();
		for (let n = 0; n < 6; n++) {
			change();
			vi.advanceTimersByTime(60);
		}
		// Changes at 0, 60, 120, 180, 240, 300.
		expect(writes.map((at) => at - began)).toEqual([5, 125, 245]);
	});

	test('whoever asked for it, counts', () => {
		const { pace, writes, change } = paced();
		pace.began();
		change();
		vi.advanceTimersByTime(99);
		expect(writes).toEqual([]);
		vi.advanceTimersByTime(1);
		expect(writes.length).toBe(1);
	});

	test('of a copy that was given up never comes', () => {
		const { pace, writes, change } = paced();
		change();
		pace.end();
		vi.advanceTimersByTime(1_000);
		expect(writes).toEqual([]);
	});
});

test('however changes come, writes are 100 ms apart and no change waits longer than that (S3)', () => {
	fc.assert(
		fc.property(fc.array(fc.integer({ min: 0, max: 250 }), { maxLength: 60 }), fc.integer({ min: 0, max: 1_000 }), (gaps, listeners) => {
			const { writes, waits, waiting, change } = paced(listeners);
			for (const gap of gaps) {
				change();
				vi.advanceTimersByTime(gap);
			}
			vi.advanceTimersByTime(100);
			expect(waiting).toEqual([]);
			expect(Math.max(0, ...waits)).toBeLessThanOrEqual(100);
			expect(writes.slice(1).every((at, n) => at - writes[n]! >= 100)).toBe(true);
		}),
		{ numRuns: 200 },
	);
});
