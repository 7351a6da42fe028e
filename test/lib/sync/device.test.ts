import { afterEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { customer } from '#domain/documents/customer/index.ts';
import { DeviceStore } from '../../../src/lib/sync/device-store.ts';
import { Device } from '../../../src/lib/sync/device.svelte.ts';
import { edit } from '../../../src/lib/sync/edit.ts';
import type { Environment, Socket } from '../../../src/lib/sync/environment.ts';
import { appDouble, sessionOf } from './app-double.ts';
import { type DeviceDouble, deviceDouble, fillable, until } from './device-double.ts';
import { effectRoot } from './effect.svelte.ts';
import { customerRow } from './rows.ts';

const open: Device[] = [];
afterEach(() => {
	for (const device of open.splice(0)) device.place?.end();
});

/** Sockets that open and say what the test says. */
function sockets() {
	const made: (Socket & { url: string })[] = [];
	const openSocket = (url: string) => {
		const socket = {
			url,
			binaryType: '',
			readyState: 1,
			onopen: null,
			onmessage: null,
			onclose: null,
			onerror: null,
			send: () => {},
			close: () => {},
		} as Socket & { url: string };
		made.push(socket);
		setTimeout(() => socket.onopen?.({}), 1);
		return socket;
	};
	const say = (message: unknown) => made.findLast((socket) => socket.url.includes('/parties/workspace/'))!.onmessage!({ data: JSON.stringify(message) });
	return { made, openSocket, say };
}

function start(app: ReturnType<typeof appDouble>, double: DeviceDouble) {
	const device = new Device(double);
	open.push(device);
	return device;
}

function world(changes: Partial<Environment> = {}) {
	const app = appDouble();
	app.session = sessionOf();
	app.put('customer', customerRow('customer_a', 'Acme'));
	const net = sockets();
	const token = { status: 200, body: { token: 't', url: 'http://rooms' } };
	app.instead = (path) => (path.startsWith('/api/rooms/token') ? token : null);
	const double = deviceDouble({ fetch: (path, init) => app.fetch(path, init), openSocket: net.openSocket, random: () => 0, ...changes });
	return { app, net, double };
}

describe('SY1, SY4: the device', () => {
	it('knows who is here, opens the same without network, and the light tells', async () => {
		const { app, double } = world();
		const device = start(app, double);
		expect(device.session.state).toBe('loading');
		await device.session.load();
		expect(device.session.state).toBe('ready');
		expect([device.session.may('document.edit'), device.session.may('settings.change')]).toEqual([true, false]);
		await until('it is synced', () => device.light.state === 'synced');
		device.place!.end();
		app.isOnline = false;
		const again = start(app, double);
		expect(again.session.state, 'at once, from the device').toBe('ready');
		await again.place!.mirror.loaded;
		expect(again.place!.mirror.row('customer', 'customer_a')?.name).toBe('Acme');
		await again.session.load();
		expect(again.session).toMatchObject({ state: 'ready', isFromDevice: true, problem: 'offline' });
		expect(again.light.state).toBe('saved-here');
		const { outcome } = again.place!.queue.send('complete-task', {});
		expect(again.light).toMatchObject({ state: 'saving', waiting: 1 });
		await until('it waits on the device', () => again.light.state === 'waiting' && again.light.waiting === 1);
		app.isOnline = true;
		double.wake();
		expect(await outcome).toEqual({ status: 'accepted' });
		await until('all is synced again', () => again.light.state === 'synced');
	});

	it('a poke pulls, and seats are known while the link is open (SY7, SY8)', async () => {
		const { app, net, double } = world();
		const device = start(app, double);
		await device.session.load();
		await until('it is synced', () => device.light.state === 'synced');
		app.put('customer', customerRow('customer_b', 'Beta'));
		net.say({ type: 'poke', seq: app.seq });
		await until('the new row is shown', () => device.place!.mirror.count('customer') === 2);
		net.say({ type: 'seats', seats: [{ userId: 'bea', name: 'Bea', colour: '#000', doc: 'customer_a' }] });
		expect(device.place!.link.seats[0]).toMatchObject({ userId: 'bea', doc: 'customer_a' });
		net.made.findLast((socket) => socket.url.includes('workspace'))!.onclose!({ code: 1006, reason: '' });
		expect(device.place!.link.seats).toEqual([]);
		expect(device.light.state).toBe('saved-here');
	});

	it('another role begins a new mirror; the change is noticed by one’s own row', async () => {
		const { app, net, double } = world();
		const device = start(app, double);
		await device.session.load();
		await until('it is synced', () => device.light.state === 'synced');
		const before = device.place;
		app.session = sessionOf({ role: 'reader' });
		app.remove('customer', 'customer_a');
		app.put('person', { id: 'ada', name: 'Ada', email: '', role: 'reader', colour: '' } as never);
		net.say({ type: 'poke', seq: app.seq });
		await until('it is another place', () => device.place !== before);
		expect(device.session.may('document.edit')).toBe(false);
		await until('only what the new role may see is here', () => device.place!.mirror.status.state === 'synced' && device.place!.mirror.count('customer') === 0);
	});

	it('what is edited offline shows in the lists at once, and again after a reload without opening its page', async () => {
		const { app, double } = world();
		const first = start(app, double);
		await first.session.load();
		await until('it is synced', () => first.light.state === 'synced');
		first.place!.end();
		// The document was opened on this device before.
		const store = new DeviceStore('cuebook:documents:ada:w1', 'earlier', double);
		const doc = new Y.Doc();
		customer.skeleton(doc, { id: 'customer_a', workspace: 'w1', at: 0, args: { name: 'Acme', contacts: [{ id: 'contact_1', name: 'Zoé' }] } });
		store.append('customer_a', Y.encodeStateAsUpdate(doc), null);
		await store.close();

		app.isOnline = false;
		const offline = start(app, double);
		const document = offline.documents.openDocument('customer_a');
		await document.ready;
		expect(edit(document, 'set-field', { field: 'name', value: 'Renamed offline' })).toEqual({ ok: true });
		await until('the list shows it', () => offline.place!.mirror.row('customer', 'customer_a')?.name === 'Renamed offline');
		expect(offline.place!.mirror.searchCustomers('renamed zoe').length).toBe(1);
		expect(offline.light).toMatchObject({ state: 'waiting', waiting: 1 });
		expect(await offline.signOut()).toEqual({ ok: false, unsynced: { edits: 1, commands: 0 } });
		expect(JSON.parse(await (await offline.place!.export()).text()).documents[0].rows[0].values.name).toBe('Renamed offline');
		offline.place!.end();

		const again = start(app, double);
		await until('the list shows it again', () => again.place!.mirror.row('customer', 'customer_a')?.name === 'Renamed offline');
		expect(again.light).toMatchObject({ state: 'waiting', waiting: 1 });
	});

	it('a note whose making was refused, and is asked for again under its id, reaches its room with what was written meanwhile (ADR 43)', async () => {
		const { app, net, double } = world();
		const noteId = 'note_aaaaaaaaaaaaaaaaaaaa';
		let isDeleted = true;
		let isMade = false;
		app.decide = ({ type }) => (isDeleted ? { status: 'refused', reason: 'no-such-customer' } : ((isMade ||= type === 'create-note'), { status: 'accepted' }));
		app.instead = (path) => (!path.startsWith('/api/rooms/token') ? null : path.includes(noteId) && !isMade ? { status: 404, body: { code: 'no-such-room', message: 'none' } } : { status: 200, body: { token: 't', url: 'http://rooms' } });
		const first = start(app, double);
		await first.session.load();
		await until('it is synced', () => first.light.state === 'synced');
		app.isOnline = false;
		const args = { id: noteId, customerId: 'customer_a', kind: 'note', templateId: null };
		const { outcome } = first.place!.queue.send('create-note', args);
		const document = first.documents.openDocument(noteId);
		await document.ready;
		expect(edit(document, 'set-title', { title: 'Written on a train' })).toEqual({ ok: true });
		app.isOnline = true;
		double.wake();
		expect(await outcome).toMatchObject({ status: 'refused', reason: 'no-such-customer' });
		await until('its room is known not to be there', () => document.status.state === 'cannot');
		first.place!.end();

		// The customer is restored, days later: the card is still there, and so is the text.
		isDeleted = false;
		const again = start(app, double);
		await again.session.load();
		await until('the card', () => again.place!.queue.refused.length === 1);
		const [card] = again.place!.queue.refused;
		again.place!.queue.send(card!.type, card!.args);
		again.place!.queue.dismiss(card!.id);
		await until('a link to its room', () => net.made.some(({ url }) => url.includes(`/parties/document/${noteId}`)));
		expect(again.place!.queue.refused).toEqual([]);
		const kept = again.documents.openDocument(noteId);
		await kept.ready;
		expect([kept.doc.getMap('fields').get('title'), kept.waiting]).toEqual(['Written on a train', 1]);
	});

	it('says that it is offline at once: when the browser says so, and when the link is lost; and no more when it is back (SY4)', async () => {
		const { app, net, double } = world();
		const device = start(app, double);
		await device.session.load();
		await until('it is synced', () => device.light.state === 'synced');
		double.tellNetwork(false);
		expect(device.light).toMatchObject({ state: 'saved-here', reason: 'offline', isOffline: true });
		expect(device.place!.isCurrent).toBe(false);
		double.tellNetwork(true);
		expect(device.light).toMatchObject({ state: 'synced', reason: null, isOffline: false });
		app.isOnline = false;
		net.made.findLast((socket) => socket.url.includes('/parties/workspace/'))!.onclose!({ code: 1006, reason: '' });
		expect(device.light).toMatchObject({ state: 'saved-here', reason: 'offline', isOffline: true });
		app.isOnline = true;
		await until('it is synced again', () => device.light.state === 'synced' && !device.light.isOffline);
	});

	it('on a full device another role takes nothing away: edits and commands go on from memory, and are kept when there is room (S17)', async () => {
		const storage = fillable();
		const { app, double } = world({ indexedDB: storage.indexedDB });
		const device = start(app, double);
		await device.session.load();
		const doc = new Y.Doc();
		customer.skeleton(doc, { id: 'customer_a', workspace: 'w1', at: 0, args: { name: 'Acme' } });
		const earlier = new DeviceStore('cuebook:documents:ada:w1', 'earlier', double);
		earlier.append('customer_a', Y.encodeStateAsUpdate(doc), null);
		await earlier.close();
		const document = device.documents.openDocument('customer_a');
		await document.ready;
		storage.isFull = true;
		app.instead = (path) => (path === '/api/commands' ? { status: 503, body: { code: 'down', message: '' } } : path.startsWith('/api/rooms') ? { status: 503, body: {} } : null);
		edit(document, 'set-field', { field: 'name', value: 'Only in memory' });
		device.place!.queue.send('complete-task', {}, 'command_only_in_memory');
		await until('it is told', () => device.light.reason === 'storage-full' || device.light.reason === 'storage-failed');

		const before = device.place;
		app.session = sessionOf({ role: 'administrator', workspaces: [{ id: 'w1', name: 'One', role: 'administrator' }] });
		await device.session.load();
		expect(device.place).not.toBe(before);
		const again = device.documents.openDocument('customer_a');
		await again.ready;
		expect(again.doc.getMap('fields').get('name')).toBe('Only in memory');
		expect(again.waiting).toBe(1);
		await until('the command is there', () => device.place!.queue.waiting.length === 1);
		expect(await device.place!.unsent.count()).toEqual({ edits: 1, commands: 1 });
		expect(device.light).toMatchObject({ state: 'cannot', waiting: 2 });

		storage.isFull = false;
		double.wake();
		await until('the device has both', () => device.light.state === 'waiting');
		device.place!.end();
		const reloaded = start(app, double);
		await until('the edit is there after a reload', async () => (await reloaded.place!.unsent.count()).edits === 1);
		await until('and the command', () => reloaded.place!.queue.waiting.length === 1);
	});

	it('taken out of the workspace with a full device: what is only in memory is exported too (SY5)', async () => {
		const storage = fillable();
		const { app, double } = world({ indexedDB: storage.indexedDB });
		const device = start(app, double);
		await device.session.load();
		storage.isFull = true;
		app.instead = () => ({ status: 503, body: {} });
		device.place!.queue.send('complete-task', { note: 'keep me' });
		await until('it is told', () => device.light.reason === 'storage-failed');
		app.instead = () => ({ status: 403, body: { code: 'no-workspace', message: '', detail: { userId: 'ada' } } });
		await device.session.load();
		await until('it is told', () => device.left.length === 1);
		expect(await (await device.exportLeft(device.left[0]!)).text()).toContain('keep me');
	});

	it('a session that ended keeps the work on the device for its person’s return', async () => {
		const { app, double } = world();
		const device = start(app, double);
		await device.session.load();
		app.instead = (path) => (path === '/api/commands' ? { status: 401, body: { code: 'signed-out', message: '' } } : null);
		const session = app.session;
		app.session = null;
		device.place!.queue.send('complete-task', {}, 'command_1');
		await until('it is noticed', () => device.session.isExpired);
		expect(device.session.state, 'unsent work keeps its person here').toBe('ready');
		await until('the light says so', () => device.light.state === 'cannot' && device.light.waiting === 1 && device.light.reason === 'signed-out');
		app.session = session;
		app.instead = () => null;
		await device.session.load();
		await until('the command is sent', () => app.executed.get('command_1') === 1);
		expect(device.session.isExpired).toBe(false);
	});

	it('a session that ended with nothing unsent asks to sign in', async () => {
		const { app, double } = world();
		const device = start(app, double);
		await device.session.load();
		app.session = null;
		await device.session.load();
		expect(device.session.state).toBe('signed-out');
		expect(device.place).toBeNull();
	});

	it('a page of before a change of role writes nothing into a document that has ended: it would be neither kept nor sent', async () => {
		const { app, double } = world();
		const doc = new Y.Doc();
		customer.skeleton(doc, { id: 'customer_a', workspace: 'w1', at: 0, args: { name: 'Acme' } });
		const earlier = new DeviceStore('cuebook:documents:ada:w1', 'earlier', double);
		earlier.append('customer_a', Y.encodeStateAsUpdate(doc), null);
		await earlier.close();
		const device = start(app, double);
		await device.session.load();
		const before = device.documents.openDocument('customer_a');
		await before.ready;
		expect(before.status.isReadOnly).toBe(false);
		app.session = sessionOf({ role: 'administrator' });
		await device.session.load();
		expect(before.status.isReadOnly).toBe(true);
		expect(edit(before, 'set-field', { field: 'name', value: 'Nowhere' })).toMatchObject({ ok: false, code: 'read-only' });
		const again = device.documents.openDocument('customer_a');
		await again.ready;
		expect(edit(again, 'set-field', { field: 'name', value: 'Kept' })).toEqual({ ok: true });
		await until('it is kept', async () => (await device.place!.unsent.documents()).get('customer_a') === 1);
	});

	it('a role changed twice: the answer that was asked for last counts, in whichever order they come', async () => {
		const { app, double } = world();
		const held: (() => void)[] = [];
		let isSlow = false;
		const fetch: Environment['fetch'] = async (path, init) => {
			const answer = await app.fetch(path, init);
			if (isSlow && path === '/api/session') await new Promise<void>((resolve) => held.push(resolve));
			return answer;
		};
		const device = start(app, { ...double, fetch });
		await device.session.load();
		isSlow = true;
		app.session = sessionOf({ role: 'reader' });
		const first = device.session.load();
		await until('the first is answered, slowly', () => held.length === 1);
		app.session = sessionOf({ role: 'administrator' });
		const second = device.session.load();
		await until('the second, too', () => held.length === 2);
		held[1]!();
		await second;
		expect(device.session.role).toBe('administrator');
		const { place } = device;
		held[0]!();
		await first;
		expect(device.session.role).toBe('administrator');
		expect(device.place).toBe(place);
	});

	it('signed out while the server was asked who is here: nobody is, whatever it answers late (S17)', async () => {
		const { app, double } = world();
		let hold: (() => void) | null = null;
		let isSlow = false;
		const fetch: Environment['fetch'] = async (path, init) => {
			const answer = await app.fetch(path, init);
			if (isSlow && path === '/api/session') await new Promise<void>((resolve) => (hold = resolve));
			return answer;
		};
		const device = start(app, { ...double, fetch });
		await device.session.load();
		isSlow = true;
		const late = device.session.load();
		await until('it is answered, slowly', () => hold !== null);
		expect(await device.signOut()).toEqual({ ok: true });
		hold!();
		await late;
		expect(device.session.state).toBe('signed-out');
		expect(double.kept.size, 'nothing of them is remembered').toBe(0);
	});

	it('taken out of the workspace with unsent work: it is kept for its person alone, exported, then discarded (SY5)', async () => {
		const { app, double } = world();
		const device = start(app, double);
		await device.session.load();
		app.isOnline = false;
		device.place!.queue.send('complete-task', { note: 'keep me' });
		await until('it is kept', async () => (await device.place!.unsent.count()).commands === 1);
		app.isOnline = true;
		const shut = { status: 403, body: { code: 'no-workspace', message: '', detail: { userId: 'ada' } } };
		app.instead = () => shut;
		await device.session.load();
		await until('it is told', () => device.left.length === 1);
		expect(device.left[0]).toMatchObject({ workspace: { name: 'One' }, edits: 0, commands: 1 });

		shut.body.detail.userId = 'bea';
		const hers = start(app, double);
		await hers.session.load();
		expect(hers.left, 'another person sees nothing').toEqual([]);

		shut.body.detail.userId = 'ada';
		const again = start(app, double);
		await again.session.load();
		const [work] = again.left;
		expect(await (await again.exportLeft(work!)).text()).toContain('keep me');
		await again.discardLeft(work!);
		expect(again.left).toEqual([]);
		expect((await double.indexedDB!.databases()).map(({ name }) => name)).toEqual([]);
	});

	it('sign-out says what would be lost, then leaves nothing behind (S17)', async () => {
		const { app, double } = world();
		const device = start(app, double);
		await device.session.load();
		await until('it is synced', () => device.light.state === 'synced');
		app.isOnline = false;
		device.place!.queue.send('complete-task', { note: 'keep me' });
		expect(await device.signOut()).toEqual({ ok: false, unsynced: { edits: 0, commands: 1 } });
		expect(device.session.state).toBe('ready');
		expect(await (await device.place!.export()).text()).toContain('keep me');
		expect(await device.signOut({ discardUnsynced: true })).toEqual({ ok: true });
		expect(device.session.state).toBe('signed-out');
		const left = await double.indexedDB!.databases();
		expect(left.map(({ name }) => name)).toEqual([]);
		// The server couldn't be told: it is, first thing, before anybody is taken for signed in.
		app.isOnline = true;
		const signOuts = () => app.log.filter(({ path }) => path === '/api/auth/sign-out').length;
		expect(signOuts()).toBe(0);
		await device.session.load();
		expect(signOuts()).toBe(1);
	});

	it('sign-out that takes its time doesn’t take what was done meanwhile (S17, SY4)', async () => {
		const { app, double } = world();
		const device = start(app, double);
		await device.session.load();
		let done!: () => void;
		Object.assign(device, { push: { turnOff: () => new Promise<void>((resolve) => (done = resolve)) } });
		const leaving = device.signOut();
		await until('notifications are being turned off', () => done);
		app.isOnline = false;
		device.place!.queue.send('complete-task', { note: 'keep me' });
		done();
		expect(await leaving).toEqual({ ok: false, unsynced: { edits: 0, commands: 1 } });
		expect(device.session.state).toBe('ready');
		expect(await (await device.place!.export()).text()).toContain('keep me');
	});

	it('taken out of the workspace: its data leaves the device (S17)', async () => {
		const { app, double } = world();
		const device = start(app, double);
		await device.session.load();
		await until('it is synced', () => device.light.state === 'synced');
		const other = { ...(sessionOf().workspace as object), id: 'w2', name: 'Two' };
		app.session = sessionOf({ workspaces: [{ id: 'w2', name: 'Two', role: 'csm' }], workspace: other });
		await device.session.load();
		expect(device.session.workspace?.id).toBe('w2');
		await until('nothing of it is left', async () => (await double.indexedDB!.databases()).every(({ name }) => !name!.endsWith(':w1')));
	});

	it('without IndexedDB it works in memory and says so (S17)', async () => {
		const { app, double } = world({ indexedDB: undefined });
		const device = start(app, double);
		await device.session.load();
		await until('the rows are here', () => device.place!.mirror.count('customer') === 1);
		expect(device.light).toMatchObject({ state: 'cannot', reason: 'no-storage' });
		expect(await device.place!.queue.send('complete-task', {}).outcome).toEqual({ status: 'accepted' });
	});

	it('shows what was decided as done until the rows say it: waiting, then accepted, without a gap', async () => {
		const { app, double } = world();
		const device = start(app, double);
		await device.session.load();
		const { queue, mirror } = device.here;
		await until('the first rows are here', () => mirror.status.state === 'synced');
		// Sync fails for a while: the command is accepted, its rows don't come yet.
		const { instead } = app;
		app.instead = (path) => (path.startsWith('/api/sync') ? { status: 503, body: { code: 'down', message: 'down' } } : instead(path));
		app.decide = () => (app.put('follow', { id: 'u:customer_a' }), { status: 'accepted' });
		const isShown = () => queue.unseen.length === 1 || mirror.row('follow', 'u:customer_a') !== undefined;
		const gaps: number[] = [];
		const stop = effectRoot(() => void (isShown() || gaps.push(1)));
		gaps.length = 0;
		const { outcome } = queue.send('follow-customer', { customerId: 'customer_a' });
		gaps.length = 0;
		expect((await outcome).status).toBe('accepted');
		expect(queue.waiting).toEqual([]);
		expect(queue.unseen).toHaveLength(1);
		app.instead = instead;
		double.wake();
		await until('the rows say it', () => queue.unseen.length === 0);
		expect(mirror.row('follow', 'u:customer_a')).toBeDefined();
		expect(gaps).toEqual([]);
		stop();
	});
});
