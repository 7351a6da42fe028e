/** Publishing (S11–S14): rows, events, authors, guards, and what happens when the store goes away. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openDatabase, type Database } from '#db/client.ts';
import { deleteCustomer, restoreCustomer } from '#db/deletions.ts';
import { publish, publishedOf, type Publication } from '#db/projection.ts';
import { bumpSeq, commit } from '#db/statement.ts';
import { sign, signatureHeader } from '#domain/access/signature.ts';
import { hmac } from '#party/call.ts';
import Document from '#party/document.ts';
import { Log } from '#party/log.ts';
import { Client, call, until } from './harness/client.ts';
import { ada, newCustomer, newId } from './harness/documents.ts';
import { MemoryHost, MemoryStorage } from './harness/memory.ts';
import { freePort, hosts, secret, startRooms, type Rooms } from './harness/rooms.ts';
import { startStore, type Store } from './harness/store.ts';

const rowsOf = async (database: Database, sql: string, ...args: string[]) => (await database.$client.execute({ sql, args })).rows as unknown as Record<string, any>[];
const customerRow = async (database: Database, id: string) => (await rowsOf(database, 'SELECT * FROM customer WHERE id = ?', id))[0];
const eventsOf = async (database: Database, id: string) =>
	(await rowsOf(database, 'SELECT * FROM event WHERE customer_id = ? ORDER BY seq, rowid', id)).map((row) => ({ ...row, data: JSON.parse(row.data), actor: JSON.parse(row.actor), cause: JSON.parse(row.cause ?? 'null') }) as Record<string, any>);
const fields = (client: Client) => client.doc.getMap('fields');

describe.each(hosts)('on %s', (host) => {
	let rooms: Rooms;
	let store: Store;
	beforeAll(async () => {
		store = await startStore();
		rooms = await startRooms(host, store.vars);
	});
	afterAll(async () => {
		await rooms?.end();
		await store?.end();
	});

	test('CU10 while its customer is deleted a document publishes nothing and seats nobody; restored it has all that came; erased it is no document any more', async () => {
		const id = await newCustomer(rooms.url);
		await until(() => customerRow(store.database, id), 'the row');
		const client = await Client.open(rooms.socketUrl, id, { sub: 'bob' });
		const about = { workspace: 'w1', id, name: 'Acme', by: 'ada', at: Date.now(), erasesAt: Date.now() + 60_000 };
		const event = (type: 'customer.deleted' | 'customer.restored') => ({ id: `${type}_${id}`, type, subjectType: 'customer' as const, subjectId: id, customerId: id, at: about.at, actor: ada, cause: null, data: {} });
		await commit(store.database, [bumpSeq('w1'), ...deleteCustomer(about, event('customer.deleted'))]);
		fields(client).set('domain', 'written-meanwhile.example');
		// Whoever still sits there is shown out with the first change that can't be published.
		await until(() => client.closed, 'the socket to be closed');
		expect(client.closed).toMatchObject({ code: 4404 });
		expect(await call(rooms.url, 'document', id, 'publish')).toMatchObject({ ok: true, value: { published: false } });
		expect(await customerRow(store.database, id)).toMatchObject({ domain: null, deleted_at: about.at });
		await commit(store.database, [bumpSeq('w1'), ...restoreCustomer('w1', id, Date.now(), event('customer.restored'))]);
		// By this, or by the automation room's sweep just before it.
		expect(await call(rooms.url, 'document', id, 'publish')).toMatchObject({ ok: true });
		expect(await customerRow(store.database, id)).toMatchObject({ domain: 'written-meanwhile.example', deleted_at: null });
		const again = await Client.open(rooms.socketUrl, id, { sub: 'bob' });
		expect(await call(rooms.url, 'document', id, 'shut')).toMatchObject({ ok: true });
		await until(() => again.closed, 'the socket to be shut');
		// Another customer's is never forgotten for this one, whatever a command said.
		expect(await call(rooms.url, 'document', id, 'erase', { customerId: `customer_${'o'.repeat(20)}` })).toMatchObject({ ok: true, value: { erased: false } });
		expect(await call(rooms.url, 'document', id, 'read')).toMatchObject({ ok: true });
		for (let n = 0; n < 2; n++) expect(await call(rooms.url, 'document', id, 'erase', { customerId: id })).toMatchObject({ ok: true, value: { erased: true } });
		expect(await call(rooms.url, 'document', id, 'read')).toMatchObject({ ok: false, status: 404 });
	});

	test('an edit becomes a row within 1.5 s, its event names field, author and cause, and devices can pull it', async () => {
		const id = await newCustomer(rooms.url, 'Acme', { contacts: [{ id: 'contact_1', name: 'Grace' }] });
		const created = await until(() => customerRow(store.database, id), 'the row');
		expect(created).toMatchObject({ name: 'Acme', workspace: 'w1', deleted_at: null, domain: null });
		expect(created.stage_since).toBe(created.updated_at);
		const client = await Client.open(rooms.socketUrl, id, { sub: 'bob' });
		const at = Date.now();
		fields(client).set('domain', 'a.example');
		const changed = await until(async () => ((row) => row?.domain === 'a.example' && row)(await customerRow(store.database, id)), 'the change');
		expect(Date.now() - at).toBeLessThan(1_500);
		expect(changed.seq).toBeGreaterThan(created.seq);
		expect(changed.stage_since).toBe(created.stage_since);
		const cause = { runId: 'r1', rootRunId: 'r1', depth: 1, lineage: ['p1:x'] };
		const actor = { kind: 'run', id: 'r1', playbookId: 'p1' };
		await call(rooms.url, 'document', id, 'edit', { key: 'r1:1', edits: [{ edit: 'set-field', args: { field: 'stage', value: 's1' } }], actor, cause });
		await call(rooms.url, 'document', id, 'publish');
		expect(await eventsOf(store.database, id)).toMatchObject([
			{ type: 'customer.created', actor: ada, data: { name: 'Acme' } },
			{ type: 'customer.field-changed', actor: { kind: 'user', id: 'bob' }, cause: null, data: { field: 'domain', from: null, to: 'a.example' } },
			{ type: 'customer.stage-changed', actor, cause, data: { field: 'stage', from: null, to: 's1' } },
		]);
		await client.close();
	});

	test('what is gone from the document is a tombstone; back and forth within one window makes no event', async () => {
		const id = await newCustomer(rooms.url, 'Acme', { contacts: [{ id: `contact_${newId('x')}`, name: 'Grace' }] });
		await call(rooms.url, 'document', id, 'publish');
		const [contact] = await until(async () => ((rows) => rows.length > 0 && rows)(await rowsOf(store.database, 'SELECT * FROM contact WHERE customer_id = ?', id)), 'the contact');
		const edits = [
			{ edit: 'remove-contact', args: { id: contact!.id } },
			{ edit: 'set-field', args: { field: 'stage', value: 's1' } },
			{ edit: 'set-field', args: { field: 'stage', value: null } },
		];
		await call(rooms.url, 'document', id, 'edit', { key: 'k', edits, actor: ada });
		await call(rooms.url, 'document', id, 'publish');
		const gone = await until(async () => ((row) => row?.deleted_at && row)((await rowsOf(store.database, 'SELECT * FROM contact WHERE id = ?', contact!.id))[0]), 'the tombstone');
		expect(gone.seq).toBeGreaterThan(contact!.seq);
		expect((await eventsOf(store.database, id)).map(({ type }) => type)).toEqual(['customer.created', 'contact.removed']);
	});

	test('authors outlive a restart between the write and the publishing', async () => {
		const id = await newCustomer(rooms.url);
		await call(rooms.url, 'document', id, 'publish');
		const client = await Client.open(rooms.socketUrl, id, { sub: 'grace' });
		fields(client).set('domain', 'b.example');
		await client.settled();
		await rooms.kill();
		await rooms.start();
		await call(rooms.url, 'document', id, 'publish');
		const event = await until(async () => (await eventsOf(store.database, id)).find(({ type }) => type === 'customer.field-changed'), 'the event');
		expect(event.actor).toEqual({ kind: 'user', id: 'grace' });
	});

	test('invalid content is healed once, its author is told, and nobody can rename a document’s identity (S12)', async () => {
		const id = await newCustomer(rooms.url);
		await call(rooms.url, 'document', id, 'publish');
		const client = await Client.open(rooms.socketUrl, id, { sub: 'bob' });
		client.doc.transact(() => {
			fields(client).set('name', 42);
			client.doc.getMap('meta').set('id', 'customer_of_someone_else');
		});
		await until(() => fields(client).get('name') === 'Acme' && client.doc.getMap('meta').get('id') === id, 'healing');
		await until(() => client.refusals.some(({ code }) => code === 'healed'), 'the author is told');
		const event = await until(async () => (await eventsOf(store.database, id)).find(({ type }) => type === 'content.healed'), 'the event');
		expect(event).toMatchObject({ actor: { kind: 'system' }, data: { path: 'fields/name', found: 42, healed: 'Acme', author: 'bob' } });
		expect(await rowsOf(store.database, "SELECT id FROM customer WHERE id = 'customer_of_someone_else'")).toEqual([]);
		await client.close();
	});
});

describe('the guard', () => {
	let store: Store;
	beforeAll(async () => void (store = await startStore()));
	afterAll(() => store?.end());
	vi.spyOn(console, 'warn').mockImplementation(() => {});
	const alerts = vi.spyOn(console, 'error').mockImplementation(() => {});

	const ask = async (room: Document, id: string, verb: string, body: unknown = {}) => {
		const path = `/parties/document/${id}/${verb}`;
		const text = JSON.stringify(body);
		const headers = { [signatureHeader]: await sign(hmac, secret, Date.now(), { method: 'POST', path, body: text }) };
		const response = await room.onRequest(new Request(`http://rooms${path}`, { method: 'POST', body: text, headers }));
		return { status: response.status, body: (await response.json()) as any };
	};
	const set = (room: Document, id: string, value: string, key = value) => ask(room, id, 'edit', { key, edits: [{ edit: 'set-field', args: { field: 'domain', value } }], actor: ada });

	test('a stale instance changes nothing (S11)', async () => {
		const id = newId('customer');
		const storage = new MemoryStorage();
		const old = new Document(new MemoryHost(id, storage, store.vars));
		await ask(old, id, 'create', { workspace: 'w1', type: 'customer', args: { name: 'Acme' }, actor: ada });
		await ask(old, id, 'publish');
		const fresh = new Document(new MemoryHost(id, storage.copy(), store.vars));
		await set(fresh, id, 'fresh.example');
		expect((await ask(fresh, id, 'publish')).body.published).toBe(true);
		const before = [await rowsOf(store.database, 'SELECT * FROM customer'), await rowsOf(store.database, 'SELECT * FROM projection'), await eventsOf(store.database, id), await rowsOf(store.database, 'SELECT seq FROM workspace')];
		await set(old, id, 'stale.example');
		expect((await ask(old, id, 'publish')).status).toBe(503);
		expect([await rowsOf(store.database, 'SELECT * FROM customer'), await rowsOf(store.database, 'SELECT * FROM projection'), await eventsOf(store.database, id), await rowsOf(store.database, 'SELECT seq FROM workspace')]).toEqual(before);
		expect(alerts.mock.calls.flat().join()).toContain('stale');
	});

	test('a stale instance changes nothing either when the newer one found nothing new to publish (S11)', async () => {
		const id = newId('customer');
		const storage = new MemoryStorage();
		const old = new Document(new MemoryHost(id, storage, store.vars));
		await ask(old, id, 'create', { workspace: 'w1', type: 'customer', args: { name: 'Acme' }, actor: ada });
		await set(old, id, 'first.example');
		await ask(old, id, 'publish');
		const { claimEpoch } = Log.prototype;
		let goOn: (() => void) | null = null;
		const spy = vi.spyOn(Log.prototype, 'claimEpoch').mockImplementation(async function (this: Log) {
			if (this.storage === storage && goOn === null) await new Promise<void>((resolve) => (goOn = resolve));
			return claimEpoch.call(this);
		});
		// Its change is on the disk and its publishing under way when another instance begins, in which it is taken back.
		await set(old, id, 'stale.example');
		const late = ask(old, id, 'publish');
		const fresh = new Document(new MemoryHost(id, storage.copy(), store.vars));
		await set(fresh, id, 'first.example', 'taken back');
		expect((await ask(fresh, id, 'publish')).body.published).toBe(false);
		goOn!();
		expect((await late).status).toBe(503);
		spy.mockRestore();
		expect((await customerRow(store.database, id))?.domain).toBe('first.example');
	});

	test('a publishing that takes long isn’t done twice for the same; what was written meanwhile has its own', async () => {
		const id = newId('customer');
		const storage = new MemoryStorage();
		const room = new Document(new MemoryHost(id, storage, store.vars));
		await ask(room, id, 'create', { workspace: 'w1', type: 'customer', args: { name: 'Acme' }, actor: ada });
		await ask(room, id, 'publish');
		const { claimEpoch } = Log.prototype;
		let publishings = 0;
		const spy = vi.spyOn(Log.prototype, 'claimEpoch').mockImplementation(async function (this: Log) {
			if (this.storage === storage && ++publishings === 1) await new Promise((resolve) => setTimeout(resolve, 400));
			return claimEpoch.call(this);
		});
		await set(room, id, 'slow.example');
		await until(async () => (await customerRow(store.database, id))?.domain === 'slow.example', 'the row');
		// What would follow the first at once is waited for with it.
		await ask(room, id, 'publish');
		expect(publishings).toBe(1);
		spy.mockRestore();
		const both = [ask(room, id, 'publish'), set(room, id, 'next.example'), ask(room, id, 'publish')];
		await Promise.all(both);
		expect((await ask(room, id, 'publish')).status).toBe(200);
		expect((await customerRow(store.database, id))?.domain).toBe('next.example');
	});

	test('an answer that was lost is not written twice, and events keep their ids (S11, R5)', async () => {
		const id = newId('customer');
		const base: Publication = {
			doc: id, workspace: 'w1', type: 'customer', at: 1, base: null, changed: [], vanished: [],
			next: { epoch: 1, position: 1, rows: [] },
			events: [{ id: `e-${id}`, type: 'customer.created', subjectType: 'customer', subjectId: id, customerId: id, at: 1, actor: ada, cause: null, data: { name: 'Acme' } }],
		};
		expect(await publish(store.database, base)).toBeGreaterThan(0);
		expect(await publish(store.database, base)).toBe(null);
		expect((await eventsOf(store.database, id)).length).toBe(1);
		expect(await publishedOf(store.database, id)).toEqual(base.next);
	});

	test('a row of another workspace with the same id is never touched', async () => {
		const id = newId('customer');
		const values = { name: 'Theirs', customerId: id, email: null, phone: null, title: null, roles: [], tags: [], custom: {}, createdAt: 1 };
		const publication = (doc: string, workspace: string, name: string): Publication => ({
			doc, workspace, type: 'customer', at: 1, base: null, vanished: [], events: [], next: { epoch: 1, position: 1, rows: [] },
			changed: [{ row: { table: 'contact', id: `c-${id}`, values: { ...values, name } }, stamps: {} }],
		});
		await publish(store.database, publication(id, 'w2', 'Theirs'));
		await publish(store.database, publication(newId('customer'), 'w1', 'Mine'));
		expect(await rowsOf(store.database, 'SELECT name, workspace FROM contact WHERE id = ?', `c-${id}`)).toEqual([{ name: 'Theirs', workspace: 'w2' }]);
	});
});

describe('the store is killed in the middle of a burst (S13, S14)', () => {
	const file = fileURLToPath(new URL('../../db/server.ts', import.meta.url));
	const folder = mkdtempSync(join(tmpdir(), 'cuebook-store-'));
	let child: ChildProcess | null = null;
	let rooms: Rooms | null = null;
	afterAll(async () => {
		child?.kill('SIGKILL');
		await rooms?.end();
		rmSync(folder, { recursive: true, force: true });
	});

	test('after its restart the rows equal what the documents project', async () => {
		const first = await startStore(join(folder, 'store.db'));
		await first.end();
		const port = await freePort();
		const token = first.vars['LIBSQL_AUTH_TOKEN']!;
		const url = `http://127.0.0.1:${port}`;
		const startServer = async () => {
			child = spawn(process.execPath, [file, '--file', join(folder, 'store.db'), '--port', String(port), '--token', token], { stdio: 'ignore' });
			await until(() => fetch(`${url}/health`).then(({ ok }) => ok, () => false), 'the store');
		};
		await startServer();
		rooms = await startRooms(hosts[0]!, { LIBSQL_URL: url, LIBSQL_AUTH_TOKEN: token });
		const ids = await Promise.all(Array.from({ length: 4 }, () => newCustomer(rooms!.url)));
		const clients = await Promise.all(ids.map((id) => Client.open(rooms!.socketUrl, id)));
		for (let round = 0; round < 3; round++) {
			for (let i = 0; i < 40; i++) {
				for (const client of clients) fields(client).set('externalId', `${round}-${i}`);
				await new Promise((resolve) => setTimeout(resolve, 10));
				if (i === 20 + round * 5) child!.kill('SIGKILL');
			}
			await Promise.all(clients.map((client) => client.settled()));
			// The rooms don't go with the store: nobody was hung up on, so that everything that was written is there.
			expect(clients.map(({ closed }) => closed)).toEqual(clients.map(() => null));
			await startServer();
		}
		const database = openDatabase({ url, authToken: token });
		for (const id of ids) {
			await until(async () => (await call(rooms!.url, 'document', id, 'publish')).ok, 'publishing');
			const read = await call(rooms!.url, 'document', id, 'read');
			expect((await publishedOf(database, id))?.rows).toEqual(read.ok && read.value.rows);
			expect((await customerRow(database, id))?.['external_id']).toBe('2-39');
			const changes = (await eventsOf(database, id)).filter(({ data }) => data.field === 'externalId').map(({ data }) => data);
			expect(changes.at(-1)!.to).toBe('2-39');
			// No change is told twice and none is left out: each begins where the one before ended (the first after what it was created with).
			for (const [i, change] of changes.slice(1).entries()) expect(change.from).toBe(changes[i]!.to);
		}
		for (const client of clients) await client.close();
	});
});
