/** SY1, SY2: a person's documents are on the device before they ask for them. */
import { afterEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { fromBase64, toBase64 } from '#domain/base64.ts';
import { customer } from '#domain/documents/customer/index.ts';
import { Device } from '../../../src/lib/sync/device.svelte.ts';
import { DeviceStore } from '../../../src/lib/sync/device-store.ts';
import { edit } from '../../../src/lib/sync/edit.ts';
import type { Environment } from '../../../src/lib/sync/environment.ts';
import { wantedDocuments } from '../../../src/lib/sync/wanted.ts';
import { appDouble, sessionOf } from './app-double.ts';
import { type DeviceDouble, deviceDouble, until } from './device-double.ts';
import { customerRow } from './rows.ts';

const open: Device[] = [];
afterEach(() => {
	for (const device of open.splice(0)) device.place?.end();
});

/** An app with customers whose documents can be fetched; a device without sockets. */
function world(changes: Partial<Environment> = {}) {
	const app = appDouble();
	const docs = new Map<string, Y.Doc>();
	const asked: string[] = [];
	const gone = new Set<string>();
	app.session = sessionOf();
	const put = (id: string, row: Parameters<typeof customerRow>[2] = {}) => {
		app.put('customer', customerRow(id, id, row));
		if (docs.has(id)) return;
		const doc = new Y.Doc();
		customer.skeleton(doc, { id, workspace: 'w1', at: 0, args: { name: id } });
		docs.set(id, doc);
	};
	const fetch: Environment['fetch'] = async (path, init) => {
		const id = /^\/api\/documents\/(\w+)$/.exec(path)?.[1];
		if (!id || !app.isOnline) return app.fetch(path, init);
		asked.push(id);
		if (gone.has(id)) return new Response(JSON.stringify({ code: 'no-such-room', message: '' }), { status: 403 });
		const { vector } = JSON.parse(String(init!.body));
		return Response.json({ update: toBase64(Y.encodeStateAsUpdate(docs.get(id)!, vector === null ? undefined : fromBase64(vector)!)) });
	};
	const double = deviceDouble({ fetch, openSocket: () => ({ send: () => {}, close: () => {} }) as never, random: () => 0, ...changes });
	return { app, docs, asked, gone, put, double };
}

async function start(double: DeviceDouble): Promise<Device> {
	const device = new Device(double);
	open.push(device);
	await device.session.load();
	return device;
}

/** Reads what the device's own store holds of a document, as a later visit would. */
async function keptName(double: DeviceDouble, id: string): Promise<unknown> {
	const store = new DeviceStore('cuebook:documents:ada:w1', 'reader', double);
	const doc = new Y.Doc();
	for (const update of (await store.load(id)).updates) Y.applyUpdate(doc, update);
	await store.close();
	return doc.getMap('fields').get('name');
}

describe('SY1: what is kept ahead of time', () => {
	it('is one’s own, one’s teams’ and followed customers, the latest first, and the playbooks that run on them', () => {
		const rows: Record<string, unknown[]> = {
			customer: [
				customerRow('a', 'a', { owner: 'ada', updatedAt: 1 }),
				customerRow('b', 'b', { owner: 'bea', team: ['ada'], updatedAt: 3 }),
				customerRow('c', 'c', { owner: 'bea', updatedAt: 2 }),
				customerRow('d', 'd', { updatedAt: 9 }),
			],
			follow: [{ id: 'ada:c', userId: 'ada', customerId: 'c' }],
			run: [
				{ subjectId: 'b', playbookId: 'p1', endedAt: null },
				{ subjectId: 'b', playbookId: 'p2', endedAt: 5 },
				{ subjectId: 'd', playbookId: 'p3', endedAt: null },
			],
			note: [
				{ id: 'n1', customerId: 'c', updatedAt: 1, isRemoved: false },
				{ id: 'n2', customerId: 'd', updatedAt: 1 },
			],
			playbook: [1, 2, 3].map((n) => ({ id: `p${n}`, updatedAt: n })),
		};
		const wanted = (limit: number) => wantedDocuments((kind) => (rows[kind] ?? []) as never, 'ada', limit).map(({ id }) => id);
		expect(wanted(10)).toEqual(['b', 'c', 'a', 'n1', 'p1']);
		expect(wanted(1)).toEqual(['b', 'p1']);
	});

	it('opens offline though it was never opened, and can be edited', async () => {
		const { app, put, double } = world();
		put('customer_mine', { owner: 'ada' });
		put('customer_theirs', { owner: 'bea' });
		const device = await start(double);
		await until('mine is kept', () => device.place!.keeping!.status.documents === 1);
		expect(device.place!.keeping!.status).toMatchObject({ state: 'kept', missing: 0 });
		expect(device.place!.keeping!.status.bytes).toBeGreaterThan(50);
		device.place!.end();

		app.isOnline = false;
		const again = await start(double);
		const document = again.documents.openDocument('customer_mine');
		await document.ready;
		expect(document.doc.getMap('fields').get('name')).toBe('customer_mine');
		expect(edit(document, 'set-field', { field: 'domain', value: 'train.example' })).toEqual({ ok: true });
		expect(await keptName(double, 'customer_theirs')).toBeUndefined();
	});

	it('is kept current: only what changed is asked for again', async () => {
		const { app, docs, asked, put, double } = world();
		put('customer_a', { owner: 'ada' });
		put('customer_b', { owner: 'ada' });
		const device = await start(double);
		await until('both are kept', () => device.place!.keeping!.status.documents === 2);
		asked.length = 0;
		docs.get('customer_b')!.getMap('fields').set('name', 'Renamed');
		put('customer_b', { owner: 'ada', updatedAt: 5 });
		device.place!.mirror.poke(app.seq);
		await until('the new name is here', async () => (await keptName(double, 'customer_b')) === 'Renamed');
		expect(asked).toEqual(['customer_b']);
	});

	it('lets go what is not wanted any more, never what holds unsent edits', async () => {
		const { app, put, double } = world();
		put('customer_a', { owner: 'ada' });
		put('customer_b', { owner: 'ada' });
		const device = await start(double);
		await until('both are kept', () => device.place!.keeping!.status.documents === 2);
		const document = device.documents.openDocument('customer_b');
		await document.ready;
		edit(document, 'set-field', { field: 'name', value: 'Only here' });
		device.place!.end();
		put('customer_a', { owner: 'bea' });
		put('customer_b', { owner: 'bea' });
		const again = await start(double);
		await until('the first is let go', async () => (await keptName(double, 'customer_a')) === undefined);
		expect(await keptName(double, 'customer_b')).toBe('Only here');
		expect(again.place!.keeping!.status.documents).toBe(1);
		expect(app.isOnline).toBe(true);
	});

	it('CU10 drops what was opened once and is deleted now, never what holds unsent edits', async () => {
		const { app, docs, put, double } = world();
		for (const id of ['customer_a', 'customer_b']) put(id, { owner: 'bea' });
		const store = new DeviceStore('cuebook:documents:ada:w1', 'earlier', double);
		for (const id of ['customer_a', 'customer_b']) store.append(id, Y.encodeStateAsUpdate(docs.get(id)!), null);
		await store.flush();
		await store.close();
		const device = await start(double);
		await until('its lists are here', () => device.place!.mirror.count('customer') === 2);
		const document = device.documents.openDocument('customer_b');
		await document.ready;
		edit(document, 'set-field', { field: 'name', value: 'Only here' });
		for (const id of ['customer_a', 'customer_b']) app.remove('customer', id);
		await device.place!.mirror.pull();
		await until('the first is gone', async () => (await keptName(double, 'customer_a')) === undefined);
		document.close();
		device.place!.keeping!.look(0);
		await until('it looked again', () => device.place!.keeping!.status.state === 'kept');
		expect(await keptName(double, 'customer_b')).toBe('Only here');
	});

	it('never says that all is here while that isn’t known: on a fresh phone whose page is hidden, and while rows keep coming (SY4)', async () => {
		// A hidden page draws no frame.
		const frames: (() => void)[] = [];
		let isHidden = true;
		const { app, put, double } = world({ onFrame: (run) => (isHidden ? void frames.push(run) : void setTimeout(run, 1)) });
		put('customer_a', { owner: 'ada' });
		const device = await start(double);
		const { keeping, mirror } = device.place!;
		const said: string[] = [];
		const hear = () => said.push(`${keeping!.status.state} ${keeping!.status.documents}`);
		await until('the first is kept', () => (hear(), keeping!.status.documents === 1));
		isHidden = false;
		for (const draw of frames.splice(0)) draw();
		const slow = setInterval(() => {
			put('customer_a', { owner: 'ada' });
			mirror.poke(app.seq);
		}, 100);
		put('customer_b', { owner: 'ada' });
		mirror.poke(app.seq);
		await until('the second is listed', () => mirror.count('customer') === 2);
		await until('it is kept, too, though rows keep coming', () => (hear(), keeping!.status.documents === 2), 10_000).finally(() => clearInterval(slow));
		await until('all is here', () => keeping!.status.state === 'kept');
		expect([...new Set(said)].filter((one) => one.startsWith('kept'))).not.toContain('kept 0');
		expect(said.slice(said.lastIndexOf('fetching 1')).filter((one) => one === 'kept 1')).toEqual([]);
	});

	it('says that it counts until the lists are whole, on a later visit too', async () => {
		const { app, put, double } = world();
		const first = await start(double);
		await until('nothing is to be kept', () => first.place!.keeping!.status.state === 'kept');
		first.place!.end();
		put('customer_a', { owner: 'ada' });
		let answer: (() => void) | null = null;
		const fetch: Environment['fetch'] = async (path, init) => {
			if (path.startsWith('/api/sync') && answer === null) await new Promise<void>((resolve) => (answer = resolve));
			return double.fetch(path, init);
		};
		const device = await start({ ...double, fetch });
		await until('the lists are asked for', () => answer !== null);
		await device.place!.mirror.loaded;
		device.place!.keeping!.look(0);
		await new Promise((resolve) => setTimeout(resolve, 50));
		expect(device.place!.keeping!.status).toMatchObject({ state: 'looking' });
		answer!();
		await until('it is kept', () => device.place!.keeping!.status.documents === 1);
		expect(app.isOnline).toBe(true);
	});

	it('what is open here counts as kept once its content is here', async () => {
		const { docs, put, double } = world();
		put('customer_a', { owner: 'ada' });
		const store = new DeviceStore('cuebook:documents:ada:w1', 'earlier', double);
		store.append('customer_a', Y.encodeStateAsUpdate(docs.get('customer_a')!), null);
		await store.close();
		const device = await start(double);
		const document = device.documents.openDocument('customer_a');
		await document.ready;
		await until('all is here', () => device.place!.keeping!.status.state === 'kept');
		expect(device.place!.keeping!.status).toMatchObject({ documents: 1, missing: 0 });
	});

	it('is off when told so, and pauses on a metered link, without network and when room is short, saying which', async () => {
		let isMetered = true;
		let used = 0;
		const { app, asked, put, double } = world({ isMetered: () => isMetered, space: async () => ({ used, quota: 100_000_000 }) });
		put('customer_a', { owner: 'ada' });
		const device = await start(double);
		const keeping = device.place!.keeping!;
		await until('it waits for a free link', () => keeping.status.reason === 'metered');
		expect(asked).toEqual([]);
		isMetered = false;
		used = 95_000_000;
		double.wake();
		await until('it waits for room', () => keeping.status.reason === 'storage-short');
		used = 0;
		app.isOnline = false;
		double.wake();
		await until('it waits for the network', () => keeping.status.reason === 'offline');
		expect(keeping.status).toMatchObject({ state: 'paused', missing: 1 });
		app.isOnline = true;
		double.wake();
		await until('it is kept', () => keeping.status.documents === 1);
		keeping.change({ isOn: false });
		await until('it is let go', () => keeping.status.documents === 0);
		expect(keeping.status.state).toBe('off');
		device.place!.end();
		expect((await start(double)).place!.keeping!.wish.isOn, 'the wish is kept').toBe(false);
	});

	it('doesn’t ask for ever for what it may not have, and doesn’t say that it is here', async () => {
		const { asked, gone, put, double } = world();
		put('customer_a', { owner: 'ada' });
		put('customer_b', { owner: 'ada' });
		gone.add('customer_a');
		const device = await start(double);
		const refused = { state: 'paused', reason: 'refused', documents: 1, missing: 1 };
		await until('one was refused', () => device.place!.keeping!.status.reason === 'refused');
		expect(device.place!.keeping!.status).toMatchObject(refused);
		device.place!.keeping!.look(0);
		put('customer_b', { owner: 'ada', updatedAt: 5 });
		await device.place!.mirror.pull();
		await until('it looked again', () => asked.length === 3);
		expect(asked.toSorted()).toEqual(['customer_a', 'customer_b', 'customer_b']);
		await until('it rests', () => device.place!.keeping!.status.reason === 'refused');
		expect(device.place!.keeping!.status).toMatchObject(refused);
	});

	it('a proxy that refuses everything is no reason to say that all is here', async () => {
		const { app, put, double } = world();
		put('customer_a', { owner: 'ada' });
		const fetch: Environment['fetch'] = async (path, init) => (path.startsWith('/api/documents') ? new Response('Forbidden', { status: 403 }) : app.fetch(path, init));
		const device = await start({ ...double, fetch });
		await until('it waits for the server', () => device.place!.keeping!.status.state === 'paused');
		expect(device.place!.keeping!.status).toMatchObject({ reason: 'server', documents: 0, missing: 1 });
	});
});

describe('SY2: answers of the server are remembered', () => {
	it('shown with their age without network, and no longer when they are refused', async () => {
		const { app, double } = world();
		let status = 200;
		app.instead = (path) => (path === '/api/runs/r1' ? { status, body: status === 200 ? { run: 'r1' } : { code: 'no-such-run', message: 'Gone' } } : null);
		const device = await start(double);
		const ask = async () => {
			const shown: unknown[] = [];
			const failure = await device.place!.ask('/api/runs/r1', (value, at) => shown.push([value, at !== null]));
			return { shown, code: failure?.code ?? null };
		};
		expect(await ask()).toEqual({ shown: [[{ run: 'r1' }, false]], code: null });
		app.isOnline = false;
		await until('it is shown from the device', async () => JSON.stringify(await ask()) === JSON.stringify({ shown: [[{ run: 'r1' }, true]], code: 'offline' }));
		app.isOnline = true;
		status = 404;
		expect((await ask()).code).toBe('no-such-run');
		app.isOnline = false;
		expect(await ask()).toEqual({ shown: [], code: 'offline' });
	});
});
