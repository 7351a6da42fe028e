/** What comes in a burst is merged together (S3, S4, S7): in order, in one frame to the others, and acknowledged as if each had come alone. */
import { describe, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { sign, signatureHeader } from '#domain/access/signature.ts';
import { hmac } from '#party/call.ts';
import type { Origin } from '#party/copy.ts';
import Document from '#party/document.ts';
import { frameIn, update as updateFrame } from '#party/frames.ts';
import { Inbox } from '#party/inbox.ts';
import { token, until } from './harness/client.ts';
import { ada } from './harness/documents.ts';
import { MemoryHost, MemorySocket } from './harness/memory.ts';
import { secret } from './harness/rooms.ts';

vi.spyOn(console, 'warn').mockImplementation(() => {});
vi.spyOn(console, 'error').mockImplementation(() => {});

const id = 'customer_aaaaaaaaaaaaaaaaaaaa';

async function roomWith(users: string[]) {
	const host = new MemoryHost(id);
	const room = new Document(host);
	const path = `/parties/document/${id}/create`;
	const body = JSON.stringify({ workspace: 'w1', type: 'customer', args: { name: 'Acme' }, actor: ada });
	const headers = { [signatureHeader]: await sign(hmac, secret, Date.now(), { method: 'POST', path, body }) };
	await room.onRequest(new Request(`http://rooms${path}`, { method: 'POST', body, headers }));
	const sockets: MemorySocket[] = [];
	for (const sub of users) {
		const socket = new MemorySocket();
		host.sockets.push(socket);
		await room.onConnect(socket, { request: { url: `http://rooms/parties/document/${id}?ack=1&token=${await token(id, { sub })}` } });
		sockets.push(socket);
	}
	return { host, room, sockets };
}

/** The update frames of typing `text`, a character each. */
function typed(text: string): Uint8Array[] {
	const doc = new Y.Doc();
	const frames: Uint8Array[] = [];
	doc.on('update', (update: Uint8Array) => frames.push(updateFrame(update)));
	for (const [at, character] of [...text].entries()) doc.getText('typed').insert(at, character);
	return frames;
}
const updatesIn = (socket: MemorySocket): Uint8Array[] => socket.frames(0).map(frameIn).flatMap((frame) => (frame?.kind === 'update' ? [frame.update] : []));
const textOf = (updates: Uint8Array[]): string => {
	const doc = new Y.Doc();
	for (const update of updates) Y.applyUpdate(doc, update);
	return doc.getText('typed').toString();
};

describe('a burst', () => {
	const text = 'written faster than anyone can type, a hundred characters or so at once, by a paste or by a machine';

	test('reaches the others in order and in few frames, and is acknowledged whole', async () => {
		const { room, sockets } = await roomWith(['ada', 'bob']);
		const frames = typed(text);
		for (const frame of frames) void room.onMessage(frame, sockets[0]!);
		await until(() => textOf(updatesIn(sockets[1]!)) === text, 'all of it is there');
		expect(updatesIn(sockets[1]!).length).toBeLessThan(frames.length / 2);
		expect(updatesIn(sockets[0]!).length).toBe(0);
		await until(() => sockets[0]!.frames(100).at(-1)?.at(-1) === frames.length, 'all of it is acknowledged');
	});

	test('of two people is merged for each, and neither misses the other’s', async () => {
		const { room, sockets } = await roomWith(['ada', 'bob', 'rita']);
		const [hers, his] = [typed('ada writes this'), typed('BOB WRITES THAT')];
		for (const [i, frame] of hers.entries()) {
			void room.onMessage(frame, sockets[0]!);
			void room.onMessage(his[i]!, sockets[1]!);
		}
		await until(() => textOf(updatesIn(sockets[2]!)).length === 30, 'both are there');
		expect(textOf(updatesIn(sockets[1]!))).toBe('ada writes this');
		expect(textOf(updatesIn(sockets[0]!))).toBe('BOB WRITES THAT');
	});

	test('with nonsense in it keeps what came before, and refuses what comes after', async () => {
		const { host, room, sockets } = await roomWith(['ada']);
		const frames = typed('kept, lost');
		for (const frame of [...frames.slice(0, 4), updateFrame(Uint8Array.from([1, 1, 9, 0, 255, 255])), ...frames.slice(4)]) void room.onMessage(frame, sockets[0]!);
		await until(() => sockets[0]!.frames(101).length > 0 && sockets[0]!.frames(100).length > 0, 'it is refused');
		const again = new Document(new MemoryHost(id, host.storage));
		const reader = new MemorySocket();
		await again.onConnect(reader, { request: { url: `http://rooms/parties/document/${id}?token=${await token(id)}` } });
		await again.onMessage(Uint8Array.from([0, 0, 1, 0]), reader);
		const answer = reader.frames(0).map(frameIn).find((frame) => frame?.kind === 'step2');
		expect(textOf(answer?.kind === 'step2' ? [answer.update] : [])).toBe('kept');
	});

	test('goes out before the cursor that stands in it', async () => {
		const { room, sockets } = await roomWith(['ada', 'bob']);
		for (const frame of typed('abc')) void room.onMessage(frame, sockets[0]!);
		void room.onMessage(Uint8Array.from([1, 6, 1, 7, 1, 2, 123, 125]), sockets[0]!);
		const last = (sockets[1]!.sent as Uint8Array[]).map((frame) => frame[0]).lastIndexOf(0);
		expect((sockets[1]!.sent as Uint8Array[]).findIndex((frame) => frame[0] === 1)).toBeGreaterThan(last);
		expect(textOf(updatesIn(sockets[1]!))).toBe('abc');
	});
});

test('what comes alone waits for nothing; what a write must hold is merged before it', () => {
	vi.useFakeTimers();
	try {
		const merged: number[][] = [];
		const inbox = new Inbox(({ updates }) => merged.push(updates.map(([first]) => first!)));
		const origin: Origin = { actor: { kind: 'user', id: 'ada' }, cause: null, socket: {} };
		const take = (n: number) => inbox.take(Uint8Array.from([n]), origin, () => {});
		take(1);
		expect(merged).toEqual([[1]]);
		take(2);
		take(3);
		expect([merged.length, inbox.size]).toEqual([1, 2]);
		inbox.flush();
		expect([merged.length, inbox.size]).toEqual([2, 0]);
		take(4);
		vi.advanceTimersByTime(5);
		expect(merged).toEqual([[1], [2, 3], [4]]);
		vi.advanceTimersByTime(5);
		take(5);
		vi.advanceTimersByTime(5);
		take(6);
		expect(merged.slice(3)).toEqual([[5], [6]]);
	} finally {
		vi.useRealTimers();
	}
});

test.each([0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152])('a frame of %s bytes is read as it was made', (length) => {
	const bytes = new Uint8Array(length).fill(7);
	const frame = frameIn(updateFrame(bytes));
	expect(frame?.kind === 'update' && frame.update.length === length && frame.update.every((byte) => byte === 7)).toBe(true);
});
