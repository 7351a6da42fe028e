/** The room class in a host of memory whose storage fails on demand: S1, S3, S4, S18, and the defects that other rooms have. */
import { describe, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { sign, signatureHeader } from '#domain/access/signature.ts';
import { hmac } from '#party/call.ts';
import Document from '#party/document.ts';
import { frameIn, update as updateFrame } from '#party/frames.ts';
import { token, until } from './harness/client.ts';
import { ada } from './harness/documents.ts';
import { MemoryHost, MemorySocket, MemoryStorage } from './harness/memory.ts';
import { secret } from './harness/rooms.ts';

vi.spyOn(console, 'warn').mockImplementation(() => {});
const alerts = vi.spyOn(console, 'error').mockImplementation(() => {});

const id = 'customer_aaaaaaaaaaaaaaaaaaaa';

async function call(room: Document, verb: string, body: unknown, name = id) {
	const path = `/parties/document/${name}/${verb}`;
	const text = JSON.stringify(body);
	const headers = { [signatureHeader]: await sign(hmac, secret, Date.now(), { method: 'POST', path, body: text }) };
	const response = await room.onRequest(new Request(`http://rooms${path}`, { method: 'POST', body: text, headers }));
	return { status: response.status, body: (await response.json()) as any };
}
const create = (room: Document, name = id, args: unknown = { name: 'Acme' }) => call(room, 'create', { workspace: 'w1', type: 'customer', args, actor: ada }, name);
const set = (room: Document, field: string, value: unknown, key = `${field}:${String(value).slice(0, 20)}`) => call(room, 'edit', { key, edits: [{ edit: 'set-field', args: { field, value } }], actor: ada });
const rowOf = async (room: Document, name = id) => (await call(room, 'read', {}, name)).body.rows[0].values;

async function connect(host: MemoryHost, room: Document, claims = {}) {
	const socket = new MemorySocket();
	host.sockets.push(socket);
	await room.onConnect(socket, { request: { url: `http://rooms/parties/document/${host.id}?ack=1&token=${await token(host.id, claims)}` } });
	return socket;
}
const changeOf = (field: string, value: unknown): Uint8Array => {
	const doc = new Y.Doc();
	doc.getMap('fields').set(field, value);
	return updateFrame(Y.encodeStateAsUpdate(doc));
};

describe('four defects of rooms elsewhere', () => {
	test('a doc that outlives its instance: after a reset the next instance reads the log and goes on writing it (S1)', async () => {
		const storage = new MemoryStorage();
		const first = new Document(new MemoryHost(id, storage));
		await create(first);
		await set(first, 'domain', 'one.example');
		const second = new Document(new MemoryHost(id, storage));
		await set(second, 'externalId', 'two');
		const third = new Document(new MemoryHost(id, storage));
		expect(await rowOf(third)).toMatchObject({ domain: 'one.example', externalId: 'two' });
	});

	test('one key for two rooms: the same id in two places shares nothing (S1)', async () => {
		const [here, there] = [new Document(new MemoryHost(id)), new Document(new MemoryHost(id))];
		await create(here);
		await create(there, id, { name: 'Other' });
		await set(here, 'domain', 'here.example');
		expect(await rowOf(there)).toMatchObject({ name: 'Other', domain: null });
	});

	test('a swallowed write error: the sockets are closed, an alert is raised, nothing unwritten lives on (S4)', async () => {
		const host = new MemoryHost(id);
		const room = new Document(host);
		await create(room);
		const [socket, other] = [await connect(host, room), await connect(host, room, { sub: 'bob' })];
		host.storage.failure = { of: 'put', error: new Error('disk full') };
		alerts.mockClear();
		await room.onMessage(changeOf('domain', 'lost.example'), socket);
		await until(() => socket.closed && other.closed, 'both are closed');
		expect([socket.closed?.code, other.closed?.code]).toEqual([1011, 1011]);
		expect(socket.frames(100).length).toBe(0);
		expect(alerts.mock.calls.flat().join()).toContain('disk full');
		expect((await set(room, 'externalId', 'x')).status).toBe(503);
		host.storage.failure = null;
		expect(await rowOf(room)).toMatchObject({ domain: null, externalId: null });
		const again = await connect(host, room);
		await room.onMessage(changeOf('domain', 'kept.example'), again);
		await until(() => again.frames(100).length > 0, 'acknowledgement');
		expect(await rowOf(new Document(new MemoryHost(id, host.storage)))).toMatchObject({ domain: 'kept.example' });
	});

	test('a poisoned load: the next who comes is served (S1)', async () => {
		const storage = new MemoryStorage();
		await create(new Document(new MemoryHost(id, storage)));
		const host = new MemoryHost(id, storage);
		const room = new Document(host);
		storage.failure = { of: 'list', error: new Error('not now') };
		expect((await call(room, 'read', {})).status).toBe(503);
		storage.failure = null;
		expect(await rowOf(room)).toMatchObject({ name: 'Acme' });
	});
});

describe('after a write that failed', () => {
	test('what it left half-way is not read back as if it were on disk (S4)', async () => {
		const host = new MemoryHost(id);
		const room = new Document(host);
		await create(room);
		const socket = await connect(host, room);
		host.storage.failure = { of: 'sync', error: new Error('taken, not written') };
		await room.onMessage(changeOf('domain', 'half.example'), socket);
		await until(() => socket.closed, 'it is closed');
		const again = await connect(host, room);
		await until(() => again.closed, 'nobody is let in to what may be lost');
		expect(again.frames(0).length + again.frames(100).length).toBe(0);
		host.storage.failure = null;
		expect((await connect(host, room)).frames(0).length).toBe(1);
	});

	test('the room publishes by itself again (S14)', async () => {
		const host = new MemoryHost(id);
		const room = new Document(host);
		const tried = () => alerts.mock.calls.flat().filter((line) => String(line).includes('publishing failed')).length;
		alerts.mockClear();
		await create(room);
		await until(() => tried() > 0, 'the first publishing');
		await set(room, 'domain', 'one.example');
		host.storage.failure = { of: 'put', error: new Error('disk full') };
		expect((await set(room, 'domain', 'two.example')).status).toBe(503);
		host.storage.failure = null;
		alerts.mockClear();
		await set(room, 'domain', 'three.example');
		await until(() => tried() > 0, 'it is tried again');
	});
});

describe('acknowledging (S4)', () => {
	test('comes only when the disk has it', async () => {
		const host = new MemoryHost(id);
		const room = new Document(host);
		await create(room);
		const [socket, other] = [await connect(host, room), await connect(host, room, { sub: 'bob' })];
		const release = host.storage.hold();
		const before = host.storage.writes;
		await room.onMessage(changeOf('domain', 'slow.example'), socket);
		await until(() => host.storage.writes > before, 'the write begins');
		expect(other.frames(0).length).toBe(2);
		await new Promise((resolve) => setTimeout(resolve, 50));
		expect(socket.frames(100).length).toBe(0);
		release();
		await until(() => socket.frames(100).length === 1, 'acknowledgement');
		expect(other.frames(100).length).toBe(0);
		expect(socket.frames(0).length).toBe(1);
	});

	test('many updates within the window are one row', async () => {
		const host = new MemoryHost(id);
		const room = new Document(host);
		await create(room);
		const socket = await connect(host, room);
		const before = host.storage.writes;
		const doc = new Y.Doc();
		doc.on('update', (update: Uint8Array) => void room.onMessage(updateFrame(update), socket));
		for (let i = 0; i < 1_000; i++) doc.getMap('fields').set(`f_${i}`, i);
		await until(() => socket.frames(100).length > 0, 'acknowledgement');
		expect(host.storage.writes - before).toBeLessThanOrEqual(3);
	});
});

describe('snapshots (S3)', () => {
	test('a head that does not say how many rows there are hides none of them', async () => {
		const storage = new MemoryStorage();
		const room = new Document(new MemoryHost(id, storage));
		await create(room);
		await set(room, 'domain', 'kept.example');
		const { last: _, ...head } = (await storage.get<{ last: number }>('head'))!;
		await storage.put({ head });
		expect(await rowOf(new Document(new MemoryHost(id, storage)))).toMatchObject({ domain: 'kept.example' });
	});

	async function grown() {
		const host = new MemoryHost(id);
		const room = new Document(host);
		await create(room);
		const filler = 'x'.repeat(9_000);
		for (let i = 0; i < 90; i++) await set(room, `f_${i}`, `${i}${filler}`);
		const head = host.storage.kept.get('head') as { snapshot: { position: number }; previous: { position: number } };
		return { storage: host.storage, head, row: await rowOf(room) };
	}

	test('are taken by size; the previous one is kept, older rows are not', async () => {
		const { storage, head, row } = await grown();
		expect(head.previous.position).toBeGreaterThan(0);
		const rows = [...storage.kept.keys()].filter((key) => key.startsWith('log:'));
		expect(rows.length).toBeLessThan(91 - head.previous.position + 1);
		expect(await rowOf(new Document(new MemoryHost(id, storage)))).toEqual(row);
		for (const value of storage.kept.values()) expect(((value as { bytes?: Uint8Array }).bytes?.length ?? 0) <= 128 * 1024).toBe(true);
	});

	test.each(['flipped', 'cut short', 'missing'])('a newest snapshot that is %s loses nothing', async (how) => {
		const { storage, head, row } = await grown();
		const key = [...storage.kept.keys()].filter((key) => key.startsWith(`snap:${String(head.snapshot.position).padStart(12, '0')}`)).at(-1)!;
		const chunk = storage.kept.get(key) as { bytes: Uint8Array };
		if (how === 'flipped') chunk.bytes[100]! ^= 1;
		else if (how === 'cut short') chunk.bytes = chunk.bytes.slice(0, -1);
		else storage.kept.delete(key);
		alerts.mockClear();
		const room = new Document(new MemoryHost(id, storage));
		expect(await rowOf(room)).toEqual(row);
		expect(alerts.mock.calls.flat().join()).toContain(`snapshot ${head.snapshot.position}`);
		await set(room, 'domain', 'goes-on.example');
		expect(await rowOf(new Document(new MemoryHost(id, storage)))).toMatchObject({ domain: 'goes-on.example' });
	});

	test('a damaged row is left aside with an alert, and a client that still has it brings it back', async () => {
		const host = new MemoryHost(id);
		const room = new Document(host);
		await create(room);
		const doc = new Y.Doc();
		const socket = await connect(host, room);
		doc.on('update', (update: Uint8Array) => void room.onMessage(updateFrame(update), socket));
		doc.getMap('fields').set('domain', 'damaged.example');
		await until(() => socket.frames(100).length === 1, 'acknowledgement');
		const chunk = host.storage.kept.get([...host.storage.kept.keys()].filter((key) => key.startsWith('log:')).at(-1)!) as { bytes: Uint8Array };
		chunk.bytes[3]! ^= 1;
		const next = new MemoryHost(id, host.storage);
		const reopened = new Document(next);
		expect(await rowOf(reopened)).toMatchObject({ name: 'Acme', domain: null });
		await reopened.onMessage(updateFrame(Y.encodeStateAsUpdate(doc)), await connect(next, reopened));
		expect(await rowOf(reopened)).toMatchObject({ domain: 'damaged.example' });
	});

	test.each([['in the middle', 2], ['at the end', 3]])('a row that is wholly missing %s raises an alert, and its number is not used again', async (_, missing) => {
		const storage = new MemoryStorage();
		const room = new Document(new MemoryHost(id, storage));
		await create(room);
		await set(room, 'domain', 'one.example');
		await set(room, 'externalId', 'two');
		const keys = [...storage.kept.keys()].filter((key) => key.startsWith('log:')).sort();
		expect(keys.length).toBe(3);
		storage.kept.delete(keys[missing - 1]!);
		alerts.mockClear();
		const reopened = new Document(new MemoryHost(id, storage));
		expect(await rowOf(reopened)).toMatchObject({ name: 'Acme', [missing === 2 ? 'domain' : 'externalId']: null });
		expect(alerts.mock.calls.flat().join()).toContain(`row ${missing} (missing)`);
		expect((await set(reopened, 'domain', 'again.example')).body.position).toBe(4);
		expect(await rowOf(new Document(new MemoryHost(id, storage)))).toMatchObject({ domain: 'again.example' });
	});

	test('a head that is missing beside its rows raises an alert, and the document is not made anew over them', async () => {
		const storage = new MemoryStorage();
		await create(new Document(new MemoryHost(id, storage)));
		const head = storage.kept.get('head');
		storage.kept.delete('head');
		alerts.mockClear();
		expect((await create(new Document(new MemoryHost(id, storage)))).status).toBe(503);
		expect(alerts.mock.calls.flat().join()).toContain('no head');
		storage.kept.set('head', head);
		expect(await rowOf(new Document(new MemoryHost(id, storage)))).toMatchObject({ name: 'Acme' });
	});
});

test('a room that slept knows its sockets again, asks who is there, and counts on (S18)', async () => {
	const host = new MemoryHost(id);
	const room = new Document(host);
	await create(room);
	const [socket, reader] = [await connect(host, room), await connect(host, room, { sub: 'rita', role: 'reader' })];
	await room.onMessage(changeOf('domain', 'before.example'), socket);
	await until(() => socket.frames(100).length === 1, 'acknowledgement');
	const woken = new Document(host);
	await woken.onMessage(changeOf('externalId', 'after'), socket);
	await until(() => socket.frames(100).length === 2, 'acknowledgement');
	expect(socket.frames(100)[1]!.at(-1)).toBe(2);
	expect(socket.frames(3).length).toBe(1);
	await woken.onMessage(changeOf('name', 'Mine'), reader);
	await until(() => reader.frames(101).length === 1, 'refusal');
	expect(await rowOf(woken)).toMatchObject({ domain: 'before.example', externalId: 'after', name: 'Acme' });
});

describe('a room that slept and its acknowledgements (S4, S18)', () => {
	test('counts on, over awareness, what changes nothing, and deletions', async () => {
		const host = new MemoryHost(id);
		const room = new Document(host);
		await create(room);
		const socket = await connect(host, room);
		const doc = new Y.Doc();
		const frames: Uint8Array[] = [];
		doc.on('update', (update: Uint8Array) => frames.push(updateFrame(update)));
		for (let i = 0; i < 5; i++) doc.getMap('fields').set('domain', `${i}.example`);
		doc.getMap('fields').delete('domain');
		for (const frame of frames) await room.onMessage(frame, socket);
		await until(() => socket.frames(100).at(-1)?.at(-1) === 6, 'all are acknowledged');
		let woken = new Document(host);
		await woken.onMessage(Uint8Array.from([0, 1, 2, 0, 0]), socket);
		await until(() => socket.frames(100).at(-1)?.at(-1) === 7, 'the empty answer is acknowledged');
		woken = new Document(host);
		await woken.onMessage(changeOf('externalId', 'after'), socket);
		await until(() => socket.frames(100).at(-1)?.at(-1) === 8, 'and the next');
		expect(socket.closed).toBe(null);
	});

	test('what was sent and not written before the instance went is never acknowledged: the socket is asked to come back with it', async () => {
		const host = new MemoryHost(id);
		const room = new Document(host);
		await create(room);
		const socket = await connect(host, room);
		const release = host.storage.hold();
		const storage = host.storage.copy();
		await room.onMessage(changeOf('domain', 'lost.example'), socket);
		// Awareness of its own client 7: it is kept with the socket.
		await room.onMessage(Uint8Array.from([1, 6, 1, 7, 1, 2, 123, 125]), socket);
		const next = new MemoryHost(id, storage);
		next.sockets = [socket];
		const woken = new Document(next);
		await woken.onMessage(changeOf('externalId', 'after'), socket);
		expect(socket.closed).toMatchObject({ code: 1011 });
		expect(await rowOf(woken)).toMatchObject({ domain: null, externalId: null });
		expect(socket.frames(100).length).toBe(0);
		release();
	});
});

test('each newcomer gets the document as it is, also what stands on something that never came', async () => {
	const host = new MemoryHost(id);
	const room = new Document(host);
	await create(room);
	const writer = await connect(host, room);
	const greeting = new Uint8Array([0, 0, 1, 0]);
	const newcomer = async (): Promise<Y.Doc> => {
		const socket = await connect(host, room);
		await room.onMessage(greeting, socket);
		const doc = new Y.Doc();
		for (const frame of socket.frames(0).map(frameIn)) if (frame?.kind === 'step2') Y.applyUpdate(doc, frame.update);
		return doc;
	};
	const device = new Y.Doc();
	const updates: Uint8Array[] = [];
	device.on('update', (update: Uint8Array) => updates.push(update));
	for (const value of ['one', 'two', 'three']) device.getMap('fields').set('domain', value);
	expect((await newcomer()).getMap('fields').get('domain')).toBeUndefined();
	await room.onMessage(updateFrame(updates[0]!), writer);
	expect((await newcomer()).getMap('fields').get('domain')).toBe('one');
	expect((await newcomer()).getMap('fields').get('domain')).toBe('one');
	await room.onMessage(updateFrame(updates[2]!), writer);
	await newcomer();
	const late = await newcomer();
	expect(late.getMap('fields').get('domain')).toBe('one');
	Y.applyUpdate(late, updates[1]!);
	expect(late.getMap('fields').get('domain')).toBe('three');
});

test('too much at once is refused, and the socket is asked to come back later (S5)', async () => {
	const host = new MemoryHost(id);
	const room = new Document(host);
	await create(room);
	const socket = await connect(host, room);
	const frame = changeOf('domain', 'often.example');
	for (let i = 0; i < 400_000 && !socket.closed; i++) await room.onMessage(frame, socket);
	expect(socket.closed).toMatchObject({ code: 1013 });
	expect(socket.frames(101).length).toBe(1);
});
