/** The mark that a document must still publish (S14): one for a time of writing, never lost between a change, its taking away and the sweep. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { sign, signatureHeader } from '#domain/access/signature.ts';
import { hmac } from '#party/call.ts';
import { Dirty } from '#party/dirty.ts';
import Document from '#party/document.ts';
import { Mark } from '#party/mark.ts';
import { until } from './harness/client.ts';
import { ada, newId } from './harness/documents.ts';
import { MemoryHost, MemoryStorage } from './harness/memory.ts';
import { secret } from './harness/rooms.ts';
import { startStore } from './harness/store.ts';

describe('the mark', () => {
	function told(answers: (isDirty: boolean) => Promise<boolean> = async () => true) {
		const said: boolean[] = [];
		const mark = new Mark((isDirty) => (said.push(isDirty), answers(isDirty)));
		return { mark, said };
	}
	const settled = () => new Promise((resolve) => setImmediate(resolve));

	test('is told once, however much is written, and taken away once', async () => {
		const { mark, said } = told();
		for (let i = 0; i < 5; i++) mark.set();
		mark.clear();
		mark.clear();
		await settled();
		expect(said).toEqual([true, false]);
	});

	test('is told again when nobody heard it', async () => {
		let isHeard = false;
		const { mark, said } = told(async () => isHeard);
		mark.set();
		await settled();
		isHeard = true;
		mark.set();
		mark.set();
		await settled();
		expect(said).toEqual([true, true]);
	});

	test('of a change that comes while the old one is being taken away is told after it', async () => {
		let release = (_: boolean) => {};
		const { mark, said } = told((isDirty) => (isDirty ? Promise.resolve(true) : new Promise((resolve) => (release = resolve))));
		mark.set();
		mark.clear();
		mark.set();
		await settled();
		expect(said).toEqual([true, false]);
		release(true);
		await settled();
		expect(said).toEqual([true, false, true]);
	});

	test('says whether it is remembered, also to who asks while it is being told', async () => {
		let isHeard = false;
		const { mark, said } = told(async () => isHeard);
		expect(await Promise.all([mark.set(), mark.set()])).toEqual([false, false]);
		isHeard = true;
		expect(await Promise.all([mark.set(), mark.set()])).toEqual([true, true]);
		expect(await mark.set()).toBe(true);
		expect(said).toEqual([true, true]);
	});

	test('is made anew by the first change after the sweep asked', async () => {
		const { mark, said } = told();
		mark.set();
		mark.forget();
		mark.set();
		await settled();
		expect(said).toEqual([true, true]);
	});
});

describe('what the automation room remembers', () => {
	test('of one instance of a room is not forgotten because another one, which is stale, has nothing left (S11)', async () => {
		const storage = new MemoryStorage();
		const dirty = new Dirty(storage, {} as never);
		await dirty.note('customer_a', true, 0, 'old');
		await dirty.note('customer_a', true, 1_000, 'new');
		await dirty.note('customer_a', false, 2_000, 'old');
		expect(await dirty.nextAt()).toBe(6_000);
		await dirty.note('customer_a', false, 3_000, 'new');
		expect([await dirty.nextAt(), storage.kept.size]).toEqual([null, 0]);
	});
});

describe('a room', () => {
	vi.spyOn(console, 'warn').mockImplementation(() => {});
	const said = vi.spyOn(console, 'error').mockImplementation(() => {});
	const ends: (() => unknown)[] = [];
	afterEach(async () => {
		for (const end of ends.splice(0)) await end();
	});

	/** A room in this process; the store and the other rooms are reached through here, and can be out of reach. */
	async function roomOf() {
		const store = await startStore();
		const marks: boolean[] = [];
		const down = { store: false, rooms: false };
		const tries = { store: 0, rooms: 0 };
		const gate = createServer((request, response) => {
			const chunks: Buffer[] = [];
			request.on('data', (data: Buffer) => chunks.push(data));
			request.on('end', async () => {
				const to = request.url!.startsWith('/parties/') ? 'rooms' : 'store';
				tries[to]++;
				if (down[to]) return request.socket.destroy();
				const text = Buffer.concat(chunks).toString();
				if (request.url!.endsWith('/dirty')) marks.push((JSON.parse(text) as { isDirty: boolean }).isDirty);
				if (to === 'rooms') return response.end('{}');
				const { authorization = '', 'content-type': type = '' } = request.headers;
				const answer = await fetch(store.vars['LIBSQL_URL'] + request.url!, { method: 'POST', body: text, headers: { authorization, 'content-type': type } });
				response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
			});
		}).listen(0, '127.0.0.1');
		await once(gate, 'listening');
		ends.push(() => (gate.close(), gate.closeAllConnections()), store.end);
		const url = `http://127.0.0.1:${(gate.address() as { port: number }).port}`;
		const id = newId('customer');
		const storage = new MemoryStorage();
		const room = new Document(new MemoryHost(id, storage, { ...store.vars, LIBSQL_URL: url, ROOMS_URL: url }));
		const ask = async (verb: string, body: unknown) => {
			const path = `/parties/document/${id}/${verb}`;
			const text = JSON.stringify(body);
			const headers = { [signatureHeader]: await sign(hmac, secret, Date.now(), { method: 'POST', path, body: text }) };
			return (await (await room.onRequest(new Request(`http://rooms${path}`, { method: 'POST', body: text, headers }))).json()) as { published?: boolean };
		};
		const set = (value: string) => ask('edit', { key: value, edits: [{ edit: 'set-field', args: { field: 'domain', value } }], actor: ada });
		const head = () => storage.kept.get('head') as { published: number; last: number };
		await ask('create', { workspace: 'w1', type: 'customer', args: { name: 'Acme' }, actor: ada });
		const published = async () => (await store.database.$client.execute({ sql: 'SELECT domain FROM customer WHERE id = ?', args: [id] })).rows[0]?.['domain'];
		return { ask, set, head, published, marks, down, tries };
	}

	test('marks itself once while it is written, notes what is published when it is quiet, and is forgotten then', async () => {
		const { ask, set, head, published, marks } = await roomOf();
		for (const value of ['one.example', 'two.example', 'three.example']) {
			await set(value);
			await until(async () => (await published()) === value, 'it is published');
		}
		await until(() => marks.at(-1) === false && head().published === head().last, 'it is forgotten, and the disk says that it is published');
		// Once, or as often as this machine was too slow to write on within the quiet time: a mark, and its end.
		expect(marks).toEqual(marks.map((_, i) => i % 2 === 0));
		// The sweep asks in the middle of writing: what comes after its question has a mark of its own.
		await set('four.example');
		await ask('publish', {});
		expect(await published()).toBe('four.example');
		const before = marks.length;
		await set('five.example');
		await until(() => marks.length === before + 2, 'it is marked and forgotten again');
		expect(marks.slice(before)).toEqual([true, false]);
		expect(await published()).toBe('five.example');
	});

	test.each(['rooms', 'store'] as const)('that can neither publish nor be marked tries again by itself, and either is enough when the %s can be reached', async (back) => {
		const { set, published, marks, down, tries } = await roomOf();
		await set('one.example');
		await until(async () => (await published()) === 'one.example' && marks.at(-1) === false, 'it is published and forgotten');
		const [before, failed] = [tries.rooms, marks.length];
		down.store = down.rooms = true;
		said.mockClear();
		await set('two.example');
		// Twice: once by what was scheduled while the first was tried.
		await until(() => said.mock.calls.flat().filter((line) => String(line).includes('publishing failed')).length > 1 && tries.rooms > before, 'both failed');
		down[back] = false;
		if (back === 'store') await until(async () => (await published()) === 'two.example', 'it is published');
		else await until(() => marks.length > failed && marks.at(-1) === true, 'the automation room knows of it');
	});
});
