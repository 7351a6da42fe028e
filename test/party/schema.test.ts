/** Documents and clients of different versions meet in the room class as it is (S15): what one doesn't know, it doesn't delete. */
import { readFileSync } from 'node:fs';
import { deserialize } from 'node:v8';
import { createDecoder, readVarUint, readVarUint8Array } from 'lib0/decoding';
import { afterEach, describe, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { sign, signatureHeader } from '#domain/access/signature.ts';
import type { DocumentType } from '#domain/documents/document-type.ts';
import { documentTypes } from '#domain/documents/index.ts';
import { hmac } from '#party/call.ts';
import Document from '#party/document.ts';
import { step1, update as updateFrame } from '#party/frames.ts';
import { token, until } from './harness/client.ts';
import { ada } from './harness/documents.ts';
import { MemoryHost, MemorySocket, MemoryStorage } from './harness/memory.ts';
import { secret } from './harness/rooms.ts';

vi.spyOn(console, 'warn').mockImplementation(() => {});

/** The room of a document as the release of `commit` left it. */
function roomOf(type: string, commit = 'dbff43b') {
	const storage = new MemoryStorage();
	storage.kept = deserialize(readFileSync(new URL(`../fixtures/documents/${type}-${commit}.bin`, import.meta.url))) as Map<string, unknown>;
	const host = new MemoryHost(`${type}_fixture0000000000000`, storage);
	return { host, room: new Document(host) };
}

async function call({ host, room }: ReturnType<typeof roomOf>, verb: string, body: unknown = {}): Promise<any> {
	const path = `/parties/document/${host.id}/${verb}`;
	const text = JSON.stringify(body);
	const headers = { [signatureHeader]: await sign(hmac, secret, Date.now(), { method: 'POST', path, body: text }) };
	return (await room.onRequest(new Request(`http://rooms${path}`, { method: 'POST', body: text, headers }))).json();
}

const docs: Y.Doc[] = [];
afterEach(() => docs.splice(0).forEach((doc) => doc.destroy()));

/** A client that says its schema version, and what it sees. */
async function connect({ host, room }: ReturnType<typeof roomOf>, schema?: number) {
	const socket = new MemorySocket();
	host.sockets.push(socket);
	await room.onConnect(socket, { request: { url: `http://rooms/parties/document/${host.id}?ack=1${schema ? `&schema=${schema}` : ''}&token=${await token(host.id)}` } });
	const doc = new Y.Doc();
	docs.push(doc);
	if (socket.sent.length > 0) await room.onMessage(step1(Y.encodeStateVector(doc)).slice().buffer as ArrayBuffer, socket);
	for (const frame of socket.frames(0)) {
		const decoder = createDecoder(frame);
		readVarUint(decoder);
		if (readVarUint(decoder) !== 0) Y.applyUpdate(doc, readVarUint8Array(decoder));
	}
	doc.on('update', (update: Uint8Array) => void room.onMessage(updateFrame(update).slice().buffer as ArrayBuffer, socket));
	const isSaved = () => until(() => socket.frames(100).length > 0 && socket.frames(101).length === 0, 'saved');
	return { socket, doc, isSaved };
}

describe('a document written by the release before (dbff43b)', () => {
	test.each(['customer', 'playbook'])('%s: today’s room reads it as that release did; today’s client opens and edits it; nothing of it is lost', async (name) => {
		const type: DocumentType = documentTypes[name as keyof typeof documentTypes];
		const was = roomOf(name);
		const before = (await call(was, 'read')).rows;
		expect(before[0].values).toMatchObject(
			name === 'customer'
				? { name: 'Éclair & Söhne', stage: 'stage_renewal', tags: ['tag_at_risk'], custom: { f_seats: 12 }, mrr: 120_000 }
				: { name: 'Renewal', triggerType: 'stage-changed', draft: { description: 'Ninety days before the end', steps: [{ id: 'wait', params: { amount: 2 } }, { id: 'split' }] } },
		);
		const { doc, isSaved } = await connect(was, type.schemaVersion);
		expect(type.projection(doc), 'on the client as in the room').toEqual(before);
		type.edits['set-field']!.apply(doc, { field: 'name', value: 'Renamed by today’s app' });
		await isSaved();
		// Another instance of the room, from what is on disk.
		const again = { host: was.host, room: new Document(was.host) };
		const after = (await call(again, 'read')).rows;
		expect(after[0].values.name).toBe('Renamed by today’s app');
		const { name: _a, draft: draftAfter, draftHash: _h, ...rest } = after[0].values;
		const { name: _b, draft: draftBefore, draftHash: _i, ...restBefore } = before[0].values;
		expect([rest, draftAfter?.steps, after.slice(1)]).toEqual([restBefore, draftBefore?.steps, before.slice(1)]);
		const { doc: reread } = await connect(again, type.schemaVersion);
		expect(Y.snapshotContainsUpdate(Y.snapshot(reread), Y.encodeStateAsUpdate(doc)), 'all that the client had').toBe(true);
	});

	test('edits through the room (a playbook’s “change customer”) work on it too', async () => {
		const was = roomOf('customer');
		await call(was, 'edit', { key: 'k', edits: [{ edit: 'add-tag', args: { tag: 'tag_new' } }, { edit: 'set-contact-field', args: { id: 'contact_1', field: 'phone', value: '+33 1 23 45 67 89' } }], actor: ada });
		const rows = (await call({ host: was.host, room: new Document(was.host) }, 'read')).rows;
		expect(rows[0].values.tags).toEqual(['tag_at_risk', 'tag_new']);
		expect(rows.find((row: any) => row.table === 'contact').values).toMatchObject({ name: 'Zoé', title: 'CEO', phone: '+33 1 23 45 67 89' });
	});
});

describe('a document of a later release', () => {
	/** A later release made it: a higher version, a part and a field that this one has never heard of. */
	async function later(name: string) {
		const was = roomOf(name);
		const { doc, isSaved } = await connect(was);
		doc.transact(() => {
			doc.getMap('meta').set('schemaVersion', documentTypes[name as keyof typeof documentTypes].schemaVersion + 1);
			doc.getMap('moods').set('today', 'good');
			doc.getMap('fields').set('mood', new Y.Map([['score', 7]]));
		});
		await isSaved();
		return { host: was.host, room: new Document(was.host) };
	}

	test.each(['customer', 'playbook'])('%s: a client that knows only the version before is sent to reload (4426), before it can send anything', async (name) => {
		const room = await later(name);
		const { socket } = await connect(room, documentTypes[name as keyof typeof documentTypes].schemaVersion);
		await until(() => socket.closed?.code === 4426, 'turned away');
		expect(socket.sent).toEqual([]);
		const newer = await connect(room, documentTypes[name as keyof typeof documentTypes].schemaVersion + 1);
		expect(newer.socket.closed).toBeNull();
	});

	test.each(['customer', 'playbook'])('%s: what this room doesn’t know outlives its healing, edits and publishing', async (name) => {
		const room = await later(name);
		await call(room, 'edit', { key: 'k', edits: [{ edit: 'set-field', args: { field: 'name', value: 'Still here' } }], actor: ada });
		const { doc } = await connect({ host: room.host, room: new Document(room.host) });
		expect([doc.getMap('moods').toJSON(), (doc.getMap('fields').get('mood') as Y.Map<unknown>).toJSON(), doc.getMap('fields').get('name')]).toEqual([{ today: 'good' }, { score: 7 }, 'Still here']);
		expect(doc.getMap('meta').get('schemaVersion')).toBe(documentTypes[name as keyof typeof documentTypes].schemaVersion + 1);
	});
});
