/** SY3, ADR 43: what was not executed can be decided once more when that would help. */
import { expect, test } from 'vitest';
import { againOf } from '../../../../src/lib/features/decisions/again.ts';

const here = (id: string) => id === 'customer_here';
const note = (reason: string, customerId: string) => ({ reason, args: { id: 'note_1', customerId, kind: 'note' } });

test('on changed ground, as long as it is open', () => {
	expect(againOf({ reason: 'ground-changed', args: { taskId: 't' } }, true, here)).toBe('anyway');
	expect(againOf({ reason: 'ground-changed', args: { taskId: 't' } }, false, here)).toBe(null);
});

test('a note whose customer had been deleted, once that was restored', () => {
	expect(againOf(note('no-such-customer', 'customer_gone'), true, here)).toBe(null);
	expect(againOf(note('no-such-customer', 'customer_here'), true, here)).toBe('retry');
	expect(againOf({ reason: 'no-such-customer', args: { playbookId: 'p', customerIds: ['customer_here', 'customer_gone'] } }, true, here)).toBe(null);
});

test('nothing else that was refused: its reason still stands', () => {
	expect(againOf(note('no-right', 'customer_here'), true, here)).toBe(null);
	expect(againOf({ reason: 'no-such-customer', args: { taskId: 't' } }, true, here)).toBe(null);
	expect(againOf({ reason: null, args: null }, true, here)).toBe(null);
});
