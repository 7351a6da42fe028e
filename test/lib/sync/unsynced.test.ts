/** SY4, SY5: work that no server has, out to a file and back. */
import { afterEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { customer } from '#domain/documents/customer/index.ts';
import { Device } from '../../../src/lib/sync/device.svelte.ts';
import { DeviceStore } from '../../../src/lib/sync/device-store.ts';
import { edit } from '../../../src/lib/sync/edit.ts';
import { readUnsynced } from '../../../src/lib/sync/unsynced.ts';
import { appDouble, sessionOf } from './app-double.ts';
import { deviceDouble, until } from './device-double.ts';
import { customerRow } from './rows.ts';

const open: Device[] = [];
afterEach(() => {
	for (const device of open.splice(0)) device.place?.end();
});

/** A device with Acme on it, and no sockets. */
async function visit(app: ReturnType<typeof appDouble>, skeleton: Uint8Array | null) {
	const double = deviceDouble({ fetch: (path, init) => app.fetch(path, init), openSocket: () => ({ send: () => {}, close: () => {} }) as never, random: () => 0 });
	if (skeleton) {
		const store = new DeviceStore('cuebook:documents:ada:w1', 'earlier', double);
		store.append('customer_a', skeleton, null);
		await store.close();
	}
	const device = new Device(double);
	open.push(device);
	await device.session.load();
	await until('the rows are here', () => device.place!.mirror.count('customer') === 1);
	return device;
}

function acme() {
	const app = appDouble();
	app.session = sessionOf();
	app.put('customer', customerRow('customer_a', 'Acme'));
	const doc = new Y.Doc();
	customer.skeleton(doc, { id: 'customer_a', workspace: 'w1', at: 0, args: { name: 'Acme' } });
	return { app, skeleton: Y.encodeStateAsUpdate(doc) };
}

async function exported(app: ReturnType<typeof appDouble>, skeleton: Uint8Array): Promise<string> {
	const device = await visit(app, skeleton);
	app.isOnline = false;
	const document = device.documents.openDocument('customer_a');
	await document.ready;
	edit(document, 'set-field', { field: 'name', value: 'Written on the train' });
	edit(document, 'set-field', { field: 'domain', value: 'train.example' });
	device.place!.queue.send('complete-task', { taskId: 'task_1' }, 'command_1');
	const text = await (await device.place!.export()).text();
	app.isOnline = true;
	device.place!.end();
	return text;
}

const all = new Set(['customer_a', 'command_1']);

describe('SY4: export and import', () => {
	it('goes round: edits merge, commands go under their own ids, twice is as good as once', async () => {
		const { app, skeleton } = acme();
		const read = readUnsynced(await exported(app, skeleton));
		if (!read.ok) throw new Error(read.problem);
		expect(read.value).toMatchObject({ user: { id: 'ada' }, workspace: { name: 'One' }, documents: [{ id: 'customer_a', name: 'Written on the train', edits: 2 }], commands: [{ id: 'command_1', type: 'complete-task' }] });

		const other = await visit(app, skeleton);
		const first = await other.place!.import(read.value, all);
		expect(first.documents).toEqual([{ id: 'customer_a', result: 'merged' }]);
		expect(await first.commands[0]!.outcome).toEqual({ status: 'accepted' });
		const document = other.documents.openDocument('customer_a');
		await document.ready;
		expect(document.doc.getMap('fields').toJSON()).toMatchObject({ name: 'Written on the train', domain: 'train.example' });
		expect(document.status, 'it waits for the room like any edit').toMatchObject({ waiting: 1 });

		const second = await other.place!.import(read.value, all);
		expect(second.documents).toEqual([{ id: 'customer_a', result: 'nothing-new' }]);
		expect(await second.commands[0]!.outcome).toEqual({ status: 'accepted' });
		expect(app.executed.get('command_1')).toBe(1);
		expect(document.status).toMatchObject({ waiting: 1 });
	});

	it('a command that came from a file may have arrived long ago: taken back, it is the server that says so', async () => {
		const { app, skeleton } = acme();
		const read = readUnsynced(await exported(app, skeleton));
		if (!read.ok) throw new Error(read.problem);
		// The device that it was exported from has sent it since.
		await app.fetch('/api/commands', { body: JSON.stringify({ id: 'command_1', type: 'complete-task', args: { taskId: 'task_1' } }) });
		const other = await visit(app, skeleton);
		app.isOnline = false;
		const { commands } = await other.place!.import(read.value, new Set(['command_1']));
		await other.place!.queue.cancel('command_1');
		app.isOnline = true;
		await other.place!.queue.flush();
		expect(await commands[0]!.outcome).toEqual({ status: 'accepted' });
	});

	it('takes nothing of another workspace: done here, it could never be done there', async () => {
		const { app, skeleton } = acme();
		const text = await exported(app, skeleton);
		expect(readUnsynced(text, 'w1')).toMatchObject({ ok: true });
		expect(readUnsynced(text, 'w2')).toEqual({ ok: false, problem: 'elsewhere', workspace: 'One' });
		expect(readUnsynced(JSON.stringify({ ...JSON.parse(text), workspace: null }), 'w2')).toMatchObject({ ok: true });
	});

	it('takes only what was chosen, and a document that was never on this device', async () => {
		const { app, skeleton } = acme();
		const read = readUnsynced(await exported(app, skeleton));
		if (!read.ok) throw new Error(read.problem);
		const other = await visit(app, null);
		const result = await other.place!.import(read.value, new Set(['customer_a']));
		expect(result).toEqual({ documents: [{ id: 'customer_a', result: 'merged' }], commands: [] });
		expect((await other.place!.unsent.documents()).get('customer_a')).toBe(1);
	});

	it('refuses where there is no right, or no such document here, with the reason', async () => {
		const { app, skeleton } = acme();
		const read = readUnsynced(await exported(app, skeleton));
		if (!read.ok) throw new Error(read.problem);
		app.session = sessionOf({ role: 'reader' });
		const reader = await visit(app, skeleton);
		expect((await reader.place!.import(read.value, all)).documents).toEqual([{ id: 'customer_a', result: 'no-right' }]);
		app.session = sessionOf();
		const mine = await visit(app, skeleton);
		const [document] = read.value.documents;
		const strange = { ...read.value, documents: [{ ...document!, id: 'customer_b' }, { ...document!, id: 'planet_1' }] };
		expect((await mine.place!.import(strange, new Set(['customer_b', 'planet_1']))).documents).toEqual([
			{ id: 'customer_b', result: 'not-found' },
			{ id: 'planet_1', result: 'unknown-type' },
		]);
	});

	it('says what is wrong with a file, and takes nothing of a damaged one', async () => {
		const { app, skeleton } = acme();
		const good = JSON.parse(await exported(app, skeleton));
		const problem = (content: unknown) => {
			const read = readUnsynced(typeof content === 'string' ? content : JSON.stringify(content));
			return read.ok ? null : read.problem;
		};
		expect(problem(good)).toBeNull();
		expect(problem('name;domain')).toBe('not-json');
		expect(problem({ some: 'other file' })).toBe('not-ours');
		expect(problem({ ...good, documents: [{ ...good.documents[0], update: 'no base64!' }] })).toBe('damaged');
		expect(problem({ ...good, documents: [{ ...good.documents[0], update: good.documents[0].update.slice(0, 40) }] })).toBe('damaged');
		expect(problem({ ...good, documents: [{ ...good.documents[0], id: 'customer_other' }] }), 'filed under another’s name').toBe('damaged');
	});

	it('edits that no room will take are given up only when told so', async () => {
		const { app, skeleton } = acme();
		const device = await visit(app, skeleton);
		const document = device.documents.openDocument('customer_a');
		await document.ready;
		edit(document, 'set-field', { field: 'name', value: 'Not mine to say' });
		app.instead = (path) => (path.startsWith('/api/rooms/token') ? { status: 403, body: { code: 'no-right', message: '' } } : null);
		document.reconnect();
		await until('it is refused', () => device.place!.refusedDocuments.length === 1);
		await device.place!.discard(['customer_a']);
		expect((await device.place!.unsent.documents()).size).toBe(0);
		expect(device.place!.refusedDocuments).toEqual([]);
	});
});
