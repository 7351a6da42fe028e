/** SY6 in the rooms as they run: two devices apart, a restart between them, automation that waits, a choice, a limit. */
import * as Y from 'yjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publishedOf } from '#db/projection.ts';
import { documentTypes } from '#domain/documents/index.ts';
import { addPlaybook, definitionOf } from '../db/engine-book.ts';
import { Client, call, until } from './harness/client.ts';
import { ada, newCustomer } from './harness/documents.ts';
import { hosts, startRooms, type Rooms } from './harness/rooms.ts';
import { startStore, type Store } from './harness/store.ts';

describe.each(hosts)('on %s', (host) => {
	let rooms: Rooms;
	let store: Store;
	beforeAll(async () => {
		store = await startStore();
		rooms = await startRooms(host, store.vars);
		await addPlaybook(store.database, 'w1', 'p_chosen', definitionOf([], { trigger: { type: 'stage-changed', params: { from: null, to: 'chosen' } } }));
	});
	afterAll(async () => {
		await rooms?.end();
		await store?.end();
	});

	const rows = async (sql: string, ...args: string[]) => (await store.database.$client.execute({ sql, args })).rows as unknown as Record<string, any>[];
	const conflict = async (id: string) => (await rows('SELECT * FROM conflict WHERE customer_id = ?', id))[0];
	const runs = async (id: string) => (await rows('SELECT * FROM run WHERE subject_id = ?', id)).length;
	const wake = () => call(rooms.url, 'automation', 'w1_0', 'wake');
	/** Somebody's own copy, changed while away, then brought to the room. */
	const copyOf = async (id: string, sub: string) => {
		const client = await Client.open(rooms.socketUrl, id, { sub });
		await client.close();
		return client.doc;
	};
	const set = (doc: Y.Doc, value: string, at: number) => documentTypes.customer.edits['set-field']!.apply(doc, { field: 'stage', value }, { at, device: 'phone' });
	const bring = async (id: string, sub: string, doc: Y.Doc) => {
		const client = await Client.open(rooms.socketUrl, id, { sub }, { doc });
		await client.settled();
		return client;
	};

	test('both values with authors and times, whoever comes first, also over a restart; the playbook runs once, after the choice', async () => {
		const id = await newCustomer(rooms.url, 'Acme', { stage: 'before' });
		await call(rooms.url, 'document', id, 'publish');
		const [ana, bob] = [await copyOf(id, 'ana'), await copyOf(id, 'bob')];
		const at = Date.now() - 60_000;
		set(ana, 'other', at);
		set(bob, 'chosen', at + 1_000);
		await (await bring(id, 'ana', ana)).close();
		await rooms.kill();
		await rooms.start();
		const client = await bring(id, 'bob', bob);
		const found = await until(async () => conflict(id), 'the conflict');
		expect(found).toMatchObject({ field: 'stage', subject_id: id, state: 'open' });
		expect(JSON.parse(found.choices)).toEqual([
			{ value: 'other', by: { kind: 'user', id: 'ana' }, at, device: 'phone' },
			{ value: 'chosen', by: { kind: 'user', id: 'bob' }, at: at + 1_000, device: 'phone' },
		]);
		await wake();
		expect(await runs(id)).toBe(0);
		// It is in the document of everyone who has it open: the choice is an edit like any other.
		await until(() => client.doc.getMap('conflicts').size === 1, 'the card on a device');
		documentTypes.customer.edits['settle-conflict']!.apply(client.doc, { id: found.id, value: 'chosen' }, { at: Date.now() });
		await client.settled();
		const settled = await until(async () => ((row) => row?.state === 'settled' && row)(await conflict(id)), 'the choice');
		expect([JSON.parse(settled.settled_by), JSON.parse(settled.chosen)]).toEqual([{ kind: 'user', id: 'bob' }, 'chosen']);
		await until(async () => (await runs(id)) === 1, 'the run');
		await wake();
		expect(await runs(id)).toBe(1);
		const read = await call(rooms.url, 'document', id, 'read');
		expect((await publishedOf(store.database, id))?.rows).toEqual(read.ok && read.value.rows);
		await client.close();
	});

	test('when the workspace’s time is over the value of then counts, once, and the history says so', async () => {
		const id = await newCustomer(rooms.url, 'Acme', { stage: 'before' });
		await call(rooms.url, 'document', id, 'publish');
		const [ana, bob] = [await copyOf(id, 'ana'), await copyOf(id, 'bob')];
		await call(rooms.url, 'document', id, 'edit', { key: 'k', edits: [{ edit: 'set-field', args: { field: 'stage', value: 'other' } }], actor: ada });
		set(ana, 'third', Date.now());
		set(bob, 'chosen', Date.now());
		// A higher client id wins in Yjs: so that what is current in the end is the playbook's.
		await (await bring(id, 'ana', ana)).close();
		const client = await bring(id, 'bob', bob);
		const found = await until(async () => ((row) => row && JSON.parse(row.choices).length === 3 && row)(await conflict(id)), 'three values');
		// The value that is current becomes the playbook's by a late playbook edit: no person has chosen.
		await call(rooms.url, 'document', id, 'edit', { key: 'k2', edits: [{ edit: 'set-field', args: { field: 'stage', value: 'chosen' } }], actor: { kind: 'run', id: 'r0', playbookId: 'p0' } });
		await call(rooms.url, 'document', id, 'publish');
		await wake();
		expect([await runs(id), (await conflict(id))?.state]).toEqual([0, 'open']);
		await rows('UPDATE workspace SET conflict_hours = 0');
		await wake();
		await until(async () => (await conflict(id))?.state === 'expired', 'the end of its time');
		await until(async () => (await runs(id)) === 1, 'the run');
		await wake();
		expect(await runs(id)).toBe(1);
		expect((await rows("SELECT actor FROM event WHERE customer_id = ? AND type = 'conflict.expired'", id)).map(({ actor }) => JSON.parse(actor).kind)).toEqual(['system']);
		expect(found.id).toBe((await conflict(id))!.id);
		await rows('UPDATE workspace SET conflict_hours = 24');
		await client.close();
	});
});
