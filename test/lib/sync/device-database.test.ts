import { IDBFactory } from 'fake-indexeddb';
import { describe, expect, it } from 'vitest';
import { mirrorKinds, type SyncedRow } from '#domain/mirror.ts';
import { makeCall } from '../../../src/lib/sync/call.ts';
import { CommandQueue } from '../../../src/lib/sync/command-queue.svelte.ts';
import { CommandStore } from '../../../src/lib/sync/command-store.ts';
import { answered, deviceDatabase, type Stores } from '../../../src/lib/sync/device-database.ts';
import { MirrorStore } from '../../../src/lib/sync/mirror-store.ts';
import { appDouble } from './app-double.ts';
import { deviceDouble, until } from './device-double.ts';

const one: Stores = { a: (database) => void database.createObjectStore('a', { keyPath: 'id' }) };
const two: Stores = { ...one, b: (database) => void database.createObjectStore('b', { keyPath: 'id' }) };
const count = (database: ReturnType<typeof deviceDatabase>, store: string) => database.run('readonly', (work) => answered(work.objectStore(store).count()));

/** As Dexie left it: its version 1 is the browser's 10. */
async function madeByDexie(factory: IDBFactory, name: string, make: (database: IDBDatabase) => void) {
	const request = factory.open(name, 10);
	request.onupgradeneeded = () => make(request.result);
	(await answered(request)).close();
}

describe('S16, S17: databases on the device', () => {
	it('commands that Dexie kept are sent by the version that came after it', async () => {
		const factory = new IDBFactory();
		await madeByDexie(factory, 'commands', (database) => {
			const store = database.createObjectStore('command', { keyPath: 'id' });
			store.createIndex('at', 'at');
			for (const [id, at] of [['command_2', 2], ['command_1', 1]]) store.put({ id, type: 'complete-task', args: { id }, at, state: 'waiting', reason: null, attempts: 0 });
		});
		const app = appDouble();
		const device = deviceDouble({ indexedDB: factory });
		const queue = new CommandQueue({ store: new CommandStore('commands', device), environment: device, call: makeCall(app), onAnswered: () => {}, onProblem: () => {} });
		await queue.loaded;
		expect(queue.waiting.map(({ id }) => id)).toEqual(['command_1', 'command_2']);
		await until('both were sent', () => queue.waiting.length === 0);
		expect([...app.executed]).toEqual([['command_1', 1], ['command_2', 1]]);
		queue.end();
	});

	it('a mirror that Dexie kept, before there was a kind, goes on from where it was', async () => {
		const factory = new IDBFactory();
		const missing = mirrorKinds.at(-1)!;
		await madeByDexie(factory, 'mirror', (database) => {
			for (const kind of mirrorKinds.slice(0, -1)) database.createObjectStore(kind, { keyPath: 'id' }).put({ id: `${kind}_1`, seq: 1, data: {} });
			database.createObjectStore('meta', { keyPath: 'key' }).put({ key: 'reach', cursor: '7', syncedAt: 5, scope: 'csm' });
		});
		const store = new MirrorStore('mirror', factory);
		expect(await store.reach('csm')).toEqual({ cursor: '7', syncedAt: 5, scope: 'csm', edition: 0 });
		expect((await store.rows(mirrorKinds[0])).map(({ id }) => id)).toEqual([`${mirrorKinds[0]}_1`]);
		expect(await store.rows(missing)).toEqual([]);
		store.close();
	});

	it('a store is added while another tab has the database open; both go on and nothing is lost', async () => {
		const factory = new IDBFactory();
		const older = deviceDatabase(factory, 'x', one, { staysClosed: true });
		await older.run('readwrite', (work) => void work.objectStore('a').put({ id: 1 }));
		const newer = deviceDatabase(factory, 'x', two, { staysClosed: true });
		await newer.run('readwrite', (work) => void work.objectStore('b').put({ id: 2 }));
		await older.run('readwrite', (work) => void work.objectStore('a').put({ id: 3 }));
		expect([await count(newer, 'a'), await count(newer, 'b')]).toEqual([2, 1]);
		older.close();
		newer.close();
	});

	it('tabs that add a store at the same moment both get it', async () => {
		const factory = new IDBFactory();
		const old = deviceDatabase(factory, 'x', one);
		await old.run('readwrite', (work) => void work.objectStore('a').put({ id: 1 }));
		old.close();
		const tabs = [1, 2, 3].map(() => deviceDatabase(factory, 'x', two));
		await Promise.all(tabs.map((tab, id) => tab.run('readwrite', (work) => void work.objectStore('b').put({ id }))));
		expect([await count(tabs[0]!, 'a'), await count(tabs[2]!, 'b')]).toEqual([1, 3]);
		for (const tab of tabs) tab.close();
	});

	it('what another tab wiped is not written back (S17), nor after close()', async () => {
		const factory = new IDBFactory();
		const here = deviceDatabase(factory, 'x', one, { staysClosed: true });
		await here.run('readwrite', (work) => void work.objectStore('a').put({ id: 1 }));
		await deviceDatabase(factory, 'x', one).wipe();
		await expect(here.run('readwrite', (work) => void work.objectStore('a').put({ id: 2 }))).rejects.toMatchObject({ name: 'NotFoundError' });
		expect(await factory.databases()).toEqual([]);
		const closed = deviceDatabase(factory, 'x', one, { staysClosed: true });
		await count(closed, 'a');
		closed.close();
		await expect(count(closed, 'a')).rejects.toMatchObject({ name: 'NotFoundError' });
	});

	it('a page is kept whole or not at all, and never over a newer row', async () => {
		const factory = new IDBFactory();
		const store = new MirrorStore('mirror', factory);
		const { edition } = await store.reach('csm');
		const reach = (cursor: string) => ({ cursor, syncedAt: 1, scope: 'csm', edition });
		await store.keep([{ kind: 'tag', id: 't', seq: 5, data: { name: 'new' } }, { kind: 'tag', id: 'u', seq: 5, data: { name: 'gone' } }] as any, reach('5'));
		await store.keep([{ kind: 'tag', id: 't', seq: 4, data: { name: 'old' } }, { kind: 'tag', id: 'u', seq: 6, data: null }] as any, reach('6'));
		expect(await store.rows('tag')).toEqual([{ id: 't', seq: 5, data: { name: 'new' } }]);
		// A function can't be kept: the whole page and its cursor are given up.
		await expect(store.keep([{ kind: 'tag', id: 'v', seq: 7, data: {} }, { kind: 'tag', id: 'w', seq: 7, data: { f: () => {} } }] as any, reach('7'))).rejects.toThrow();
		expect((await store.rows('tag')).map(({ id }) => id)).toEqual(['t']);
		expect((await store.reach('csm')).cursor).toBe('6');
		store.close();
	});

	it('rows are kept only with those they follow on: not over another role’s, nor where all was begun anew', async () => {
		const factory = new IDBFactory();
		const [store, other] = [new MirrorStore('mirror', factory), new MirrorStore('mirror', factory)];
		const mine = await store.reach('csm');
		const page: SyncedRow[] = [{ kind: 'tag', id: 't', seq: 5, data: { id: 't', subject: 'customer', name: 'new', colour: 'blue' } }];
		expect(await store.keep(page, { ...mine, cursor: '5' })).toBe('kept');
		const theirs = await other.reach('administrator');
		expect(await other.rows('tag')).toEqual([]);
		expect(await store.keep(page, { ...mine, cursor: '5' })).toBe('other-scope');
		expect(await other.keep(page, { ...theirs, cursor: '5' })).toBe('kept');
		const again = await store.reach('csm');
		expect(await store.keep(page, { ...mine, cursor: '6' })).toBe('other-edition');
		expect([await store.reach('csm'), await store.rows('tag')]).toEqual([again, []]);
		store.close();
		other.close();
	});
});
