import { IDBFactory } from 'fake-indexeddb';
import { flushSync } from 'svelte';
import { afterEach, describe, expect, it } from 'vitest';
import { makeCall } from '../../../src/lib/sync/call.ts';
import { Mirror } from '../../../src/lib/sync/mirror.svelte.ts';
import { MirrorStore } from '../../../src/lib/sync/mirror-store.ts';
import { appDouble } from './app-double.ts';
import { type DeviceDouble, deviceDouble, until } from './device-double.ts';
import { effectRoot } from './effect.svelte.ts';
import { customerRow, manyCustomers } from './rows.ts';

const open: Mirror[] = [];
afterEach(() => {
	for (const mirror of open.splice(0)) mirror.end();
});

const workspace = { id: 'w1', name: 'One', timeZone: 'Europe/Paris', language: 'en' as const, workingDays: [1], holidays: [] };

function mirrorOn(device: DeviceDouble, app: ReturnType<typeof appDouble>, scope = 'csm', onRefused = () => {}) {
	const store = device.indexedDB ? new MirrorStore('cuebook:mirror:ada:w1', device.indexedDB) : null;
	const mirror = new Mirror({ environment: device, call: makeCall(app), store, scope, workspace: () => workspace, onRows: () => {}, onRefused });
	open.push(mirror);
	return mirror;
}

const names = (mirror: Mirror) => mirror.rows('customer').map((row) => row.name);
const shown = (mirror: Mirror, expected: string[]) => until(`it shows ${expected.join()}`, () => names(mirror).join() === expected.join());

describe('SY2: the lists on the device', () => {
	it('can be used before the first sync has ended, and says how far it is', async () => {
		const app = appDouble();
		app.put('customer', ...manyCustomers(2_000).customers);
		let hold!: () => void;
		let pages = 0;
		const device = deviceDouble();
		const fetch = app.fetch;
		app.fetch = (async (...args: Parameters<typeof fetch>) => {
			if (pages++ === 2) await new Promise<void>((resolve) => (hold = resolve));
			return fetch(...args);
		}) as typeof fetch;
		const mirror = mirrorOn(device, app);
		await until('two pages are shown', () => mirror.count('customer') === 1_000);
		await until('the third page is asked for', () => hold);
		expect(mirror.status).toMatchObject({ state: 'syncing', syncedAt: null, received: 1_000 });
		expect(mirror.searchCustomers('Quartz 7').length).toBeGreaterThan(0);
		hold();
		await until('all is here', () => mirror.status.state === 'synced');
		expect(mirror.status.syncedAt).toBeGreaterThan(0);
		await until('all is shown', () => mirror.count('customer') === 2_000);
	});

	it('opens offline on the last synced state, with its age', async () => {
		const app = appDouble();
		app.put('customer', customerRow('a', 'Acme'), customerRow('b', 'Beta'));
		const device = deviceDouble();
		const first = mirrorOn(device, app);
		await until('it is synced', () => first.status.state === 'synced');
		const { syncedAt } = first.status;
		first.end();
		app.isOnline = false;
		const again = mirrorOn(device, app);
		await again.loaded;
		expect(names(again)).toEqual(['Acme', 'Beta']);
		await until('it says why it is stale', () => again.status.error?.code === 'offline');
		expect(again.status).toMatchObject({ state: 'stale', syncedAt });
	});

	it('S15: rows that were kept before a column was there can be used, offline too', async () => {
		const app = appDouble();
		const { contacts } = manyCustomers(1);
		const [{ mergedFrom: _later, ...earlier }] = contacts as [(typeof contacts)[number]];
		app.put('contact', earlier as never);
		const device = deviceDouble();
		const first = mirrorOn(device, app);
		await until('it is synced', () => first.status.state === 'synced');
		first.end();
		app.isOnline = false;
		const again = mirrorOn(device, app);
		await again.loaded;
		expect(again.rows('contact')).toEqual([{ ...earlier, mergedFrom: [] }]);
	});

	it('asks only for what changed; deletions arrive; another array comes only when something changed', async () => {
		const app = appDouble();
		app.put('customer', customerRow('a', 'Acme'), customerRow('b', 'Beta'));
		const device = deviceDouble();
		const mirror = mirrorOn(device, app);
		await shown(mirror, ['Acme', 'Beta']);
		await until('it is synced', () => mirror.status.state === 'synced');
		const before = mirror.rows('customer');
		await mirror.pull();
		expect(mirror.rows('customer')).toBe(before);
		app.put('customer', customerRow('a', 'Acme 2'));
		app.remove('customer', 'b');
		app.put('tag', { id: 't' } as never);
		mirror.poke(app.seq);
		await shown(mirror, ['Acme 2']);
		expect(mirror.row('customer', 'b')).toBeUndefined();
		expect(app.log.filter(({ path }) => path.includes('/api/sync')).at(-1)!.path).toContain('after=2&');
		mirror.end();
		app.isOnline = false;
		const again = mirrorOn(device, app);
		await again.loaded;
		expect(names(again)).toEqual(['Acme 2']);
	});

	it('tells effects what changed', async () => {
		const app = appDouble();
		app.put('customer', customerRow('a', 'Acme'));
		const mirror = mirrorOn(deviceDouble(), app);
		await until('it is synced', () => mirror.status.state === 'synced' && mirror.count('customer') === 1);
		const seen: string[] = [];
		const stop = effectRoot(() => void seen.push(names(mirror).join()));
		flushSync();
		app.put('customer', customerRow('b', 'Beta'));
		await mirror.pull();
		await until('the effect ran', () => (flushSync(), seen.length === 2));
		expect(seen).toEqual(['Acme', 'Acme,Beta']);
		stop();
	});

	it('another right begins a new mirror', async () => {
		const app = appDouble();
		app.put('customer', customerRow('a', 'Secret'));
		const device = deviceDouble();
		const first = mirrorOn(device, app, 'administrator');
		await until('it is synced', () => first.status.state === 'synced');
		first.end();
		app.isOnline = false;
		const again = mirrorOn(device, app, 'reader');
		await again.loaded;
		expect(again.count('customer')).toBe(0);
		expect(again.status.syncedAt).toBeNull();
	});

	it('a server that was put back begins a new mirror by itself', async () => {
		const app = appDouble();
		app.put('customer', customerRow('a', 'Gone'));
		const mirror = mirrorOn(deviceDouble({ random: () => 0 }), app);
		await shown(mirror, ['Gone']);
		await until('it is synced', () => mirror.status.state === 'synced');
		app.remove('customer', 'a');
		app.put('customer', customerRow('b', 'Restored'));
		app.instead = (path) => (path.includes('after=1&') ? { status: 400, body: { code: 'not-a-cursor', message: 'x' } } : null);
		await mirror.pull();
		await shown(mirror, ['Restored']);
	});

	it('a lost page is asked for again, with nothing doubled; a refused session is told', async () => {
		const app = appDouble();
		app.pageSize = 1;
		app.put('customer', customerRow('a', 'Acme'), customerRow('b', 'Beta'), customerRow('c', 'Ciel'));
		app.loseAnswers = 2;
		let refused = 0;
		const mirror = mirrorOn(deviceDouble({ random: () => 0 }), app, 'csm', () => refused++);
		await shown(mirror, ['Acme', 'Beta', 'Ciel']);
		app.instead = () => ({ status: 401, body: { code: 'signed-out', message: '' } });
		await mirror.pull();
		expect(refused).toBeGreaterThan(0);
		expect(names(mirror)).toEqual(['Acme', 'Beta', 'Ciel']);
	});

	it('rows that the device couldn’t keep are kept with the next page: its cursor never passes rows that it lacks', async () => {
		const app = appDouble();
		app.put('customer', customerRow('a', 'Acme'));
		const factory = new IDBFactory();
		const device = deviceDouble({ indexedDB: factory });
		const mirror = mirrorOn(device, app);
		await until('it is synced', () => mirror.status.state === 'synced');
		const store = MirrorStore.prototype;
		const keep = store.keep;
		store.keep = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
		app.put('customer', customerRow('b', 'Beta'));
		await mirror.pull();
		store.keep = keep;
		await shown(mirror, ['Acme', 'Beta']);
		app.put('customer', customerRow('c', 'Ciel'));
		await mirror.pull();
		mirror.end();
		app.isOnline = false;
		const again = mirrorOn(device, app);
		await again.loaded;
		expect(names(again)).toEqual(['Acme', 'Beta', 'Ciel']);
	});

	it('polls each 30 s while no pokes come, and not while they do or nobody looks', async () => {
		const app = appDouble();
		const waits: { run: () => void; ms: number }[] = [];
		const device = deviceDouble({ setTimeout: (run, ms) => waits.push({ run, ms }), clearTimeout: () => {} });
		const mirror = mirrorOn(device, app);
		const pulls = () => app.log.filter(({ path }) => path.includes('/api/sync')).length;
		await until('it is synced', () => mirror.status.state === 'synced' && waits.some(({ ms }) => ms === 30_000));
		waits.at(-1)!.run();
		await until('it polled', () => pulls() === 2 && waits.filter(({ ms }) => ms === 30_000).length === 2);
		mirror.isPoked = true;
		waits.findLast(({ ms }) => ms === 30_000)!.run();
		mirror.isPoked = false;
		device.isLookedAt = false;
		waits.findLast(({ ms }) => ms === 30_000)!.run();
		expect(pulls()).toBe(2);
	});

	it('settings: the workspace’s own, and stages, fields, tags, teams and people in order', async () => {
		const app = appDouble();
		app.put('stage', { id: 's2', name: 'Live', position: 2, colour: '' } as never, { id: 's1', name: 'Start', position: 1, colour: '' } as never);
		app.put('person', { id: 'p2', name: 'Zoé' } as never, { id: 'p1', name: 'Ada' } as never);
		const mirror = mirrorOn(deviceDouble(), app);
		await until('they are here', () => mirror.settings.people.length === 2);
		expect(mirror.settings).toMatchObject({
			name: 'One',
			timeZone: 'Europe/Paris',
			stages: [{ id: 's1' }, { id: 's2' }],
			people: [{ id: 'p1' }, { id: 'p2' }],
		});
	});
});

describe('SY2: lists show what was edited here', () => {
	const projection = (name: string, contacts: string[] = []) => [
		{ table: 'customer' as const, id: 'customer_a', values: { name, tags: [] } },
		...contacts.map((id) => ({ table: 'contact' as const, id, values: { customerId: 'customer_a', name: id } })),
	];

	it('at once, over the server’s rows, until those say the same', async () => {
		const app = appDouble();
		app.put('customer', customerRow('customer_a', 'Old', { mrr: 7 }));
		app.put('contact', { id: 'gone', customerId: 'customer_a', name: 'Gone' } as never, { id: 'other', customerId: 'customer_b', name: 'Other' } as never);
		const mirror = mirrorOn(deviceDouble(), app);
		await until('it is synced', () => mirror.status.state === 'synced' && mirror.count('contact') === 2);
		mirror.lay('customer_a', projection('Mine', ['new']));
		await shown(mirror, ['Mine']);
		expect(mirror.row('customer', 'customer_a')).toMatchObject({ name: 'Mine', mrr: 7 });
		expect(
			mirror
				.rows('contact')
				.map((row) => row.id)
				.sort(),
		).toEqual(['new', 'other']);

		app.put('customer', customerRow('customer_a', 'Hers, from before mine arrived'));
		await mirror.pull();
		await new Promise((resolve) => setTimeout(resolve, 20));
		expect(names(mirror), 'what waits here is what this person sees').toEqual(['Mine']);

		mirror.acknowledge('customer_a');
		app.put('customer', customerRow('customer_a', 'Mine'));
		app.remove('contact', 'gone');
		app.put('contact', { id: 'new', customerId: 'customer_a', name: 'new' } as never);
		await mirror.pull();
		app.put('customer', customerRow('customer_a', 'Hers, later'));
		await mirror.pull();
		await shown(mirror, ['Hers, later']);
	});

	it('and gives way after ten seconds when the server put it right', async () => {
		const app = appDouble();
		app.put('customer', customerRow('customer_a', 'Old'));
		let skipped = 0;
		const mirror = mirrorOn(deviceDouble({ now: () => Date.now() + skipped }), app);
		await shown(mirror, ['Old']);
		mirror.lay('customer_a', projection('Not valid'));
		await shown(mirror, ['Not valid']);
		mirror.acknowledge('customer_a');
		app.put('customer', customerRow('customer_a', 'Healed'));
		await mirror.pull();
		await new Promise((resolve) => setTimeout(resolve, 20));
		expect(names(mirror)).toEqual(['Not valid']);
		skipped = 10_001;
		await mirror.pull();
		await shown(mirror, ['Healed']);
	});
});
