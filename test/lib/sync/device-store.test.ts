import { forceCloseDatabase, IDBFactory } from 'fake-indexeddb';
import { afterEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { Environment } from '../../../src/lib/sync/environment.ts';
import { DeviceStore } from '../../../src/lib/sync/device-store.ts';
import { deviceDouble, fillable, until } from './device-double.ts';

const open: DeviceStore[] = [];
afterEach(async () => {
	for (const store of open.splice(0)) await store.close();
});

function store(environment: Environment, tab = 'a', onProblem?: (problem: string | null) => void, name = 'cuebook:documents:u:w') {
	const made = new DeviceStore(name, tab, environment, onProblem);
	open.push(made);
	return made;
}

/** A document that keeps each of its updates in a store, as an open one does. */
function keptDoc(to: DeviceStore, id: string) {
	const doc = new Y.Doc();
	let unacked = 0;
	doc.on('update', (update) => to.append(id, update, ++unacked));
	return doc;
}

async function restored(from: DeviceStore, id: string) {
	const stored = await from.load(id);
	const doc = new Y.Doc();
	for (const update of stored.updates) Y.applyUpdate(doc, update);
	return { doc, ...stored };
}

/** Every open connection of a factory, to close them as a browser does to pages in the background. */
function watchedFactory() {
	const factory = new IDBFactory();
	const connections: IDBDatabase[] = [];
	const opening = factory.open.bind(factory);
	let failures = 0;
	factory.open = (...args: Parameters<IDBFactory['open']>) => {
		if (failures-- > 0) throw new DOMException('refused by the test', 'UnknownError');
		const request = opening(...args);
		request.addEventListener('success', () => connections.push(request.result as unknown as IDBDatabase));
		return request;
	};
	return { factory: factory as unknown as IDBFactory & globalThis.IDBFactory, connections, failNext: (times: number) => (failures = times) };
}

describe('S16, S17: documents on the device', () => {
	it('edits and the count of those not acknowledged survive a reload', async () => {
		const device = deviceDouble();
		const first = store(device);
		const doc = keptDoc(first, 'customer_a');
		doc.getMap('fields').set('name', 'Éclair');
		doc.getMap('fields').set('stage', 's1');
		doc.getMap('fields').delete('stage');
		await first.close();
		const again = await restored(store(device, 'b'), 'customer_a');
		expect(again.doc.getMap('fields').toJSON()).toEqual({ name: 'Éclair' });
		expect(again.waiting).toBe(3);
		expect([...(await open.at(-1)!.unacked())]).toEqual([['customer_a', 3]]);
	});

	it('opening a document a hundred times adds nothing', async () => {
		const device = deviceDouble();
		const first = store(device);
		keptDoc(first, 'customer_a').getMap('fields').set('name', 'A');
		await first.flush();
		for (let time = 0; time < 100; time++) await restored(store(device, `t${time}`), 'customer_a');
		expect((await first.load('customer_a')).updates.length).toBe(1);
	});

	it('at 50 rows they become one, without what was deleted', async () => {
		const device = deviceDouble();
		const first = store(device);
		const doc = keptDoc(first, 'customer_a');
		for (let edit = 0; edit < 400; edit++) {
			doc.getMap('fields').set('name', `a long name, number ${edit} of many`);
			await first.flush();
		}
		const { doc: again, updates } = await restored(store(device, 'b'), 'customer_a');
		expect(again.getMap('fields').get('name')).toBe('a long name, number 399 of many');
		expect(updates.length).toBeLessThanOrEqual(50);
		expect(updates.reduce((sum, update) => sum + update.length, 0)).toBeLessThan(6_000);
	});

	it('an acknowledgement clears one’s own edits and those of tabs that are gone, not those of a tab that goes on', async () => {
		const device = deviceDouble();
		const gone = store(device, 'gone');
		keptDoc(gone, 'customer_a').getMap('fields').set('name', 'gone');
		await gone.flush();
		const mine = store(device, 'mine');
		const { unacked } = await mine.load('customer_a');
		const other = store(device, 'other');
		keptDoc(other, 'customer_a').getMap('fields').set('stage', 'later');
		await other.flush();
		mine.acknowledge('customer_a', 0, Object.fromEntries(unacked.map(({ tab, made }) => [tab, made])));
		await until('only the other tab’s edit waits', async () => (await mine.unacked()).get('customer_a') === 1);
	});

	it('goes on after the browser closed the connection, with nothing lost', async () => {
		const { factory, connections } = watchedFactory();
		const device = deviceDouble({ indexedDB: factory });
		const first = store(device);
		const doc = keptDoc(first, 'customer_a');
		doc.getMap('fields').set('one', 1);
		await first.flush();
		forceCloseDatabase(connections[0] as never);
		doc.getMap('fields').set('two', 2);
		await first.flush();
		// Closed without a word, as WebKit does.
		connections.at(-1)!.close();
		doc.getMap('fields').set('three', 3);
		await first.flush();
		expect((await restored(store(device, 'b'), 'customer_a')).doc.getMap('fields').toJSON()).toEqual({ one: 1, two: 2, three: 3 });
	});

	it('says when the device refuses, keeps the work in memory, and tells when it could be kept after all', async () => {
		const { factory, failNext } = watchedFactory();
		const device = deviceDouble({ indexedDB: factory, random: () => 0 });
		const problems: (string | null)[] = [];
		failNext(2);
		const first = store(device, 'a', (problem) => problems.push(problem));
		const doc = keptDoc(first, 'customer_a');
		doc.getMap('fields').set('one', 1);
		doc.getMap('fields').set('two', 2);
		await until('it was refused', () => problems[0] === 'storage-failed');
		await until('it was kept by a later try', () => problems.at(-1) === null);
		const again = await restored(store(device, 'b'), 'customer_a');
		expect(again.doc.getMap('fields').toJSON()).toEqual({ one: 1, two: 2 });
		expect(again.waiting).toBe(2);
	});

	it('asks for an edit, its mark and the commit in one step, and says that the device has it only then', async () => {
		const factory = new IDBFactory();
		const asked: string[] = [];
		const opening = factory.open.bind(factory);
		factory.open = (...args) => {
			const request = opening(...args);
			request.addEventListener('success', () => {
				const database = request.result as unknown as IDBDatabase;
				const begin = database.transaction.bind(database);
				database.transaction = (...scope: Parameters<typeof begin>) => {
					const transaction = begin(...scope);
					const [storeOf, commit] = [transaction.objectStore.bind(transaction), transaction.commit.bind(transaction)];
					transaction.objectStore = (name) => {
						const store = storeOf(name);
						const [add, put] = [store.add.bind(store), store.put.bind(store)];
						return Object.assign(store, { add: (row: unknown) => (asked.push(`add to ${name}`), add(row)), put: (row: unknown) => (asked.push(`put to ${name}`), put(row)) });
					};
					transaction.commit = () => (asked.push('commit'), commit());
					transaction.addEventListener('complete', () => asked.push('complete'));
					return transaction;
				};
			});
			return request;
		};
		const first = store(deviceDouble({ indexedDB: factory as unknown as globalThis.IDBFactory }));
		first.whenKept((doc, made) => asked.push(`${doc} has ${made}`));
		await first.load('customer_a');
		asked.length = 0;
		keptDoc(first, 'customer_a').getMap('fields').set('name', 'Acme');
		// The steps of opening and of beginning a transaction; no request is answered in them.
		for (let turn = 0; turn < 20; turn++) await Promise.resolve();
		expect(asked).toEqual(['add to updates', 'put to unacked', 'commit']);
		await first.flush();
		expect(asked.slice(3)).toEqual(['complete', 'customer_a has 1']);
	});

	it('without IndexedDB it says so and nothing throws', async () => {
		const problems: (string | null)[] = [];
		const first = store(deviceDouble({ indexedDB: undefined }), 'a', (problem) => problems.push(problem));
		keptDoc(first, 'customer_a').getMap('fields').set('one', 1);
		expect(problems).toEqual(['no-storage']);
		const again = await restored(first, 'customer_a');
		expect(again.doc.getMap('fields').get('one'), 'it is in memory').toBe(1);
		expect(await first.load('customer_b')).toEqual({ updates: [], waiting: 0, unacked: [] });
	});

	it('what a full device hasn’t taken is there for the next place of its tab, under the mark of the one that made it', async () => {
		const storage = fillable();
		const device = deviceDouble({ indexedDB: storage.indexedDB, random: () => 0 });
		const problems: (string | null)[] = [];
		const one = store(device, 'first');
		const doc = keptDoc(one, 'customer_a');
		doc.getMap('fields').set('one', 1);
		await one.flush();
		storage.isFull = true;
		doc.getMap('fields').set('two', 2);
		await one.close();
		one.serve('second', (problem) => problems.push(problem));
		expect(problems).toEqual(['storage-full']);
		const again = await restored(one, 'customer_a');
		expect(again.doc.getMap('fields').toJSON()).toEqual({ one: 1, two: 2 });
		expect(again.unacked).toEqual([{ tab: 'first', count: 2, made: 2 }]);
		expect([...(await one.unacked())]).toEqual([['customer_a', 2]]);
		one.append('customer_a', Y.encodeStateAsUpdate(doc), 1);
		expect((await one.unacked()).get('customer_a')).toBe(3);
		one.acknowledge('customer_a', 0, { first: 2, second: 1 });
		expect((await one.unacked()).size).toBe(0);
		storage.isFull = false;
		await until('the device has it', () => problems.at(-1) === null);
		const reloaded = await restored(store(device, 'third'), 'customer_a');
		expect([reloaded.doc.getMap('fields').toJSON(), reloaded.waiting]).toEqual([{ one: 1, two: 2 }, 0]);
	});

	it('a row that can’t be read is not lost by tidying up, and the others stay readable', async () => {
		const device = deviceDouble();
		const first = store(device);
		first.append('customer_a', new Uint8Array([9, 9, 9, 9]), null);
		await first.flush();
		const doc = keptDoc(first, 'customer_a');
		for (let edit = 0; edit < 60; edit++) {
			doc.getMap('fields').set(`f${edit}`, edit);
			await first.flush();
		}
		const { updates } = await first.load('customer_a');
		expect(updates.some((update) => update.length === 4 && update[0] === 9)).toBe(true);
		const again = new Y.Doc();
		for (const update of updates.filter((one) => one[0] !== 9)) Y.applyUpdate(again, update);
		expect(again.getMap('fields').size).toBe(60);
	});

	it('wiping one person’s database leaves the others', async () => {
		const device = deviceDouble();
		const [mine, theirs] = [store(device), store(device, 'a', undefined, 'cuebook:documents:other:w')];
		keptDoc(mine, 'customer_a').getMap('fields').set('one', 1);
		keptDoc(theirs, 'customer_a').getMap('fields').set('one', 2);
		await Promise.all([mine.flush(), theirs.flush()]);
		await mine.wipe();
		expect((await store(device, 'b').load('customer_a')).updates).toEqual([]);
		expect((await theirs.load('customer_a')).updates.length).toBe(1);
	});
});
