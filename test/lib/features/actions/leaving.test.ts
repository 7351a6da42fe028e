import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { leaving, undoTime } from '../../../../src/lib/features/actions/leaving.svelte.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
	leaving.finishAll();
	vi.useRealTimers();
});

test('a decision is sent after the undo time, not before (SY3)', () => {
	const act = vi.fn();
	leaving.start('a', act);
	vi.advanceTimersByTime(undoTime - 1);
	expect(act).not.toHaveBeenCalled();
	expect(leaving.has('a')).toBe(true);
	vi.advanceTimersByTime(1);
	expect(act).toHaveBeenCalledTimes(1);
	expect(leaving.has('a')).toBe(false);
});
test('taken back, it is never sent', () => {
	const act = vi.fn();
	leaving.start('a', act)();
	vi.advanceTimersByTime(undoTime * 2);
	leaving.finishAll();
	expect(act).not.toHaveBeenCalled();
});
test('leaving the page sends everything at once, and once', () => {
	const [first, second] = [vi.fn(), vi.fn()];
	leaving.start('a', first);
	leaving.start('b', second);
	leaving.finishAll();
	vi.advanceTimersByTime(undoTime * 2);
	expect([first.mock.calls.length, second.mock.calls.length]).toEqual([1, 1]);
});
test('taking back after it was sent changes nothing', () => {
	const act = vi.fn();
	const takeBack = leaving.start('a', act);
	vi.advanceTimersByTime(undoTime);
	takeBack();
	expect(act).toHaveBeenCalledTimes(1);
});
