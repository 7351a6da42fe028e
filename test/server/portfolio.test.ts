/** CU12 on the server: saved views reach whom they should, and bulk edits go through the rooms, once. */
import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { customer } from '#db/schema/documents.ts';
import { stage } from '#db/schema/settings.ts';
import { startApp, type Browser } from './app.ts';
import { documentRooms } from './document-rooms.ts';

const theDocs = documentRooms();
const app = await startApp(theDocs.behave);
theDocs.state.db = app.db;
let mine: Browser;
let colleague: Browser;
let reader: Browser;
let me: { id: string; stages: string[] };

const aCustomer = async (n: string, args: object = {}) => {
	const id = `customer_${n.padStart(20, '0')}`;
	expect(await mine.command('create-customer', { id, args: { name: `Customer ${n}`, ...args } })).toMatchObject({ status: 'accepted' });
	return id;
};
const rowOf = async (id: string) => (await app.db.select().from(customer).where(eq(customer.id, id)))[0]!;

beforeAll(async () => {
	mine = await app.owner();
	const stages = await app.db.select().from(stage);
	me = { id: (await mine.get('/api/session')).body.user.id, stages: stages.sort((a, b) => a.position - b.position).map(({ id }) => id) };
	colleague = await app.invited(mine, 'cleo@example.example', 'csm');
	reader = await app.invited(mine, 'rita@example.example', 'reader');
});

describe('saved views', () => {
	const definition = { whose: 'all', text: '', filters: { id: 'filters', kind: 'group', mode: 'all', items: [] }, scope: 'all', isTree: false, sort: null, columns: ['stage'], group: null };
	const view = (id: string, more: object = {}) => ({ id, kind: 'customer', name: id, isShared: false, position: 0, definition, ...more });
	/** A device: what it holds of views after each sync. */
	const device = (who: Browser) => {
		const views = new Map<string, any>();
		let cursor = '0';
		return async () => {
			const { body } = await who.get(`/api/sync?after=${encodeURIComponent(cursor)}&limit=2000`);
			cursor = body.cursor;
			for (const row of body.rows.filter((one: any) => one.kind === 'view')) row.data ? views.set(row.id, row.data) : views.delete(row.id);
			return [...views.keys()].sort();
		};
	};

	it('private ones reach their owner only; shared ones everybody, until they are private again', async () => {
		const [phone, other] = [device(colleague), device(mine)];
		expect(await colleague.command('save-view', view('view_a'))).toEqual({ status: 'accepted', result: { id: 'view_a' } });
		expect([await phone(), await other()]).toEqual([['view_a'], []]);
		await colleague.command('save-view', view('view_a', { isShared: true }));
		expect([await phone(), await other()]).toEqual([['view_a'], ['view_a']]);
		await colleague.command('save-view', view('view_a', { name: 'Mine again' }));
		expect([await phone(), await other()]).toEqual([['view_a'], []]);
		// Somebody who begins now hears nothing of it, not even that it is gone.
		const late = await reader.get('/api/sync?after=0&limit=2000');
		expect(late.body.rows.filter((row: any) => row.kind === 'view')).toEqual([]);
		await colleague.command('save-view', view('view_a', { isShared: true }));
		expect(await other()).toEqual(['view_a']);
		await colleague.command('remove-view', { id: 'view_a' });
		expect([await phone(), await other()]).toEqual([[], []]);
	});

	it('are changed by their owner, shared ones by administrators too, and shared only by who may edit', async () => {
		expect(await reader.command('save-view', view('view_r'))).toMatchObject({ status: 'accepted' });
		expect(await reader.command('save-view', view('view_r', { isShared: true }))).toEqual({ status: 'refused', reason: 'no-right' });
		expect(await mine.command('save-view', view('view_r'))).toMatchObject({ status: 'refused', reason: 'no-such-view' });
		expect(await mine.command('remove-view', { id: 'view_r' })).toMatchObject({ status: 'refused', reason: 'no-such-view' });
		await colleague.command('save-view', view('view_s', { isShared: true }));
		expect(await reader.command('save-view', view('view_s', { name: 'x', isShared: true }))).toMatchObject({ status: 'refused', reason: 'no-right' });
		expect(await mine.command('save-view', view('view_s', { name: 'Better', isShared: true }))).toMatchObject({ status: 'accepted' });
		expect(await mine.command('save-view', view('view_s', { isShared: false }))).toMatchObject({ status: 'refused', reason: 'no-right' });
		expect(await mine.command('remove-view', { id: 'view_s' })).toEqual({ status: 'accepted' });
		// A colleague's edit from before it went says so, and doesn't bring it back.
		expect(await colleague.command('save-view', view('view_s', { isShared: true }))).toMatchObject({ status: 'refused', reason: 'no-such-view' });
	});

	it('say what is wrong with one that is none', async () => {
		expect(await mine.command('save-view', view('view_w', { definition: { ...definition, columns: [] } }))).toMatchObject({ status: 'refused', reason: 'not-valid', detail: expect.stringContaining('columns') });
	});
});

describe('bulk edits', () => {
	it('change each customer through its room, say what became of each, and change nothing when sent again', async () => {
		const [a, b, c] = [await aCustomer('b1'), await aCustomer('b2', { stage: me.stages[1] }), await aCustomer('b3')];
		const args = { customerIds: [a, b, c, 'customer_nowhere'], edits: [{ edit: 'set-field', args: { field: 'stage', value: me.stages[1] } }] };
		const outcome = await mine.command('edit-customers', args, 'command_bulk_1');
		expect(outcome.result.results).toEqual([
			{ customerId: a, outcome: 'changed' },
			{ customerId: b, outcome: 'unchanged' },
			{ customerId: c, outcome: 'changed' },
			{ customerId: 'customer_nowhere', outcome: 'refused', reason: 'no-such-customer' },
		]);
		// The rows are there when the answer is.
		expect((await rowOf(a)).stage).toBe(me.stages[1]);
		await theDocs.edit(a, 'set-field', { field: 'stage', value: me.stages[2] });
		expect(await mine.command('edit-customers', args, 'command_bulk_1')).toEqual(outcome);
		expect((await rowOf(a)).stage).toBe(me.stages[2]);
	});

	it('SY3 made offline, are held with both sides when a customer isn’t any more what was seen; nobody is changed; what is so already holds nothing', async () => {
		const [a, b] = [await aCustomer('h1', { stage: me.stages[0] }), await aCustomer('h2', { stage: me.stages[0] })];
		const args = { customerIds: [a, b], edits: [{ edit: 'set-field', args: { field: 'stage', value: me.stages[1] } }] };
		const ground = [a, b].map((id) => ({ name: `customer/${id}/stage`, was: me.stages[0]! }));
		await theDocs.edit(b, 'set-field', { field: 'stage', value: me.stages[2] });
		expect(await mine.command('edit-customers', args, undefined, ground)).toEqual({ status: 'held', reason: 'ground-changed', differences: [{ name: `customer/${b}/stage`, was: me.stages[0], now: me.stages[2] }] });
		expect([(await rowOf(a)).stage, (await rowOf(b)).stage]).toEqual([me.stages[0], me.stages[2]]);
		await theDocs.edit(b, 'set-field', { field: 'stage', value: me.stages[1] });
		expect((await mine.command('edit-customers', args, undefined, ground)).result.results).toEqual([{ customerId: a, outcome: 'changed' }, { customerId: b, outcome: 'unchanged' }]);
	});

	it('decided anew after a crash half-way, change nobody twice', async () => {
		const [a, b] = [await aCustomer('c1'), await aCustomer('c2')];
		const body = { id: 'command_bulk_crash', type: 'edit-customers', args: { customerIds: [a, b], edits: [{ edit: 'set-field', args: { field: 'domain', value: 'new.example' } }] }, ground: [a, b].map((id) => ({ name: `customer/${id}/domain`, was: null })) };
		theDocs.state.isDown = ({ room, verb }) => room === b && verb === 'edit';
		expect(await mine.post('/api/commands', body)).toMatchObject({ status: 503 });
		theDocs.state.isDown = () => false;
		const position = theDocs.rooms.get(a)!.position;
		const { body: outcome } = await mine.post('/api/commands', body);
		expect(outcome).toMatchObject({ status: 'accepted' });
		expect((await rowOf(b)).domain).toBe('new.example');
		expect(theDocs.rooms.get(a)!.position).toBe(position);
	});

	it('are taken back only where nobody has changed it since', async () => {
		const [a, b] = [await aCustomer('d1', { owner: me.id }), await aCustomer('d2', { owner: me.id })];
		const set = (value: unknown, only: object[] = []) => mine.command('edit-customers', { customerIds: [a, b], edits: [{ edit: 'set-field', args: { field: 'owner', value } }], only });
		expect((await set(null)).result.results.map((one: any) => one.outcome)).toEqual(['changed', 'changed']);
		const other = (await colleague.get('/api/session')).body.user.id;
		await theDocs.edit(b, 'set-field', { field: 'owner', value: other });
		expect((await set(me.id, [{ field: 'owner', value: null }])).result.results).toEqual([{ customerId: a, outcome: 'changed' }, { customerId: b, outcome: 'left', reason: 'changed-meanwhile' }]);
		expect((await rowOf(b)).owner).toBe(other);
	});

	it('are refused whole when no customer could take them, and by right', async () => {
		const [a, b] = [await aCustomer('e1'), await aCustomer('e2')];
		const bulk = (edit: string, args: object, who = mine) => who.command('edit-customers', { customerIds: [a, b], edits: [{ edit, args }] });
		expect(await bulk('set-field', { field: 'stage', value: 'stage_gone' })).toMatchObject({ status: 'refused', reason: 'unknown-stage' });
		expect(await bulk('set-field', { field: 'f_gone', value: 1 })).toMatchObject({ status: 'refused', reason: 'unknown-field' });
		expect(await bulk('set-field', { field: 'name', value: 'All alike' })).toMatchObject({ status: 'refused', reason: 'not-valid' });
		expect(await bulk('add-tag', { tag: 'tag_gone' })).toMatchObject({ status: 'refused', reason: 'no-such-tag' });
		expect(await bulk('add-team-member', { userId: 'nobody' })).toMatchObject({ status: 'refused', reason: 'no-such-person' });
		expect(await bulk('remove-contact', { id: 'c' })).toMatchObject({ status: 'refused', reason: 'not-valid' });
		expect(await bulk('set-field', { field: 'stage', value: me.stages[0] }, reader)).toEqual({ status: 'refused', reason: 'no-right' });
	});

	it('make no circle of parents', async () => {
		const top = await aCustomer('f1');
		const child = await aCustomer('f2', { parentId: top });
		const other = await aCustomer('f3');
		const outcome = await mine.command('edit-customers', { customerIds: [top, other], edits: [{ edit: 'set-field', args: { field: 'parentId', value: child } }] });
		expect(outcome.result.results).toEqual([{ customerId: top, outcome: 'refused', reason: 'parent-circle' }, { customerId: other, outcome: 'changed' }]);
		expect((await rowOf(other)).parentId).toBe(child);
	});
});
