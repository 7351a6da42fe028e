/** The workspace room on both of its hosts: pokes, seats, revocation (S6, SY7). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { Client, call, token, until, type Claims } from './harness/client.ts';
import { newCustomer, newId } from './harness/documents.ts';
import { hosts, startRooms, type Rooms } from './harness/rooms.ts';
import { startStore, type Store } from './harness/store.ts';

type Seat = { userId: string; doc: string | null };

/** A screen that listens to its workspace. */
async function listen(rooms: Rooms, sub: string, workspace = 'w1', claims: Claims = {}) {
	const socket = new WebSocket(`${rooms.socketUrl}/parties/workspace/${workspace}?token=${await token(workspace, { sub, workspace, ...claims })}`);
	const heard: any[] = [];
	const end: { code: number | null } = { code: null };
	socket.on('message', (data) => heard.push(data.toString() === 'pong' ? 'pong' : JSON.parse(data.toString())));
	socket.on('close', (code) => (end.code = code));
	socket.on('error', () => {});
	// As every client does: workerd delivers no close to a hibernating socket that never said a word (docs/protocol.md).
	socket.on('open', () => socket.send('ping'));
	await until(() => heard.includes('pong') || end.code, 'connection');
	const seats = (): Seat[] => heard.filter((message) => message.type === 'seats').at(-1)?.seats ?? [];
	return { socket, heard, end, seats, docOf: (userId: string) => seats().find((seat) => seat.userId === userId)?.doc };
}

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

	test('only a token of this workspace opens it; pings are answered', async () => {
		const screen = await listen(rooms, 'ada');
		expect(screen.heard).toContain('pong');
		const wrong = new WebSocket(`${rooms.socketUrl}/parties/workspace/w1?token=${await token('w2')}`);
		wrong.on('open', () => wrong.send('ping'));
		const code = await new Promise((resolve) => wrong.on('close', resolve));
		expect(code).toBe(4401);
		screen.socket.close();
	});

	test('a change in a document pokes every open screen of its workspace, and no other', async () => {
		const [screen, other] = [await listen(rooms, 'ada'), await listen(rooms, 'eve', 'w2')];
		const id = await newCustomer(rooms.url);
		const first = await until(() => screen.heard.find(({ type }) => type === 'poke'), 'a poke');
		const client = await Client.open(rooms.socketUrl, id);
		client.doc.getMap('fields').set('domain', 'a.example');
		await until(() => screen.heard.some(({ type, seq }) => type === 'poke' && seq > first.seq), 'the next poke');
		expect(other.heard.filter(({ type }) => type === 'poke')).toEqual([]);
		await client.close();
		screen.socket.close();
		other.socket.close();
	});

	test('who sits where is told, and told again when they leave', async () => {
		const id = await newCustomer(rooms.url);
		const screen = await listen(rooms, 'ada');
		await until(() => screen.docOf('ada') === null, 'standing');
		const client = await Client.open(rooms.socketUrl, id, { sub: 'bob' });
		await until(() => screen.docOf('bob') === id, 'seated');
		const twice = await Client.open(rooms.socketUrl, id, { sub: 'bob' });
		await twice.close();
		await new Promise((resolve) => setTimeout(resolve, 200));
		expect(screen.docOf('bob')).toBe(id);
		await client.close();
		await until(() => screen.docOf('bob') === undefined, 'left');
		screen.socket.close();
	});

	test('a seat that a crash left behind is cleared when screens come back', async () => {
		const id = await newCustomer(rooms.url);
		await Client.open(rooms.socketUrl, id, { sub: 'ghost' });
		const before = await listen(rooms, 'ada');
		await until(() => before.docOf('ghost') === id, 'seated');
		await rooms.kill();
		await rooms.start();
		const after = await listen(rooms, 'ada');
		await until(() => after.seats().length > 0 && after.docOf('ghost') === undefined, 'the ghost is gone');
		after.socket.close();
	});

	test('taking a right back closes all sockets of that person within 2 s, and their tokens are of no use (S6)', async () => {
		const workspace = newId('workspace');
		await store.database.$client.execute({ sql: 'INSERT INTO workspace (id, name, slug, created_at) VALUES (?, ?, ?, 0)', args: [workspace, workspace, workspace] });
		const ids = [newId('customer'), newId('customer')];
		for (const id of ids) await call(rooms.url, 'document', id, 'create', { workspace, type: 'customer', args: { name: 'Acme' }, actor: { kind: 'user', id: 'ada' } });
		const [screen, witness] = [await listen(rooms, 'eve', workspace), await listen(rooms, 'ada', workspace)];
		const documents = await Promise.all(ids.map((id) => Client.open(rooms.socketUrl, id, { sub: 'eve', workspace })));
		await until(() => witness.seats().filter(({ userId }) => userId === 'eve').length === 2, 'both seats');
		const at = Date.now();
		expect(await call(rooms.url, 'workspace', workspace, 'revoke', { userId: 'eve' })).toMatchObject({ ok: true, value: { documents: 2 } });
		await until(() => screen.end.code && documents.every(({ closed }) => closed), 'all are closed');
		expect(Date.now() - at).toBeLessThan(2_000);
		expect([screen.end.code, ...documents.map(({ closed }) => closed?.code)]).toEqual([4403, 4403, 4403]);
		const third = newId('customer');
		await call(rooms.url, 'document', third, 'create', { workspace, type: 'customer', args: { name: 'Acme' }, actor: { kind: 'user', id: 'ada' } });
		const before = { iat: Math.floor(at / 1_000) - 1 };
		const again = await Client.open(rooms.socketUrl, third, { sub: 'eve', workspace, ...before });
		await until(() => again.closed?.code === 4403, 'a room that had not heard of it closes too', 2_000);
		const turned = await listen(rooms, 'eve', workspace, before);
		// Its close frame is there at once; the local proxy of wrangler may keep the connection under it for a while.
		await until(() => turned.socket.readyState >= WebSocket.CLOSING, 'turned away', 2_000);
		expect(turned.heard.filter((message) => message !== 'pong')).toEqual([]);
		witness.socket.close();
	});
});
