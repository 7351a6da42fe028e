import { describe, expect, it } from 'vitest';
import { previewRetry } from '#domain/engine/retry-preview.ts';
import { factsOf, noon } from '../facts.ts';
import { playbook, runOf, task } from './playbooks.ts';

const firing = (title: string) => ({ definition: playbook([task('a', { title })]), run: runOf(), step: { number: 2, stepId: 'a', dueAt: noon }, facts: factsOf(), now: noon });
const asked = (title: string) => {
	const preview = previewRetry(firing(title), null);
	return preview.outcome === 'differs' ? preview.lines : [];
};
/** The step's input as `advance` gave it to be recorded. */
const input = { requests: [{ kind: 'task', title: 'Call Acme', description: '', assignees: ['user_ann'], teamId: null, dueAt: noon, customerId: 'customer_acme' }] };

describe('RU3: what a retry would do', () => {
	it('shows each field that differs from last time, and nothing that a person isn’t helped by', () => {
		const preview = previewRetry(firing('Call {{ customer.name }} now'), input);
		expect(preview).toMatchObject({ outcome: 'differs', isNew: false });
		const title = (preview as { lines: { field: string }[] }).lines.find(({ field }) => field === 'title');
		expect(title).toMatchObject({ request: 0, kind: 'task', was: 'Call Acme' });
		expect((preview as { lines: { field: string }[] }).lines.map(({ field }) => field)).not.toContain('customerId');
	});

	it('shows all of it when nothing was asked for yet, and none when all is the same', () => {
		const fresh = asked('Call');
		expect(fresh.every(({ was }) => was === null)).toBe(true);
		const same = { requests: [Object.fromEntries([['kind', 'task'], ...fresh.map(({ field, now }) => [field, field === 'dueAt' ? Number(now) : field === 'assignees' ? now!.split(', ') : now])])] };
		expect(previewRetry(firing('Call'), same)).toEqual({ outcome: 'differs', isNew: false, lines: [] });
	});

	it.each([
		['fails again, with the reason', { ...firing(''), facts: factsOf() }, { outcome: 'fails', error: 'unfinished {"param":"title"}' }],
		['has nothing left to do', { ...firing('Call'), performed: [{ part: 0, request: input.requests[0] as never }] }, { outcome: 'nothing' }],
	])('%s', (_, at, expected) => expect(previewRetry(at, null)).toMatchObject(expected));
});
