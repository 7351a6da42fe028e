import { describe, expect, it } from 'vitest';
import type { Command } from '#domain/commands/command.ts';
import { afresh, differences, partsOf, seenBy, type Ground, type Read } from '#domain/commands/ground.ts';
import { commands } from '#domain/commands/index.ts';

/** A mirror of these rows. */
const reader = (rows: Record<string, object>): Read => ((kind: string, id: string) => rows[`${kind} ${id}`]) as Read;
const rows = {
	'customer c1': { id: 'c1', stage: 'live', owner: 'ann', custom: {} },
	'contact k1': { id: 'k1', customerId: 'c1' },
	'task t1': { id: 't1', title: 'Call Ida', state: 'open', completedBy: null, customerId: 'c1', runId: 'r1' },
	'run r1': { id: 'r1', epoch: 2, state: 'waiting', nextStepId: 's4' },
	'draft d1': { id: 'd1', runId: 'r1', customerId: 'c1', state: 'waiting', decidedBy: null, to: ['ida@c.example'], cc: [], bcc: [], subject: 'Hi', html: '<p>Hello</p>', text: 'Hello', assignees: ['ann'] },
	'activation p1': { id: 'p1', state: 'active', version: 3 },
};
const ground = (type: keyof typeof commands, args: object, read: Read = reader(rows)): Ground => (commands[type] as Command).ground!(args, read);

describe('SY3: what a decision is based on', () => {
	it.each([
		['complete-task', { taskId: 't1' }, { 'task/t1/title': 'Call Ida', 'task/t1/state': 'open', 'task/t1/completedBy': null, 'customer/c1/stage': 'live', 'customer/c1/owner': 'ann', 'run/r1/epoch': 2 }],
		['log-interaction', { customerId: 'c1', contactId: 'k1' }, { 'customer/c1/id': 'c1', 'contact/k1/customerId': 'c1' }],
		['log-interaction', { customerId: 'c1' }, { 'customer/c1/id': 'c1' }],
		['start-run', { playbookId: 'p1', customerIds: ['c1', 'gone'] }, { 'activation/p1/state': 'active', 'activation/p1/version': 3, 'customer/c1/stage': 'live', 'customer/c1/owner': 'ann' }],
		['edit-customers', { customerIds: ['c1', 'gone'], edits: [{ edit: 'set-field', args: { field: 'stage', value: 'lost' } }, { edit: 'set-field', args: { field: 'f_tier', value: 'g' } }, { edit: 'add-tag', args: { tag: 't' } }], only: [] }, { 'customer/c1/stage': 'live', 'customer/c1/f_tier': null }],
		['edit-customers', { customerIds: ['c1'], edits: [{ edit: 'set-field', args: { field: 'stage', value: 'live' } }], only: [{ field: 'stage', value: 'lost' }] }, {}],
		['stop-run', { runId: 'r1' }, { 'run/r1/epoch': 2, 'run/r1/state': 'live' }],
		['skip-step', { runId: 'r1' }, { 'run/r1/epoch': 2, 'run/r1/state': 'live', 'run/r1/nextStepId': 's4' }],
		...(['approve-mail', 'edit-mail', 'cancel-mail'] as const).map(
			(type) => [type, { draftId: 'd1' }, { 'draft/d1/state': 'waiting', 'draft/d1/decidedBy': null, 'draft/d1/to': ['ida@c.example'], 'draft/d1/cc': [], 'draft/d1/bcc': [], 'draft/d1/subject': 'Hi', 'draft/d1/text': 'Hello', 'customer/c1/stage': 'live', 'customer/c1/owner': 'ann', 'run/r1/epoch': 2 }] as const,
		),
	] as const)('%s %j', (type, args, expected) => expect(ground(type, args)).toEqual(expected));

	it('a run that works or waits is the same ground: it goes back and forth by itself', () =>
		expect(ground('stop-run', { runId: 'r1' }, reader({ 'run r1': { ...rows['run r1'], state: 'running' } }))).toEqual(ground('stop-run', { runId: 'r1' })));

	it('what the device does not have is no ground, and neither is a field that its mirror does not have yet', () => {
		expect(ground('complete-task', { taskId: 'made-here' })).toEqual({});
		expect(ground('stop-run', { runId: 'r1' }, reader({ 'run r1': { id: 'r1', state: 'running' } }))).toEqual({ 'run/r1/state': 'live' });
	});

	it('a difference has both sides; what is gone is null', () => {
		const seen = seenBy((read) => ground('complete-task', { taskId: 't1' }, read), reader(rows), reader(rows));
		expect(differences(seen, ground('complete-task', { taskId: 't1' }))).toEqual([]);
		const moved = { ...rows, 'customer c1': { id: 'c1', stage: 'lost', owner: 'ann' }, 'task t1': { ...rows['task t1'], runId: null } };
		expect(differences(seen, ground('complete-task', { taskId: 't1' }, reader(moved)))).toEqual([
			{ name: 'customer/c1/stage', was: 'live', now: 'lost' },
			{ name: 'run/r1/epoch', was: 2, now: null },
		]);
		expect(partsOf('customer/c1/stage')).toEqual({ kind: 'customer', id: 'c1', field: 'stage' });
	});

	it('said again on what the differences tell, though the lists are older; what moved since is a difference again', () => {
		const seen = seenBy((read) => ground('complete-task', { taskId: 't1' }, read), reader(rows), reader(rows));
		const at = (stage: string) => ground('complete-task', { taskId: 't1' }, reader({ ...rows, 'customer c1': { id: 'c1', stage, owner: 'ann' } }));
		const again = afresh(seen, differences(seen, at('lost')));
		expect(differences(again, at('lost'))).toEqual([]);
		expect(differences(again, at('won'))).toEqual([{ name: 'customer/c1/stage', was: 'lost', now: 'won' }]);
	});

	it('one’s own edit is no difference, whether it has arrived or not', () => {
		const own = { ...rows, 'customer c1': { id: 'c1', stage: 'mine', owner: 'ann' } };
		const seen = seenBy((read) => ground('complete-task', { taskId: 't1' }, read), reader(own), reader(rows));
		expect(seen).toContainEqual({ name: 'customer/c1/stage', was: 'mine', or: 'live' });
		for (const stage of ['live', 'mine']) expect(differences(seen, { ...ground('complete-task', { taskId: 't1' }), 'customer/c1/stage': stage })).toEqual([]);
		expect(differences(seen, { ...ground('complete-task', { taskId: 't1' }), 'customer/c1/stage': 'theirs' })).toHaveLength(1);
	});
});
