import { expect, it } from 'vitest';
import { isTimeAlone } from '#domain/engine/next-step.ts';
import type { Step } from '#domain/documents/playbook/definition.ts';

const wait: Step = { id: 'wait', kind: 'wait', params: { mode: 'for', amount: 1, unit: 'days' } };
const until: Step = { id: 'wait', kind: 'wait', params: { mode: 'until', field: 'renewalAt', time: '09:00' } as Extract<Step, { kind: 'wait' }>['params'] };
const task: Step = { id: 'task', kind: 'action', action: 'create-task', params: {} };

it.each([
	['a wait for some time that ends the run', [wait], 'wait', true],
	['a wait for some time before an action', [wait, task], 'wait', true],
	['a wait before a wait, whose end is counted in the calendar', [wait, { ...wait, id: 'second' }], 'wait', false],
	['a wait for a date of the record', [until], 'wait', false],
	['an action', [task], 'task', false],
	['a stop', [{ id: 'stop', kind: 'stop' } as Step], 'stop', true],
	['a step that is gone', [wait], 'gone', false],
] as const)('the clock alone decides: %s', (_, steps, id, expected) => expect(isTimeAlone({ steps: [...steps] }, id)).toBe(expected));
