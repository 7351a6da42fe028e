/** The mark that a document must still publish (S14): one for a time of writing, never lost between a change, its taking away and the sweep. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { sign, signatureHeader } from '#domain/access/signature.ts';
import { hmac } from '#party/call.ts';
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

	test('is made anew by the first change after the sweep asked', async () => {
		const { mark, said } = told();
		mark.set();
		mark.forget();
		mark.set();
		await settled();
		expect(said).toEqual([true, true]);
	});
});

describe('a room', () => {
	vi.spyOn(console, 'warn').mockImplementation(() => {});
	const ends: (() => unknown)[] = [];
	afterEach(async () => {
		for (const end of ends.splice(0)) await end();
	});

	test('marks itself once while it is written, notes what is published when it is quiet, and is forgotten then', async () => {
		const store = await startStore();
		const marks: boolean[] = [];
		const rooms = createServer((request, response) => {
			let body = '';
			request.on('data', (data) => (body += data));
			request.on('end', () => {
				if (request.url!.endsWith('/dirty')) marks.push((JSON.parse(body) as { isDirty: boolean }).isDirty);
				response.end('{}');
			});
		}).listen(0, '127.0.0.1');
		await once(rooms, 'listening');
		ends.push(() => rooms.close(), store.end);
		const id = newId('customer');
		const storage = new MemoryStorage();
		const room = new Document(new MemoryHost(id, storage, { ...store.vars, ROOMS_URL: `http://127.0.0.1:${(rooms.address() as { port: number }).port}` }));
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
});
