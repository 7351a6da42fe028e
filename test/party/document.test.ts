/** The document room on both of its hosts: S1–S8, S10–S12. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import * as Y from 'yjs';
import { WebsocketProvider } from 'y-websocket';
import YPartyKitProvider from 'y-partykit/provider';
import { hmac } from '#party/call.ts';
import { sign, signatureHeader } from '#domain/access/signature.ts';
import { fromBase64, toBase64 } from '#domain/base64.ts';
import { Client, call, token, until } from './harness/client.ts';
import { ada, newCustomer, newId } from './harness/documents.ts';
import { hosts, secret, startRooms, type Rooms } from './harness/rooms.ts';
import { startStore, type Store } from './harness/store.ts';

const fields = (client: { doc: Y.Doc }) => client.doc.getMap('fields');

describe.each(hosts)('on %s', (host) => {
	let rooms: Rooms;
	let store: Store;
	beforeAll(async () => {
		store = await startStore();
		rooms = await startRooms(host, store.vars);
	});
	afterAll(async () => {
		if (process.env['PARTY_OUTPUT']) console.log(rooms?.output());
		await rooms?.end();
		await store?.end();
	});
	const open = (room: string, claims = {}, options = {}) => Client.open(rooms.socketUrl, room, claims, options);

	describe('who may come in (S6, S8, S10)', () => {
		test('a room that was never created takes no socket and no edit', async () => {
			const id = newId('customer');
			expect((await open(id)).closed).toMatchObject({ code: 4404 });
			expect(await call(rooms.url, 'document', id, 'edit', { key: 'k', edits: [], actor: ada })).toMatchObject({ ok: false, status: 404 });
		});

		test('no token, a forged one, an old one, one for another room or workspace: closed', async () => {
			const id = await newCustomer(rooms.url);
			const end = async (query: string) => {
				const client = new Client();
				await client.connect(`${rooms.socketUrl}/parties/document/${id}${query}`);
				return client.closed?.code;
			};
			expect(await end('')).toBe(4401);
			expect(await end('?token=nonsense')).toBe(4401);
			expect(await end(`?token=${(await token(id)).slice(0, -3)}abc`)).toBe(4401);
			expect(await end(`?token=${await token(id, {}, '-1s')}`)).toBe(4401);
			expect(await end(`?token=${await token(newId('customer'))}`)).toBe(4401);
			expect(await end(`?token=${await token(id, { workspace: 'w2' })}`)).toBe(4403);
		});

		test('internal calls without a signature, with an old one, or with another body are refused', async () => {
			const id = await newCustomer(rooms.url);
			const path = `/parties/document/${id}/read`;
			const post = async (headers: Record<string, string>, body = '{}') => (await fetch(rooms.url + path, { method: 'POST', body, headers })).status;
			const signed = (at: number, body: string) => sign(hmac, secret, at, { method: 'POST', path, body });
			expect(await post({})).toBe(401);
			expect(await post({ [signatureHeader]: await signed(Date.now() - 31_000, '{}') })).toBe(401);
			expect(await post({ [signatureHeader]: await signed(Date.now(), '{ }') })).toBe(401);
			expect(await post({ [signatureHeader]: await signed(Date.now(), '{}') })).toBe(200);
			expect((await fetch(`${rooms.url}/parties/document/${id}/healthz`)).status).toBe(200);
		});

		test('content to keep is given without a seat: all of it, or what a vector lacks', async () => {
			const id = await newCustomer(rooms.url, 'Kept');
			const kept = new Y.Doc();
			const ask = async (vector: string | null) => ((await call(rooms.url, 'document', id, 'content', { vector })) as any).value.update as string;
			Y.applyUpdate(kept, fromBase64(await ask(null))!);
			expect(kept.getMap('fields').get('name')).toBe('Kept');
			await call(rooms.url, 'document', id, 'edit', { key: 'k1', edits: [{ edit: 'set-field', args: { field: 'domain', value: 'kept.example' } }], actor: ada });
			const difference = fromBase64(await ask(toBase64(Y.encodeStateVector(kept))))!;
			expect(difference.length).toBeLessThan(Y.encodeStateAsUpdate(kept).length);
			Y.applyUpdate(kept, difference);
			expect(kept.getMap('fields').get('domain')).toBe('kept.example');
			expect(await call(rooms.url, 'document', id, 'seats')).toEqual({ ok: true, value: { seats: [] } });
			expect(await call(rooms.url, 'document', id, 'content', { vector: 'no base64' })).toMatchObject({ ok: false, status: 400 });
			expect(await call(rooms.url, 'document', newId('customer'), 'content', {})).toMatchObject({ ok: false, status: 404 });
		});

		test('a skeleton is made once, by the server', async () => {
			const id = await newCustomer(rooms.url, 'First');
			expect(await call(rooms.url, 'document', id, 'create', { workspace: 'w1', type: 'customer', args: { name: 'Second' }, actor: ada })).toEqual({ ok: true, value: { created: false } });
			const client = await open(id);
			expect(fields(client).get('name')).toBe('First');
			await client.close();
		});
	});

	describe('writing together (S3, S4, S7)', () => {
		test('two clients converge, the sender hears no echo, and only those who ask are acknowledged', async () => {
			const id = await newCustomer(rooms.url);
			const [a, b] = [await open(id), await open(id, { sub: 'bob' }, { ack: false })];
			await a.settled();
			const before = a.frames.filter((frame) => frame[0] === 0).length;
			a.doc.transact(() => fields(a).set('domain', 'a.example'));
			fields(b).set('externalId', 'b-1');
			await until(() => fields(b).get('domain') === 'a.example' && fields(a).get('externalId') === 'b-1', 'convergence');
			await a.settled();
			expect(a.frames.filter((frame) => frame[0] === 0).length - before).toBe(1);
			expect(b.frames.some((frame) => frame[0] === 100)).toBe(false);
			expect(Y.encodeStateVector(a.doc)).toEqual(Y.encodeStateVector(b.doc));
			expect([...a.savedVector].every(([client, clock]) => Y.decodeStateVector(Y.encodeStateVector(a.doc)).get(client)! >= clock)).toBe(true);
			await Promise.all([a.close(), b.close()]);
		});

		test('what is acknowledged, deletions too, is there after the instance is gone', async () => {
			const id = await newCustomer(rooms.url);
			const a = await open(id);
			for (let i = 0; i < 500; i++) fields(a).set(`f_${i % 50}`, i);
			for (let i = 0; i < 25; i++) fields(a).delete(`f_${i}`);
			a.doc.getText('long').insert(0, 'x'.repeat(300_000));
			await a.settled();
			await rooms.kill();
			await rooms.start();
			const b = await open(id);
			expect(fields(b).toJSON()).toEqual(fields(a).toJSON());
			expect(b.doc.getText('long').length).toBe(300_000);
			expect(fields(b).has('f_24')).toBe(false);
			fields(b).set('domain', 'after.example');
			await b.settled();
			await b.close();
		});

		test.each(['y-partykit', 'y-websocket'])('the vanilla provider of %s converges unchanged', async (kind) => {
			const id = await newCustomer(rooms.url);
			const open = async (sub: string) => {
				const doc = new Y.Doc();
				const params = { token: await token(id, { sub }) };
				const provider =
					kind === 'y-partykit'
						? new YPartyKitProvider(rooms.url.replace('http://', ''), id, doc, { party: 'document', params, WebSocketPolyfill: WebSocket as never, disableBc: true })
						: new WebsocketProvider(`${rooms.socketUrl}/parties/document`, id, doc, { params, WebSocketPolyfill: WebSocket as never, disableBc: true });
				return { doc, provider };
			};
			const [a, b] = [await open('ada'), await open('bob')];
			await until(() => a.provider.synced && b.provider.synced, 'sync');
			a.doc.getMap('fields').set('domain', 'a.example');
			b.doc.getMap('fields').set('externalId', 'b-1');
			a.provider.awareness.setLocalStateField('cursor', 7);
			await until(() => b.doc.getMap('fields').get('domain') === 'a.example' && a.doc.getMap('fields').get('externalId') === 'b-1', 'convergence');
			const seen = await until(() => b.provider.awareness.getStates().get(a.doc.clientID) as { cursor?: number; user?: { id: string } } | undefined, 'awareness');
			expect(seen).toMatchObject({ user: { id: 'ada' } });
			a.provider.destroy();
			await until(() => !b.provider.awareness.getStates().has(a.doc.clientID), 'leaving is seen');
			b.provider.destroy();
		});
	});

	describe('what is not taken (S5, S6)', () => {
		test('a reader sees everything, is told that its changes are refused, and changes nothing', async () => {
			const id = await newCustomer(rooms.url);
			const [writer, reader] = [await open(id), await open(id, { sub: 'rita', role: 'reader' })];
			await reader.settled();
			expect(reader.refusals).toEqual([]);
			fields(reader).set('name', 'Mine');
			await reader.settled();
			expect(reader.refusals).toMatchObject([{ code: 'no-right' }]);
			fields(writer).set('domain', 'w.example');
			await until(() => fields(reader).get('domain') === 'w.example', 'reading');
			expect(fields(writer).get('name')).toBe('Acme');
			reader.sendAwareness([[reader.doc.clientID, 1, { at: 'name' }]]);
			await until(() => writer.states.get(reader.doc.clientID), 'a reader is seen');
			expect(writer.states.get(reader.doc.clientID)).toEqual({ at: 'name', user: { id: 'rita', name: 'rita', colour: '#123456' } });
			await Promise.all([writer.close(), reader.close()]);
		});

		test('a text frame that a careless room would take for a length is dropped; ping is answered', async () => {
			const id = await newCustomer(rooms.url);
			const client = await open(id);
			client.send('400000000');
			client.send('y-pk-batch#{"id":"x","type":"start","size":999999999,"count":9}');
			client.send('ping');
			await until(() => client.texts.includes('pong'), 'pong');
			expect(client.texts).toEqual(['pong']);
			fields(client).set('domain', 'alive.example');
			await client.settled();
			await client.close();
		});

		test('nonsense in binary is refused or dropped, and the room goes on', async () => {
			const id = await newCustomer(rooms.url);
			const client = await open(id);
			for (const bytes of [[], [9], [0], [0, 9, 1], [0, 0, 255, 255], [1, 200, 1], [1, 3, 1, 1, 1], [0, 2, 3, 255, 255, 255], [0, 1, 2, 7]]) client.send(Uint8Array.from(bytes));
			await client.settled();
			expect(client.refusals.at(-1)).toMatchObject({ code: 'malformed' });
			const other = await open(id, { sub: 'bob' });
			fields(other).set('domain', 'alive.example');
			await other.settled();
			expect(other.refusals).toEqual([]);
			await Promise.all([client.close(), other.close()]);
		});

		test('an update over 1 MB and one that brings the document over 5 MB are refused', async () => {
			const id = await newCustomer(rooms.url);
			const big = await open(id);
			big.doc.getText('long').insert(0, 'x'.repeat(1_010_000));
			await big.settled();
			expect(big.refusals).toMatchObject([{ code: 'too-large' }]);
			await big.close();
			const filler = await open(id, { sub: 'bob' });
			for (let i = 0; i < 6; i++) {
				filler.doc.getMap('blobs').set(String(i), `${i}`.repeat(950_000));
				await filler.settled();
			}
			expect(filler.refusals.map(({ code }) => code)).toEqual(['document-too-large']);
			const reader = await open(id);
			expect(reader.doc.getMap('blobs').size).toBe(5);
			await Promise.all([filler.close(), reader.close()]);
		});

		test('nobody speaks for another in awareness, and the name in it is the server’s', async () => {
			const id = await newCustomer(rooms.url);
			const [a, mallory, c] = [await open(id), await open(id, { sub: 'mallory' }), await open(id, { sub: 'carl' })];
			a.sendAwareness([[a.doc.clientID, 1, { user: { id: 'boss' }, cursor: 1 }]]);
			await until(() => c.states.get(a.doc.clientID), 'awareness');
			expect(c.states.get(a.doc.clientID)).toEqual({ cursor: 1, user: { id: 'ada', name: 'ada', colour: '#123456' } });
			mallory.sendAwareness([[a.doc.clientID, 99, { cursor: 'forged' }]]);
			mallory.sendAwareness([[a.doc.clientID, 100, null]]);
			mallory.sendAwareness([[mallory.doc.clientID, 1, { cursor: 2 }], [a.doc.clientID, 101, { cursor: 'forged' }]]);
			await until(() => c.states.get(mallory.doc.clientID), 'awareness of the other');
			expect(c.states.get(a.doc.clientID)).toMatchObject({ cursor: 1 });
			expect(a.states.has(a.doc.clientID)).toBe(false);
			await a.close();
			await until(() => c.states.get(a.doc.clientID) === null, 'leaving is seen');
			await Promise.all([mallory.close(), c.close()]);
		});

		test('revocation closes within 2 s, also a socket that hid behind another’s id; a role may also shrink', async () => {
			const id = await newCustomer(rooms.url);
			const query = '&_pk=same';
			const [first, second, stays] = [await open(id, { sub: 'eve' }, { query }), await open(id, { sub: 'eve' }, { query }), await open(id, { sub: 'bob' })];
			const at = Date.now();
			expect(await call(rooms.url, 'document', id, 'revoke', { userId: 'eve' })).toMatchObject({ ok: true, value: { revoked: 2 } });
			await until(() => first.closed && second.closed, 'both are closed', 2_000);
			expect(Date.now() - at).toBeLessThan(2_000);
			expect([first.closed!.code, second.closed!.code]).toEqual([4403, 4403]);
			await call(rooms.url, 'document', id, 'revoke', { userId: 'bob', role: 'reader' });
			fields(stays).set('name', 'No more');
			await stays.settled();
			expect(stays.refusals).toMatchObject([{ code: 'no-right' }]);
			const again = await open(id, { sub: 'eve', iat: Math.floor(at / 1_000) - 1 });
			await until(() => again.closed?.code === 4403, 'a token from before is of no use');
			const anew = await open(id, { sub: 'eve', iat: Math.ceil(Date.now() / 1_000) + 1 });
			expect([anew.hasSynced, anew.closed], 'one from after, for who was let in again').toEqual([true, null]);
			await anew.close();
			await stays.close();
		});
	});

	describe('edits by the server (S10, R10)', () => {
		test('an edit works once under its key, is there when answered, and reaches everyone', async () => {
			const id = await newCustomer(rooms.url);
			const client = await open(id);
			const edit = { key: 'run1:1', edits: [{ edit: 'set-field', args: { field: 'stage', value: 's1' } }, { edit: 'add-tag', args: { tag: 't1' } }], actor: { kind: 'run', id: 'run1', playbookId: 'p1' } };
			const first = await call(rooms.url, 'document', id, 'edit', edit);
			expect(first).toMatchObject({ ok: true, value: { applied: true } });
			await until(() => fields(client).get('stage') === 's1' && client.doc.getMap('tags').has('t1'), 'fan-out');
			fields(client).set('stage', 's2');
			await client.settled();
			await rooms.kill();
			await rooms.start();
			expect(await call(rooms.url, 'document', id, 'edit', edit)).toMatchObject({ ok: true, value: { applied: false } });
			const read = await call(rooms.url, 'document', id, 'read');
			expect(read.ok && read.value.rows[0].values).toMatchObject({ stage: 's2', tags: ['t1'] });
		});

		test('what is unknown or invalid is refused with a reason, and nothing of it is applied', async () => {
			const id = await newCustomer(rooms.url);
			const good = { edit: 'set-field', args: { field: 'domain', value: 'half.example' } };
			const attempt = (key: string, edits: unknown[]) => call(rooms.url, 'document', id, 'edit', { key, edits, actor: ada });
			expect(await attempt('a', [good, { edit: 'no-such', args: {} }])).toMatchObject({ ok: false, status: 400 });
			expect(await attempt('b', [good, { edit: 'set-field', args: { field: 'nonsense', value: 1 } }])).toMatchObject({ ok: false, status: 400 });
			expect(await attempt('c', [good, { edit: 'toString', args: {} }])).toMatchObject({ ok: false, status: 400 });
			expect(await call(rooms.url, 'document', id, 'edit', { key: 'd' })).toMatchObject({ ok: false, status: 400 });
			const read = await call(rooms.url, 'document', id, 'read');
			expect(read.ok && read.value.rows[0].values.domain).toBe(null);
		});
	});
});
