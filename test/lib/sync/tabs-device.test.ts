/** Whole devices in several tabs: lists, decisions, seats and the light come through the one that leads (SY2–SY4, SY7, ADR 13). */
import { afterEach, describe, expect, it } from 'vitest';
import { Device } from '../../../src/lib/sync/device.svelte.ts';
import type { Socket } from '../../../src/lib/sync/environment.ts';
import { MirrorStore } from '../../../src/lib/sync/mirror-store.ts';
import { appDouble, sessionOf } from './app-double.ts';
import { deviceDouble, fillable, tabDouble, until } from './device-double.ts';
import { customerRow } from './rows.ts';

const open: Device[] = [];
afterEach(() => {
	for (const device of open.splice(0)) device.place?.end();
});

/** One device, its app, and a workspace room that says what the test says. */
function world() {
	const app = appDouble();
	app.session = sessionOf();
	app.put('customer', customerRow('customer_a', 'Acme'));
	const token = { status: 200, body: { token: 't', url: 'http://rooms' } };
	app.instead = (path) => (path.startsWith('/api/rooms/token') ? token : null);
	const sockets: Socket[] = [];
	const storage = fillable();
	const device = deviceDouble({
		indexedDB: storage.indexedDB,
		random: () => 0,
		openSocket: () => {
			const socket = { binaryType: '', readyState: 1, onopen: null, onmessage: null, onclose: null, onerror: null, send: () => {}, close: () => {} } as Socket;
			sockets.push(socket);
			setTimeout(() => socket.onopen?.({}), 1);
			return socket;
		},
	});
	/** A tab: what it asks the app for is counted. */
	const tab = async () => {
		const asked: string[] = [];
		const double = tabDouble(device, { fetch: (path, init) => (asked.push(path), app.fetch(path, init)) });
		const here = new Device(double);
		open.push(here);
		await here.session.load();
		await until('it is synced', () => here.light.state === 'synced');
		const count = (path: string) => asked.filter((one) => one.startsWith(path)).length;
		return { ...here, here, device, tab: double, place: here.place!, count };
	};
	const say = (message: unknown) => sockets.findLast((socket) => socket.onmessage)!.onmessage!({ data: JSON.stringify(message) });
	/** Customers that a tab which opens without network finds on the device. */
	const keeps = async (customers: string) => {
		app.isOnline = false;
		const again = new Device(tabDouble(device, { fetch: app.fetch }));
		open.push(again);
		await again.session.load();
		await until('the device has all', () => names(again.place!) === customers);
	};
	return { app, device, storage, tab, keeps, say, sockets };
}

const names = (place: NonNullable<Device['place']>) => place.mirror.rows('customer').map((row) => row.name).sort().join();

describe('a place in several tabs', () => {
	it('only the lead asks the server and holds the socket; rows, seats, age and the light are the same in all', async () => {
		const { app, tab, say, sockets } = world();
		const [one, two] = [await tab(), await tab()];
		expect([one.count('/api/sync') > 0, two.count('/api/sync'), sockets.length, two.count('/api/rooms/token')]).toEqual([true, 0, 1, 0]);
		app.put('customer', customerRow('customer_b', 'Beta'));
		say({ type: 'poke', seq: app.seq });
		await until('the follower shows it', () => names(two.place) === 'Acme,Beta');
		say({ type: 'seats', seats: [{ userId: 'bea', name: 'Bea', colour: '#000', doc: 'customer_a' }] });
		await until('the follower knows who is here', () => two.place.link.seats[0]?.userId === 'bea');
		expect(two.place.mirror.status).toEqual(one.place.mirror.status);
		const before = two.place.mirror.status.syncedAt!;
		await until('a pull asked for by the follower is done by the lead', async () => (await two.place.mirror.pull(), two.place.mirror.status.syncedAt! > before));
		expect(two.count('/api/sync')).toBe(0);
		app.isOnline = false;
		await one.place.mirror.pull();
		sockets[0]!.onclose!({ code: 1006, reason: '' });
		for (const { here } of [one, two]) await until('both say that it is not the newest', () => here.light.state === 'saved-here' && here.light.reason === 'offline');
		app.isOnline = true;
		one.tab.kill();
		await until('the follower leads, and gets what is new', () => two.count('/api/sync') > 0 && two.here.light.state === 'synced');
	});

	it('rows that a full device refused are kept by whichever tab leads once it takes them: a later tab that opens offline has them', async () => {
		const { app, storage, tab, keeps } = world();
		const one = await tab();
		const early = await tab();
		storage.isFull = true;
		app.put('customer', customerRow('customer_a', 'Acme SA'), customerRow('customer_b', 'Beta'));
		await one.place.mirror.pull();
		const late = await tab();
		for (const { place } of [early, late]) await until('a following tab shows them', () => names(place) === 'Acme SA,Beta');
		one.tab.kill();
		await until('another leads', () => early.count('/api/sync') + late.count('/api/sync') > 0);
		storage.isFull = false;
		app.put('customer', customerRow('customer_c', 'Cassis'));
		for (const { place } of [early, late]) await until('what came since is there', async () => (await place.mirror.pull(), names(place) === 'Acme SA,Beta,Cassis'));
		for (const { tab: dying } of [early, late]) dying.kill();
		await keeps('Acme SA,Beta,Cassis');
	});

	it('a tab that hears late of a change of role keeps nothing over the lists of one that has heard: both show all, and so does a later one, offline (SY5)', async () => {
		const { app, tab, keeps } = world();
		const [one, two] = [await tab(), await tab()];
		const takesNewRole = async (here: Device) => {
			await here.session.load();
			await until('its lists are of the new role', () => here.place?.key.endsWith('administrator') && here.light.state === 'synced');
		};
		app.session = sessionOf({ role: 'administrator' });
		await takesNewRole(one.here);
		app.put('customer', customerRow('customer_b', 'Beta'));
		await two.place.mirror.pull();
		await until('the other has it, under the role it knows', () => names(two.place) === 'Acme,Beta');
		await takesNewRole(two.here);
		for (const { here } of [one, two]) await until('both show all', async () => (await here.place!.mirror.pull(), names(here.place!) === 'Acme,Beta'));
		for (const { tab: dying } of [one, two]) dying.kill();
		await keeps('Acme,Beta');
	});

	it('lists that were taken off the device under the tab that leads are fetched anew, for a tab that begins too', async () => {
		const { app, device, tab, keeps } = world();
		const one = await tab();
		// A tab with another role: its session's answer was on its way when the role was changed, and changed back.
		const other = new MirrorStore('cuebook:mirror:ada:w1', device.indexedDB!);
		await other.reach('reader');
		app.put('customer', customerRow('customer_b', 'Beta'));
		await one.place.mirror.pull();
		await until('it is shown from memory', () => names(one.place) === 'Acme,Beta');
		expect(await other.rows('customer')).toEqual([]);
		await other.reach('csm');
		other.close();
		const two = await tab();
		for (const { place } of [one, two]) await until('it shows all', () => names(place) === 'Acme,Beta');
		app.put('customer', customerRow('customer_c', 'Cassis'));
		await two.place.mirror.pull();
		for (const { tab: dying } of [one, two]) dying.kill();
		await keeps('Acme,Beta,Cassis');
	});

	it('lists that were taken off the device under a tab alone are fetched anew with its next look', async () => {
		const { app, device, tab, keeps } = world();
		const one = await tab();
		const other = new MirrorStore('cuebook:mirror:ada:w1', device.indexedDB!);
		await other.reach('reader');
		await other.reach('csm');
		other.close();
		app.put('customer', customerRow('customer_b', 'Beta'));
		await one.place.mirror.pull();
		await until('it shows all', () => names(one.place) === 'Acme,Beta');
		one.tab.kill();
		await keeps('Acme,Beta');
	});

	it('one that led, and has not noticed that it was relieved, changes nothing in the others: neither how far the lists are nor what is in them', async () => {
		const { app, device, tab } = world();
		let late: { fail: () => void; answer: () => void } | null = null;
		let isSlow = false;
		const slow = (path: string, init?: RequestInit): Promise<Response> => {
			if (!isSlow || !path.startsWith('/api/sync')) return app.fetch(path, init);
			const before = app.fetch(path, init);
			return new Promise((resolve, reject) => (late = { fail: () => reject(new TypeError('offline')), answer: () => resolve(before) }));
		};
		const double = tabDouble(device, { fetch: slow });
		const former = new Device(double);
		open.push(former);
		await former.session.load();
		await until('it is synced', () => former.light.state === 'synced');
		const [lead, other] = [await tab(), await tab()];
		other.tab.isLookedAt = false;
		app.put('customer', customerRow('customer_a', 'As it was'));
		isSlow = true;
		void former.place!.mirror.pull();
		await until('it asks', () => late !== null);
		double.hang();
		await until('another leads', () => lead.count('/api/sync') > 0 && names(other.place) === 'As it was');
		app.put('customer', customerRow('customer_a', 'As it is'));
		await until('what is new is there', async () => (await lead.place.mirror.pull(), names(other.place) === 'As it is'));
		const heard: any[] = [];
		const line = device.openChannel('cuebook:tabs:ada:w1:csm')!;
		line.onmessage = ({ data }) => data.topic === 'mirror' && heard.push(data.body);
		late!.answer();
		await until('its rows are heard', () => heard.some(({ rows }) => rows?.length === 1));
		late = null;
		void former.place!.mirror.pull();
		await until('it asks again', () => late !== null);
		late!.fail();
		await until('its trouble is heard', () => heard.some(({ status }) => status?.state === 'stale'));
		line.close();
		await new Promise((resolve) => setTimeout(resolve, 20));
		expect([other.here.light.state, other.place.mirror.status.state, names(other.place)]).toEqual(['synced', 'synced', 'As it is']);
	});

	it('a decision made in a following tab is sent once by the lead, and answered where it was made (SY3)', async () => {
		const { app, tab } = world();
		app.decide = ({ args }) => (args.isStale ? { status: 'held', reason: 'stage-changed' } : { status: 'accepted', result: { seen: args.taskId } });
		const [one, two] = [await tab(), await tab()];
		const { id, outcome } = two.place.queue.send('complete-task', { taskId: 't1' });
		expect(await outcome).toEqual({ status: 'accepted', result: { seen: 't1' } });
		expect([app.executed.get(id), one.count('/api/commands'), two.count('/api/commands')]).toEqual([1, 1, 0]);
		await two.place.queue.send('complete-task', { isStale: true }, 'command_held').outcome;
		for (const { place } of [one, two]) await until('both show what is held', () => place.queue.held.map((command) => command.reason).join() === 'stage-changed');
		one.place.queue.dismiss('command_held');
		await until('read in one, read in all', () => two.place.queue.held.length === 0);
	});

	it('decisions wait offline in all tabs, survive the lead’s death, and are executed once each', async () => {
		const { app, tab } = world();
		const [one, two, three] = [await tab(), await tab(), await tab()];
		app.isOnline = false;
		one.place.queue.send('complete-task', {}, 'command_1');
		const answers = [two.place.queue.send('complete-task', {}, 'command_2').outcome, three.place.queue.send('complete-task', {}, 'command_3').outcome];
		for (const { here } of [one, two, three]) await until('all count three', () => here.light.state === 'waiting' && here.light.waiting === 3);
		// The server executes the first, and its answer never reaches the lead.
		app.isOnline = true;
		app.loseAnswers = 1;
		void one.place.queue.flush();
		await until('it was executed', () => app.executed.get('command_1') === 1);
		one.tab.kill();
		expect(await Promise.all(answers)).toEqual([{ status: 'accepted' }, { status: 'accepted' }]);
		for (const { place } of [two, three]) await until('nothing waits', () => place.queue.waiting.length === 0);
		expect([...app.executed]).toEqual([
			['command_1', 1],
			['command_2', 1],
			['command_3', 1],
		]);
	});
});
