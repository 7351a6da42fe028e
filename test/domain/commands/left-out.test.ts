import { expect, test } from 'vitest';
import { leftOut } from '../../../src/domain/commands/left-out.ts';

test.each([
	['a bulk edit', { results: [{ customerId: 'a', outcome: 'changed' }, { customerId: 'b', outcome: 'unchanged' }, { customerId: 'c', outcome: 'refused', reason: 'parent-circle' }, { customerId: 'd', outcome: 'left', reason: 'changed-meanwhile' }] }, [['c', 'parent-circle'], ['d', 'changed-meanwhile']]],
	['a start on many', [{ customerId: 'a', entered: true, runId: 'r' }, { customerId: 'b', entered: false, reason: 'running' }], [['b', 'running']]],
	['a start on one', [{ customerId: 'a', entered: true, runId: 'r' }], []],
	['a command on one', { id: 'task_1' }, []],
	['nothing', undefined, []],
])('of %s, those that it left as they were', (_, result, left) => {
	expect(leftOut(result)).toEqual(left.map(([customerId, reason]) => ({ customerId, reason })));
});
