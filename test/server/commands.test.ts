import { readdirSync } from 'node:fs';
import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { contact, customer, event, interaction } from '#db/schema/documents.ts';
import { task } from '#db/schema/effects.ts';
import { activation, job, playbookVersion, run } from '#db/schema/engine.ts';
import { command, invitation, member, person, workspace } from '#db/schema/people.ts';
import { stage } from '#db/schema/settings.ts';
import { commands } from '#domain/commands/index.ts';
import { startApp, type Browser } from './app.ts';
import { documentRooms } from './document-rooms.ts';

const theDocs = documentRooms();
const app = await startApp(theDocs.behave);
theDocs.state.db = app.db;
let mine: Browser;
let me: { id: string; workspace: string; stages: Record<string, string> };

const colleague = (email: string, role: string) => app.invited(mine, email, role);
const aCustomer = async (n: number | string, args: object = {}) => {
	const id = `customer_${String(n).padStart(20, '0')}`;
	const outcome = await mine.command('create-customer', { id, args: { name: `Customer ${n}`, ...args } });
	expect(outcome).toMatchObject({ status: 'accepted', result: { id } });
	return id;
};

beforeAll(async () => {
	mine = await app.owner();
	const { body } = await mine.get('/api/session');
	const stages = await app.db.select().from(stage);
	me = { id: body.user.id, workspace: body.workspace.id, stages: Object.fromEntries(stages.map(({ name, id }) => [name, id])) };
});

describe('commands', () => {
	it('have one file, one entry and one handler each', () => {
		const files = readdirSync(new URL('../../src/domain/commands', import.meta.url)).map((file) => file.replace('.ts', '')).filter((name) => !['index', 'command', 'ground', 'left-out', 'own-consequence'].includes(name));
		expect(Object.keys(commands).sort()).toEqual(files.sort());
		for (const [type, one] of Object.entries(commands)) expect(one.type).toBe(type);
	});

	it('are decided once for each id, by whoever is first, whatever comes after', async () => {
		const id = 'command_once_0001';
		const args = { id: 'stage_once', name: 'Once', position: 9, colour: 'blue' };
		const answers = await Promise.all(Array.from({ length: 5 }, () => mine.command('save-stage', args, id)));
		for (const answer of answers) expect(answer).toEqual({ status: 'accepted', result: { id: 'stage_once' } });
		expect(await mine.command('save-stage', { ...args, name: 'Other' }, id)).toEqual(answers[0]);
		expect((await app.db.select().from(stage).where(eq(stage.id, 'stage_once')))[0]!.name).toBe('Once');
		expect(await app.db.select().from(command).where(eq(command.id, id))).toHaveLength(1);
	});

	it('say why they are refused: unknown, not valid, no right', async () => {
		expect(await mine.command('fly-away', {})).toMatchObject({ status: 'refused', reason: 'unknown-command' });
		expect(await mine.command('save-stage', { id: 'UPPER', name: 'x', position: 1, colour: 'blue' })).toMatchObject({ status: 'refused', reason: 'not-valid', detail: expect.stringContaining('id:') });
		expect(await mine.post('/api/commands', { type: 'save-stage' })).toMatchObject({ status: 400 });
		const reader = await colleague('rita@example.example', 'reader');
		for (const type of Object.values(commands).filter((one) => one.permission !== null).map((one) => one.type)) expect(await reader.command(type, {})).toEqual({ status: 'refused', reason: 'no-right' });
		expect((await reader.get('/api/session')).body.role).toBe('reader');
	});

	it('make a customer’s document, once, and refuse an external id that is taken', async () => {
		const id = await aCustomer(1, { externalId: 'X1', stage: me.stages.Onboarding });
		expect((await app.db.select().from(customer).where(eq(customer.id, id)))[0]).toMatchObject({ name: 'Customer 1', workspace: me.workspace });
		expect(await mine.get(`/api/rooms/token?room=${id}`)).toMatchObject({ status: 200 });
		expect(await mine.post(`/api/documents/${id}`, { vector: null })).toMatchObject({ status: 200, body: { update: expect.any(String) } });
		expect(await mine.command('create-customer', { id: `customer_${'9'.repeat(20)}`, args: { name: 'Twin', externalId: 'X1' } })).toMatchObject({ status: 'refused', reason: 'external-id-taken', detail: { id } });
		expect(await mine.command('create-customer', { id: `customer_${'9'.repeat(20)}`, args: { name: '' } })).toMatchObject({ status: 'refused', reason: 'not-valid' });
	});

	it('stay undecided while the rooms are down, and are decided when they are back', async () => {
		theDocs.state.isDown = () => true;
		const body = { id: 'command_down_0001', type: 'create-customer', args: { id: `customer_${'d'.repeat(20)}`, args: { name: 'Down' } } };
		expect(await mine.post('/api/commands', body)).toMatchObject({ status: 503, body: { code: 'rooms-unreachable' } });
		theDocs.state.isDown = () => false;
		expect((await mine.post('/api/commands', body)).body).toMatchObject({ status: 'accepted' });
	});

	it('poke the workspace after each commit, with its seq', async () => {
		const before = app.rooms.calls.length;
		await mine.command('save-tag', { id: 'tag_poked', subject: 'customer', name: 'Poked', colour: 'red' });
		await app.settled();
		const [space] = await app.db.select().from(workspace);
		expect(app.rooms.calls.slice(before)).toContainEqual({ party: 'workspace', room: me.workspace, verb: 'poke', body: { seq: space!.seq } });
	});
});

describe('settings', () => {
	it('keep names apart, fields of their type, and stages that customers are in', async () => {
		expect(await mine.command('save-stage', { id: 'stage_x', name: 'onboarding', position: 9, colour: 'blue' })).toMatchObject({ status: 'refused', reason: 'name-taken' });
		await mine.command('save-field', { id: 'f_seats', subject: 'customer', name: 'Seats', type: 'number', position: 1 });
		expect(await mine.command('save-field', { id: 'f_seats', subject: 'customer', name: 'Sièges', type: 'number', position: 2 })).toMatchObject({ status: 'accepted' });
		expect(await mine.command('save-field', { id: 'f_seats', subject: 'customer', name: 'Sièges', type: 'text', position: 2 })).toMatchObject({ status: 'refused', reason: 'type-fixed' });
		expect(await mine.command('save-field', { id: 'f_kind', subject: 'customer', name: 'Kind', type: 'choice', position: 2 })).toMatchObject({ status: 'refused', reason: 'not-valid' });
		await aCustomer(2, { stage: me.stages.Growth });
		expect(await mine.command('remove-stage', { id: me.stages.Growth })).toMatchObject({ status: 'refused', reason: 'stage-in-use', detail: { customers: 1 } });
		expect(await mine.command('remove-field', { id: 'f_seats' })).toMatchObject({ status: 'accepted' });
		const { body: page } = await mine.get('/api/sync?after=0&limit=2000');
		expect(page.rows.some((row: any) => row.id === 'f_seats')).toBe(false);
	});

	it('change the workspace, and never keep its secrets in the record', async () => {
		expect(await mine.command('change-workspace', { timeZone: 'Mars/Olympus' })).toMatchObject({ status: 'refused', reason: 'no-such-time-zone' });
		expect(await mine.command('change-workspace', { timeZone: 'Europe/Rome', resendKey: 're_very_secret' }, 'command_secret_1')).toMatchObject({ status: 'accepted' });
		const { body } = await mine.get('/api/session');
		expect(body.workspace).toMatchObject({ timeZone: 'Europe/Rome', hasResendKey: true });
		const rows = await app.db.select().from(command);
		expect(JSON.stringify(rows)).not.toContain('re_very_secret');
		await mine.command('change-workspace', { resendKey: null });
	});
});

describe('members', () => {
	it('join by their link, with their role, as people of the mirror', async () => {
		const ada = await colleague('ada.byron@example.example', 'csm');
		const { body } = await ada.get('/api/session');
		expect(body).toMatchObject({ role: 'csm', user: { name: 'Ada Byron' }, workspace: { id: me.workspace } });
		expect((await app.db.select().from(person).where(eq(person.id, body.user.id)))[0]).toMatchObject({ role: 'csm', deletedAt: null });
		expect(await mine.command('invite-person', { email: 'ada.byron@example.example', role: 'csm' })).toMatchObject({ status: 'refused', reason: 'already-member' });
		expect((await app.db.select().from(invitation).where(eq(invitation.email, 'ada.byron@example.example')))[0]!.status).toBe('accepted');
	});

	it('lose a right at once: the rooms are told (S6)', async () => {
		const bob = await colleague('bob@example.example', 'csm');
		const { id } = (await bob.get('/api/session')).body.user;
		expect(await mine.command('change-role', { userId: id, role: 'reader' })).toMatchObject({ status: 'accepted' });
		await app.settled();
		expect(app.rooms.calls).toContainEqual({ party: 'workspace', room: me.workspace, verb: 'revoke', body: { userId: id, role: 'reader' } });
		expect((await bob.get('/api/session')).body.role).toBe('reader');
		expect(await mine.command('remove-person', { userId: id })).toMatchObject({ status: 'accepted' });
		await app.settled();
		expect(app.rooms.calls).toContainEqual({ party: 'workspace', room: me.workspace, verb: 'revoke', body: { userId: id } });
		expect(await bob.get('/api/sync?after=0')).toMatchObject({ status: 403, body: { code: 'no-workspace' } });
		const [kept] = await app.db.select().from(person).where(eq(person.id, id));
		expect(kept!.deletedAt).not.toBeNull();
		expect(await app.db.select().from(member).where(eq(member.userId, id))).toEqual([]);
	});

	it('never leave the workspace without an administrator', async () => {
		expect(await mine.command('remove-person', { userId: me.id })).toMatchObject({ status: 'refused', reason: 'last-administrator' });
		expect(await mine.command('change-role', { userId: me.id, role: 'csm' })).toMatchObject({ status: 'refused', reason: 'last-administrator' });
	});
});

describe('work', () => {
	it('is given, done once, and held for who comes after (SY3)', async () => {
		const customerId = await aCustomer(3);
		const args = { id: 'task_mine', title: 'Call them', customerId, assignees: [me.id] };
		expect(await mine.command('create-task', { ...args, assignees: ['nobody'] })).toMatchObject({ status: 'refused', reason: 'no-such-person' });
		expect(await mine.command('create-task', args)).toMatchObject({ status: 'accepted', result: { id: 'task_mine' } });
		expect(await mine.command('complete-task', { taskId: 'task_mine' })).toMatchObject({ status: 'accepted' });
		expect(await mine.command('complete-task', { taskId: 'task_mine' })).toMatchObject({ status: 'held', reason: 'already-done', detail: { by: me.id } });
		expect((await app.db.select().from(task))[0]).toMatchObject({ state: 'done', completedBy: me.id });
		const { body } = await mine.get(`/api/events?customer=${customerId}`);
		expect(body.events.map((one: any) => one.type)).toEqual(expect.arrayContaining(['task.created', 'task.completed']));
	});

	it('is written down: interactions with their event', async () => {
		const customerId = await aCustomer(4);
		expect(await mine.command('log-interaction', { id: 'i1', customerId, type: 'call', title: 'Asked about the renewal', at: 1_790_000_000_000 })).toMatchObject({ status: 'accepted' });
		expect(await mine.command('log-interaction', { id: 'i2', customerId, contactId: 'contact_nowhere', type: 'call', title: 'x', at: 1 })).toMatchObject({ status: 'refused', reason: 'no-such-contact' });
		expect((await app.db.select().from(interaction))[0]).toMatchObject({ customerId, userId: me.id, direction: 'both' });
		// CU5: with somebody who was merged into another meanwhile.
		const [here] = await app.db.select().from(customer).where(eq(customer.id, customerId));
		await app.db.insert(contact).values({ workspace: here!.workspace, seq: 1, id: 'contact_bo', customerId, name: 'Bo', roles: [], tags: [], custom: {}, createdAt: 1, mergedFrom: ['contact_old'] });
		expect(await mine.command('log-interaction', { id: 'i3', customerId, contactId: 'contact_old', type: 'call', title: 'x', at: 1 })).toMatchObject({ status: 'accepted' });
		expect((await app.db.select().from(interaction).where(eq(interaction.id, 'i3')))[0]).toMatchObject({ contactId: 'contact_bo' });
		expect((await app.db.select().from(event).where(eq(event.subjectId, 'i1')))[0]!.type).toBe('interaction.logged');
	});
});

describe('playbooks', () => {
	const id = `playbook_${'p'.repeat(20)}`;
	const inStage = (stageId: string) => ({ id: 'c1', kind: 'clause' as const, field: 'customer.stage', operator: 'is' as const, value: stageId, parent: 'filters' });

	it('are published with every problem first, then as a version with its difference (PB3, R23)', async () => {
		expect(await mine.command('create-playbook', { id, name: 'Welcome' })).toMatchObject({ status: 'accepted' });
		const refused = await mine.command('publish-playbook', { playbookId: id });
		expect(refused).toMatchObject({ status: 'refused', reason: 'problems' });
		expect(refused.detail.map((one: any) => one.at)).toEqual(expect.arrayContaining(['trigger', 'steps']));
		await theDocs.edit(id, 'set-trigger', { type: 'manual', params: {} });
		await theDocs.edit(id, 'put-filter', inStage(me.stages.Renewal!));
		await theDocs.edit(id, 'insert-step', { id: 's1', kind: 'wait', params: { mode: 'for', amount: 2, unit: 'days' }, parent: 'root', branch: '', after: null });
		expect(await mine.command('publish-playbook', { playbookId: id, note: 'First' })).toMatchObject({ status: 'accepted', result: { version: 1 } });
		expect(await mine.command('publish-playbook', { playbookId: id })).toMatchObject({ status: 'refused', reason: 'nothing-changed', detail: { version: 1 } });
		await theDocs.edit(id, 'set-step-param', { id: 's1', param: 'amount', value: 3 });
		const second = await mine.command('publish-playbook', { playbookId: id, note: 'Longer' });
		expect(second).toMatchObject({ status: 'accepted', result: { version: 2 } });
		expect(second.result.changes).toMatchObject([{ at: 's1', what: 'changed', from: '2', to: '3' }]);
		expect(await app.db.select().from(playbookVersion)).toHaveLength(2);
	});

	it('bring an old version back as the draft', async () => {
		expect(await mine.command('restore-version', { playbookId: id, version: 7 })).toMatchObject({ status: 'refused', reason: 'no-such-version' });
		expect(await mine.command('restore-version', { playbookId: id, version: 1 })).toMatchObject({ status: 'accepted' });
		expect(await mine.command('publish-playbook', { playbookId: id })).toMatchObject({ status: 'accepted', result: { version: 3, changes: [{ at: 's1', from: '3', to: '2' }] } });
	});

	it('say how many match, and let them enter once', async () => {
		const matching = [await aCustomer(10, { stage: me.stages.Renewal }), await aCustomer(11, { stage: me.stages.Renewal })];
		const count = await mine.command('count-matching', { playbookId: id });
		expect(count).toMatchObject({ status: 'accepted', result: { matching: 2, entering: 2 } });
		const activate = { playbookId: id, version: 3, enterMatching: true };
		expect(await mine.command('activate-playbook', activate, 'command_activate1')).toMatchObject({ status: 'accepted', result: { entered: 2 } });
		expect((await app.db.select().from(activation))[0]).toMatchObject({ state: 'active', version: 3, triggerType: 'manual' });
		const runs = await app.db.select().from(run);
		expect(runs.map(({ subjectId }) => subjectId).sort()).toEqual(matching);
		expect(runs.every(({ state }) => state === 'running' || state === 'waiting')).toBe(true);
		expect(await app.db.select().from(job)).toHaveLength(2);
		expect(await mine.command('activate-playbook', activate)).toMatchObject({ status: 'accepted', result: { entered: 0 } });
		expect(await mine.command('count-matching', { playbookId: id, version: 3 })).toMatchObject({ result: { matching: 2, entering: 0 } });
		const { body } = await mine.get(`/api/runs/${runs[0]!.id}`);
		expect(body).toMatchObject({ run: { id: runs[0]!.id }, definition: { name: 'Welcome' }, steps: [{ stepId: 's1', state: 'scheduled' }], intents: [] });
		expect(app.rooms.calls).toContainEqual({ party: 'automation', room: `${me.workspace}_0`, verb: 'wake', body: {} });
	});

	it('run by hand on whom nothing speaks against, and tell the reason for the others', async () => {
		const [running] = await app.db.select().from(run);
		const fresh = await aCustomer(12);
		const outcome = await mine.command('start-run', { playbookId: id, customerIds: [running!.subjectId, fresh, 'customer_gone'] });
		expect(outcome).toMatchObject({ status: 'accepted' });
		expect(Object.fromEntries(outcome.result.map((one: any) => [one.customerId, one.entered || one.reason]))).toEqual({ [running!.subjectId]: 'running', [fresh]: true, customer_gone: 'no-such-customer' });
		expect(await mine.command('start-run', { playbookId: id, customerIds: [fresh] })).toMatchObject({ status: 'refused', reason: 'nobody-entered' });
	});

	it('are stopped and skipped by hand, and held when they have moved on (R8)', async () => {
		const [one] = await app.db.select().from(run);
		expect(await mine.command('retry-step', { runId: one!.id })).toMatchObject({ status: 'held', reason: 'run-moved-on' });
		expect(await mine.command('stop-run', { runId: one!.id })).toMatchObject({ status: 'accepted' });
		expect(await mine.command('stop-run', { runId: one!.id })).toMatchObject({ status: 'held', reason: 'run-moved-on', detail: { state: 'stopped' } });
		expect(await mine.command('stop-run', { runId: 'run_nowhere' })).toMatchObject({ status: 'refused', reason: 'no-such-run' });
	});

	it('are paused, and deactivated with what runs stopped', async () => {
		expect(await mine.command('pause-playbook', { playbookId: id })).toMatchObject({ status: 'accepted' });
		expect(await mine.command('pause-playbook', { playbookId: id })).toMatchObject({ status: 'held', reason: 'not-active' });
		expect(await mine.command('deactivate-playbook', { playbookId: id, running: 'stop' })).toMatchObject({ status: 'accepted', result: { stopped: 2 } });
		expect((await app.db.select().from(run)).every(({ state }) => state === 'stopped')).toBe(true);
		expect(await app.db.select().from(job)).toEqual([]);
		const types = (await app.db.select().from(event).where(eq(event.subjectId, id))).map(({ type }) => type);
		expect(types).toEqual(expect.arrayContaining(['playbook.published', 'playbook.activated', 'playbook.paused', 'playbook.deactivated']));
	});

	it('of the clock get their job with the activation, and lose it with the deactivation', async () => {
		await theDocs.edit(id, 'set-trigger', { type: 'scheduled-recurring', params: { every: 'day', weekdays: [1], day: 1, time: '09:00' } });
		const { result } = await mine.command('publish-playbook', { playbookId: id });
		await mine.command('activate-playbook', { playbookId: id, version: result.version });
		const [timed] = await app.db.select().from(job);
		expect(timed).toMatchObject({ kind: 'schedule', playbookId: id });
		expect(timed!.dueAt).toBeGreaterThan(Date.now());
		await mine.command('deactivate-playbook', { playbookId: id, running: 'finish' });
		expect(await app.db.select().from(job)).toEqual([]);
	});
});

describe('another workspace', () => {
	it('is not reached: no token, no run, no version, no edit of its settings', async () => {
		const [own] = await app.db.select().from(customer);
		await app.db.insert(workspace).values({ id: 'workspace_other', name: 'Other', slug: 'other', createdAt: new Date() });
		await app.db.update(customer).set({ workspace: 'workspace_other' }).where(eq(customer.id, own!.id));
		await app.db.insert(stage).values({ workspace: 'workspace_other', seq: 1, id: 'stage_theirs', name: 'Theirs', position: 0, colour: 'red' });
		expect(await mine.command('save-stage', { id: 'stage_theirs', name: 'Mine now', position: 0, colour: 'red' })).toMatchObject({ status: 'held', reason: 'changed-meanwhile' });
		expect((await app.db.select().from(stage).where(eq(stage.id, 'stage_theirs')))[0]!.name).toBe('Theirs');
		expect(await mine.command('log-interaction', { id: 'i9', customerId: own!.id, type: 'call', title: 'x', at: 1 })).toMatchObject({ status: 'refused', reason: 'no-such-customer' });
		expect((await mine.get(`/api/rooms/token?room=workspace_other`)).status).toBe(403);
		expect((await mine.post(`/api/documents/customer_${'0'.repeat(20)}`, { vector: null })).status).toBe(403);
	});

	it('follow a customer for their person alone, once however often, and no longer (CU12)', async () => {
		const id = await aCustomer('follow');
		const reader = await colleague('fol@example.example', 'reader');
		const follows = async (who: Browser) => (await who.get('/api/sync?after=0&limit=2000')).body.rows.filter((row: any) => row.kind === 'follow').map((row: any) => row.data.customerId);
		expect(await reader.command('follow-customer', { customerId: id }, 'command_follow_1')).toEqual({ status: 'accepted' });
		expect(await reader.command('follow-customer', { customerId: id }, 'command_follow_1')).toEqual({ status: 'accepted' });
		expect(await reader.command('follow-customer', { customerId: id })).toEqual({ status: 'accepted' });
		expect(await follows(reader)).toEqual([id]);
		expect(await follows(mine)).toEqual([]);
		expect(await mine.command('follow-customer', { customerId: 'customer_nowhere' })).toMatchObject({ status: 'refused', reason: 'no-such-customer' });
		expect(await mine.command('unfollow-customer', { customerId: id })).toEqual({ status: 'accepted' });
		expect(await reader.command('unfollow-customer', { customerId: id })).toEqual({ status: 'accepted' });
		expect(await follows(reader)).toEqual([]);
		// Sent again after the answer was lost: it stays as it was decided, and follows nobody anew.
		expect(await reader.command('follow-customer', { customerId: id }, 'command_follow_1')).toEqual({ status: 'accepted' });
		expect(await follows(reader)).toEqual([]);
	});
});
