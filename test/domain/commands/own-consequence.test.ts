/** SY3, ADR 28: what an act has led to itself doesn't hold the rest of it. */
import { describe, expect, test } from 'vitest';
import { actOf, idInAct, isOwnConsequence, type FieldChange } from '../../../src/domain/commands/own-consequence.ts';

const roots = new Set(['run_mine']);
const change = (from: string | null, to: string | null, rootRunId: string | null = 'run_mine'): FieldChange => ({ from, to, rootRunId });
const moved = { name: 'customer/c1/stage', was: 'a', now: 'c' };

test('ids of one act share what stands before their last dash', () => {
	expect([idInAct('command_x', 0), idInAct('command_x', 11)].map(actOf)).toEqual(['command_x-', 'command_x-']);
	expect(actOf('command_x')).toBeNull();
});

describe('a change is one’s own', () => {
	test.each([
		['in one step', [change('a', 'c')], true],
		['in several steps', [change('b', 'c'), change('a', 'b'), change('x', 'a', null)], true],
		['not when somebody else made the last step', [change('b', 'c', null), change('a', 'b')], false],
		['not when somebody else made a step before', [change('b', 'c'), change('a', 'b', 'run_other')], false],
		['not when a step is missing', [change('b', 'c'), change('a', 'x')], false],
		['not when it never was what was seen', [change('b', 'c')], false],
		['not without any recorded change', [], false],
	])('%s', (_, changes, isOwn) => {
		expect(isOwnConsequence(moved, undefined, changes, roots)).toBe(isOwn);
	});

	test('from what the server had said last, and from nothing', () => {
		expect(isOwnConsequence(moved, 'b', [change('b', 'c')], roots)).toBe(true);
		expect(isOwnConsequence({ ...moved, was: null }, undefined, [change(null, 'c')], roots)).toBe(true);
	});
});
