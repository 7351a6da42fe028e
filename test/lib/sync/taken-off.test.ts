/** What one tab takes off the device, and what others still have open or are about to read: nothing that no server has goes with it (S17, SY4, SY5). */
import { afterEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { customer } from '#domain/documents/customer/index.ts';
import { Device } from '../../../src/lib/sync/device.svelte.ts';
import { DeviceStore } from '../../../src/lib/sync/device-store.ts';
import { documentTypeOf } from '../../../src/lib/sync/document-types.ts';
import { Documents } from '../../../src/lib/sync/documents.svelte.ts';
import { edit } from '../../../src/lib/sync/edit.ts';
import type { Environment } from '../../../src/lib/sync/environment.ts';
import { appDouble, sessionOf } from './app-double.ts';
import { type DeviceDouble, deviceDouble, tabDouble, until } from './device-double.ts';

const open: Device[] = [];
afterEach(() => {
	for (const device of open.splice(0)) device.place?.end();
});

const shut = { status: 403, body: { code: 'no-workspace', message: '', detail: { userId: 'ada' } } };
const documents = 'cuebook:documents:ada:w1';

/** A device that has Acme from an earlier visit, and rooms that nobody reaches. */
async function world(changes: Partial<Environment> = {}) {
	const app = appDouble();
	app.session = sessionOf();
	app.instead = (path) => (path.startsWith('/api/rooms') ? { status: 503, body: {} } : null);
	const double = deviceDouble({ fetch: app.fetch, openSocket: () => ({ send: () => {}, close: () => {} }) as never, random: () => 0, ...changes });
	const doc = new Y.Doc();
	customer.skeleton(doc, { id: 'customer_a', workspace: 'w1', at: 0, args: { name: 'Acme', contacts: [{ id: 'contact_1', name: 'Zoé' }] } });
	const earlier = new DeviceStore(documents, 'earlier', double);
	earlier.append('customer_a', Y.encodeStateAsUpdate(doc), null);
	await earlier.close();
	return { app, double };
}

/** A tab in which somebody is, with Acme open. */
async function tabOn(double: DeviceDouble) {
	const fetching = { instead: null as Environment['fetch'] | null };
	const tab = tabDouble(double, { fetch: (path, init) => (fetching.instead ?? double.fetch)(path, init) });
	const device = new Device(tab);
	open.push(device);
	await device.session.load();
	const document = device.documents.openDocument('customer_a');
	await document.ready;
	return { tab, device, document, answer: (fetch: Environment['fetch']) => (fetching.instead = fetch) };
}

const offline: Environment['fetch'] = () => Promise.reject(new TypeError('offline'));
const shutOut: Environment['fetch'] = async () => new Response(JSON.stringify(shut.body), { status: shut.status });

/** What a later visit finds of Acme on the device. */
async function kept(double: DeviceDouble) {
	const store = new DeviceStore(documents, 'later', double);
	const { updates, waiting } = await store.load('customer_a');
	await store.close();
	const doc = new Y.Doc();
	for (const update of updates) Y.applyUpdate(doc, update);
	return { waiting, name: doc.getMap('fields').get('name'), contacts: doc.getMap('contacts').size };
}

const wiped = (double: DeviceDouble) => until('all is off the device', async () => !(await double.indexedDB!.databases()).some(({ name }) => name === documents));

describe('a tab takes all off the device', () => {
	it('what is edited afterwards in another, which has not heard, is kept with what it stands on', async () => {
		const { double } = await world();
		const [one, other] = [await tabOn(double), await tabOn(double)];
		other.answer(offline);
		one.answer(shutOut);
		await one.device.session.load();
		await wiped(double);
		edit(other.document, 'set-field', { field: 'name', value: 'Written on the train' });
		await until('it is kept, whole', async () => JSON.stringify(await kept(double)) === JSON.stringify({ waiting: 1, name: 'Written on the train', contacts: 1 }));
		other.tab.kill();
		const next = new Device(tabDouble(double, { fetch: shutOut }));
		open.push(next);
		await next.session.load();
		await until('it is told', () => next.left.length === 1);
		expect(await (await next.exportLeft(next.left[0]!)).text()).toContain('Written on the train');
	});

	it('what waited in another is kept again, and leaves with its person as work of theirs', async () => {
		const { double } = await world();
		const { device, document, answer } = await tabOn(double);
		answer(offline);
		edit(document, 'set-field', { field: 'name', value: 'Waits' });
		await until('it is kept', async () => (await kept(double)).waiting === 1);
		await new Promise((resolve) => (double.indexedDB!.deleteDatabase(documents).onsuccess = resolve));
		await until('it is kept again, whole', async () => JSON.stringify(await kept(double)) === JSON.stringify({ waiting: 1, name: 'Waits', contacts: 1 }));
		answer(shutOut);
		await device.session.load();
		await until('it is told', () => device.left.length === 1);
		expect(device.left[0]).toMatchObject({ edits: 1, commands: 0 });
		expect(await kept(double)).toEqual({ waiting: 1, name: 'Waits', contacts: 1 });
	});
});

/** A decision made offline, kept on the device by a tab that is gone. */
async function decideAndGo(app: Awaited<ReturnType<typeof world>>['app'], double: Awaited<ReturnType<typeof world>>['double']): Promise<void> {
	const first = new Device(double);
	open.push(first);
	await first.session.load();
	app.isOnline = false;
	first.place!.queue.send('complete-task', { note: 'keep me' });
	await first.place!.queue.written();
	first.place!.end();
}

describe('taken out of the workspace while the app starts', () => {
	it('decisions that the device has not read yet are work: they stay (SY5)', async () => {
		const { app, double } = await world();
		await decideAndGo(app, double);
		// The server answers before the device has opened the queue's database.
		let isSlow = true;
		const slow = { open: (...all: Parameters<IDBFactory['open']>) => (all[0].includes(':commands:') ? slowly(double.indexedDB!, () => isSlow, all) : double.indexedDB!.open(...all)), deleteDatabase: (name: string) => double.indexedDB!.deleteDatabase(name), databases: () => double.indexedDB!.databases() };
		const again = new Device({ ...double, indexedDB: slow as never, fetch: shutOut });
		open.push(again);
		await again.session.load();
		// Time enough for what isn't slow.
		await new Promise((resolve) => setTimeout(resolve, 200));
		isSlow = false;
		await until('it is told', () => again.left.length === 1);
		expect(again.left[0]).toMatchObject({ commands: 1 });
		expect(await (await again.exportLeft(again.left[0]!)).text()).toContain('keep me');
	});

	it('what can’t be read may be work: it stays too', async () => {
		const { app, double } = await world();
		await decideAndGo(app, double);
		let isBroken = true;
		const broken = { open: (...all: Parameters<IDBFactory['open']>) => (isBroken ? refused() : double.indexedDB!.open(...all)), deleteDatabase: (name: string) => double.indexedDB!.deleteDatabase(name), databases: () => double.indexedDB!.databases() };
		const again = new Device({ ...double, indexedDB: broken as never, fetch: shutOut });
		open.push(again);
		await again.session.load();
		await until('it is told', () => again.left.length === 1);
		isBroken = false;
		expect(await (await again.exportLeft(again.left[0]!)).text()).toContain('keep me');
	});
});

describe('edits that their person gives up', () => {
	it.each(['the tab that leads', 'one that follows'])('are given up in all tabs, whichever it is done in: %s', async (where) => {
		const { double } = await world();
		const tabs = [await tabOn(double), await tabOn(double)];
		edit(tabs[1]!.document, 'set-field', { field: 'name', value: 'Given up' });
		for (const { document } of tabs) await until('all count it', () => document.waiting === 1);
		await tabs[where === 'the tab that leads' ? 0 : 1]!.device.place!.discard(['customer_a']);
		for (const { device } of tabs) await until('nobody holds it', () => device.place!.documents.open.length === 0);
		for (const { document } of tabs) expect(edit(document, 'set-field', { field: 'name', value: 'Nowhere' })).toMatchObject({ ok: false, code: 'read-only' });
		await until('the device holds nothing', async () => (await kept(double)).name === undefined);
		for (const { device } of tabs) expect((await device.place!.unsent.documents()).size).toBe(0);
	});
});

describe('edits that wait on a device that is slow to read, or can’t be read at first', () => {
	/** A tab whose store answers as the test says. */
	async function visit(double: DeviceDouble, changes: object) {
		const doc = new Y.Doc();
		const store = new DeviceStore(documents, 'here', double);
		for (const update of (await store.load('customer_a')).updates) Y.applyUpdate(doc, update);
		const vector = Y.encodeStateVector(doc);
		doc.getMap('fields').set('name', 'Waits');
		const earlier = new DeviceStore(documents, 'earlier', double);
		earlier.append('customer_a', Y.encodeStateAsUpdate(doc, vector), 1);
		await earlier.close();
		const here = new Documents({
			environment: double,
			fetchToken: async () => ({ ok: false, status: 0, code: 'offline', message: '' }),
			typeOf: documentTypeOf,
			store: Object.assign(store, changes),
			storageProblem: () => null,
			mayEdit: () => true,
			onLocalChange: () => {},
			onAcknowledged: () => {},
			onNoRight: () => {},
			lingers: 20,
		});
		ends.push(() => (here.end(), store.close()));
		return here;
	}
	const ends: (() => unknown)[] = [];
	afterEach(async () => {
		for (const end of ends.splice(0)) await end();
	});

	it('are counted and sent, however long reading takes (SY4)', async () => {
		const { double } = await world();
		let isSlow = true;
		const { load } = DeviceStore.prototype;
		const here = await visit(double, {
			async load(this: DeviceStore, id: string) {
				await until('the device is quick', () => !isSlow);
				return load.call(this, id);
			},
		});
		await until('it is opened', () => here.open.length === 1);
		// Longer than a document stays open that nobody has open and nothing waits in.
		await new Promise((resolve) => setTimeout(resolve, 100));
		isSlow = false;
		await until('it counts', () => here.open[0]?.waiting === 1);
	});

	it('are counted and sent when the app is looked at again, if a tab that is gone left them unheard', async () => {
		const { double } = await world();
		const here = await visit(double, {});
		await until('it counts', () => here.open[0]?.waiting === 1);
		const theirs = new Y.Doc();
		Y.applyUpdate(theirs, Y.encodeStateAsUpdate(here.open[0]!.doc));
		const vector = Y.encodeStateVector(theirs);
		theirs.getMap('fields').set('domain', 'unheard.example');
		const gone = new DeviceStore(documents, 'gone', double);
		gone.append('customer_a', Y.encodeStateAsUpdate(theirs, vector), 1);
		await gone.close();
		double.wake();
		await until('it counts both', () => here.open[0]!.waiting === 2);
		expect(here.open[0]!.doc.getMap('fields').get('domain')).toBe('unheard.example');
	});

	it.each(['load', 'unacked'] as const)('are counted and sent once the device can be read (%s)', async (what) => {
		const { double } = await world();
		let failures = 1;
		const real: (...all: any[]) => Promise<any> = DeviceStore.prototype[what];
		const here = await visit(double, {
			[what](this: DeviceStore, ...all: unknown[]) {
				return failures-- > 0 ? Promise.reject(new DOMException('refused by the test', 'UnknownError')) : real.apply(this, all);
			},
		});
		if (what === 'load') here.openDocument('customer_a');
		await until('it counts', () => here.open[0]?.waiting === 1);
		expect(here.open[0]!.doc.getMap('fields').get('name')).toBe('Waits');
		expect(here.open[0]!.status).toMatchObject({ state: 'waiting', waiting: 1 });
	});
});

/** An opening that is asked for once the device is not slow any more. */
function slowly(factory: IDBFactory, isSlow: () => boolean, all: Parameters<IDBFactory['open']>): IDBOpenDBRequest {
	const request: any = {};
	void until('the device is quick', () => !isSlow()).then(() => {
		const real = factory.open(...all);
		for (const event of ['onupgradeneeded', 'onsuccess', 'onerror'])
			(real as any)[event] = (said: Event) => {
				Object.assign(request, { result: event === 'onerror' ? undefined : real.result, error: event === 'onerror' ? real.error : null });
				request[event]?.(said);
			};
	});
	return request;
}

function refused(): never {
	throw new DOMException('refused by the test', 'UnknownError');
}
