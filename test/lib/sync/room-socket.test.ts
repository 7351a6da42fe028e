import { createServer, connect, type AddressInfo, type Socket as TcpSocket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Answer } from '../../../src/lib/sync/call.ts';
import type { Environment, Socket } from '../../../src/lib/sync/environment.ts';
import { type LinkState, RoomSocket } from '../../../src/lib/sync/room-socket.ts';
import { deviceDouble, handTime, until } from './device-double.ts';

const open: (() => unknown)[] = [];
afterEach(async () => {
	for (const close of open.splice(0).reverse()) await close();
});

type Token = Answer<{ token: string; url: string }>;
const refusal = (status: number, code = 'x'): Token => ({ ok: false, status, code, message: '' });

/** A room's door on loopback: says what came, and does what the test says. Frames are not under test here. */
async function door(onSocket: (socket: WebSocket, url: string) => void = () => {}) {
	const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
	const urls: string[] = [];
	server.on('connection', (socket, request) => {
		urls.push(request.url!);
		socket.on('message', (data, isBinary) => !isBinary && String(data) === 'ping' && socket.send('pong'));
		onSocket(socket, request.url!);
	});
	await new Promise((resolve) => server.once('listening', resolve));
	open.push(() => (server.clients.forEach((client) => client.terminate()), new Promise((resolve) => server.close(resolve))));
	return { port: (server.address() as AddressInfo).port, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, urls, server };
}

function link(environment: Environment, fetchToken: () => Token | Promise<Token>) {
	const states: LinkState[] = [];
	const messages: (string | Uint8Array)[] = [];
	let tokens = 0;
	const socket = new RoomSocket({
		room: 'customer_a',
		party: 'document',
		query: () => 'ack=1',
		environment,
		fetchToken: async () => (tokens++, fetchToken()),
		onOpen: () => {},
		onMessage: (data) => messages.push(data),
		onState: (state) => states.push(state),
	});
	open.push(() => socket.close());
	return { socket, states, messages, tokens: () => tokens, last: () => states.at(-1)! };
}

/** A socket that a test opens and closes by hand. */
function handSocket() {
	const made: (Socket & { sent: unknown[]; isClosed: boolean })[] = [];
	const openSocket = (): Socket => {
		const socket = {
			binaryType: '',
			readyState: 0,
			onopen: null,
			onmessage: null,
			onclose: null,
			onerror: null,
			sent: [] as unknown[],
			isClosed: false,
			send: (data: unknown) => void socket.sent.push(data),
			close: () => void (socket.isClosed = true),
		} as Socket & { sent: unknown[]; isClosed: boolean };
		made.push(socket);
		return socket;
	};
	return { made, openSocket };
}
const settle = async () => {
	for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};
const good: Token = { ok: true, value: { token: 't', url: 'http://rooms' } };

describe('S16: a room’s socket', () => {
	it('fetches a fresh token for each attempt, and asks for acknowledgements', async () => {
		const { url, urls } = await door((socket) => urls.length < 3 && socket.close(1011));
		let number = 0;
		const { last } = link(deviceDouble({ random: () => 0 }), () => ({ ok: true, value: { token: `t${number++}`, url } }));
		await until('the third attempt holds', () => urls.length === 3 && last().state === 'open');
		expect(urls).toEqual([0, 1, 2].map((n) => `/parties/document/customer_a?token=t${n}&ack=1`));
	});

	it('takes the whole address of a room too', async () => {
		const { url, urls } = await door();
		const { last } = link(deviceDouble(), () => ({ ok: true, value: { token: 'a b', url: `${url}/parties/document/customer_a` } }));
		await until('it is open', () => last().state === 'open');
		expect(urls).toEqual(['/parties/document/customer_a?token=a%20b&ack=1']);
	});

	it('waits with full jitter between attempts, longer each time, and from the start again after a link that lived', async () => {
		const time = handTime();
		const { made, openSocket } = handSocket();
		link(deviceDouble({ ...time, openSocket, random: () => 1 }), () => good);
		const waits: (number | null)[] = [];
		for (let attempt = 0; attempt < 9; attempt++) {
			await settle();
			made.at(-1)!.onclose!({ code: 1006, reason: '' });
			waits.push(time.nextIn());
			await time.pass(time.nextIn()!);
		}
		expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
		await settle();
		made.at(-1)!.onopen!({});
		await time.pass(1_000);
		made.at(-1)!.onclose!({ code: 1006, reason: '' });
		expect(time.nextIn(), 'accepted and closed at once proves nothing').toBe(30_000);
		await time.pass(30_000);
		await settle();
		made.at(-1)!.onopen!({});
		await time.pass(1_900);
		made.at(-1)!.onmessage!({ data: 'pong' });
		await time.pass(1_900);
		made.at(-1)!.onmessage!({ data: 'pong' });
		await time.pass(1_900);
		made.at(-1)!.onclose!({ code: 1006, reason: '' });
		expect(time.nextIn()).toBe(500);
	});

	it.each([
		[4403, 'no-right'],
		[4404, 'not-found'],
		[4426, 'reload-needed'],
	])('code %i ends the tries: %s', async (code, reason) => {
		const { url, urls } = await door((socket) => socket.close(code));
		const { last } = link(deviceDouble({ random: () => 0 }), () => ({ ok: true, value: { token: 't', url } }));
		await until('it ended', () => last().state === 'ended');
		expect(last()).toEqual({ state: 'ended', reason });
		await new Promise((resolve) => setTimeout(resolve, 400));
		expect(urls.length).toBe(1);
	});

	it('4401 fetches one more token at once, then counts as signed out; waking tries again', async () => {
		const { url, urls } = await door((socket) => socket.close(4401));
		const device = deviceDouble({ random: () => 0.999 });
		const { last, tokens } = link(device, () => ({ ok: true, value: { token: 't', url } }));
		await until('it ended', () => last().state === 'ended');
		expect(last()).toEqual({ state: 'ended', reason: 'signed-out' });
		expect([urls.length, tokens()]).toEqual([2, 2]);
		device.wake();
		await until('it tried again', () => urls.length === 4 && last().state === 'ended');
	});

	it.each([
		[refusal(401), 'signed-out'],
		[refusal(403), 'no-right'],
		[refusal(403, 'no-such-room'), 'not-found'],
		[refusal(426), 'reload-needed'],
	])('a refused token is told apart before any socket (%#)', async (token, reason) => {
		const { made, openSocket } = handSocket();
		const { last } = link(deviceDouble({ openSocket }), () => token);
		await settle();
		expect(last()).toEqual({ state: 'ended', reason });
		expect(made.length).toBe(0);
	});

	it('asked to try again while a try is under way, it takes a refusal for one of before', async () => {
		const { made, openSocket } = handSocket();
		const gives: ((token: Token) => void)[] = [];
		const { socket, last, tokens } = link(deviceDouble({ openSocket }), () => new Promise<Token>((resolve) => gives.push(resolve)));
		await settle();
		// The record was made meanwhile: the answer that is on its way may be older.
		socket.reconnect();
		await settle();
		expect(tokens(), 'what is under way is not begun anew').toBe(1);
		gives[0]!(refusal(403, 'no-such-room'));
		await settle();
		expect([last().state, tokens()]).toEqual(['connecting', 2]);
		gives[1]!(good);
		await settle();
		expect(made.length).toBe(1);
	});

	it('asked to try again while a try is under way, it tries once more, not for ever', async () => {
		const { last, socket, tokens } = link(deviceDouble(), () => refusal(403, 'no-such-room'));
		socket.reconnect();
		await settle();
		expect(last()).toEqual({ state: 'ended', reason: 'not-found' });
		expect(tokens()).toBe(2);
	});

	it('no answer and a server error are tried again', async () => {
		const time = handTime();
		const { made, openSocket } = handSocket();
		const answers: Token[] = [refusal(0, 'offline'), refusal(503), good];
		const { last } = link(deviceDouble({ ...time, openSocket }), () => answers.shift()!);
		await settle();
		expect(last().state).toBe('waiting');
		await time.pass(500);
		await settle();
		expect(last().state).toBe('waiting');
		await time.pass(1_000);
		await settle();
		expect(made.length).toBe(1);
	});

	it('a closed link opens nothing, whatever was under way: token or handshake', async () => {
		const { made, openSocket } = handSocket();
		let give!: (token: Token) => void;
		const first = link(deviceDouble({ openSocket }), () => new Promise<Token>((resolve) => (give = resolve)));
		first.socket.close();
		give(good);
		await settle();
		expect(made.length).toBe(0);
		const second = link(deviceDouble({ openSocket }), () => good);
		await settle();
		second.socket.close();
		made[0]!.isClosed = false;
		made[0]!.onopen!({});
		expect(made[0]!.isClosed).toBe(true);
		expect(second.last()).toEqual({ state: 'closed' });
	});

	it('notices within 5 s that the link is dead, though no close comes', async () => {
		const { port, urls } = await door();
		const proxy = await swallowingProxy(port);
		const { last, states } = link(deviceDouble({ random: () => 0 }), () => ({ ok: true, value: { token: 't', url: `http://127.0.0.1:${proxy.port}` } }));
		await until('it is open', () => last().state === 'open');
		await new Promise((resolve) => setTimeout(resolve, 2_500));
		expect(last().state, 'pongs keep it').toBe('open');
		proxy.swallow(true);
		const since = Date.now();
		await until('the dead link is noticed', () => states.some((state) => state.state === 'waiting'));
		expect(Date.now() - since).toBeLessThan(5_000);
		proxy.swallow(false);
		await until('a new link is open', () => urls.length >= 2 && last().state === 'open');
	});

	it('while nobody looks it sends nothing, so that idle rooms sleep (S18); on waking it asks at once', async () => {
		const time = handTime();
		const { made, openSocket } = handSocket();
		const device = deviceDouble({ ...time, openSocket });
		device.isLookedAt = false;
		const { last } = link(device, () => good);
		await settle();
		made[0]!.onopen!({});
		await time.pass(600_000);
		expect(made[0]!.sent).toEqual([]);
		expect(last().state).toBe('open');
		device.isLookedAt = true;
		device.wake();
		expect(made[0]!.sent).toEqual(['ping']);
		await time.pass(2_600);
		expect(last().state, 'a frozen socket is replaced').toBe('waiting');
		device.wake();
		await settle();
		expect(made.length, 'waking doesn’t sit out the wait').toBe(2);
	});
});

/** A TCP proxy that can go silent without closing anything, as a lost network does. */
async function swallowingProxy(target: number) {
	let isSwallowing = false;
	const sockets = new Set<TcpSocket>();
	const server = createServer((client) => {
		const upstream = connect(target, '127.0.0.1');
		for (const [from, to] of [
			[client, upstream],
			[upstream, client],
		] as const) {
			sockets.add(from);
			from.on('data', (data) => !isSwallowing && to.write(data));
			from.on('error', () => {});
			from.on('close', () => !isSwallowing && to.destroy());
		}
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	open.push(() => (sockets.forEach((socket) => socket.destroy()), new Promise((resolve) => server.close(resolve))));
	return { port: (server.address() as AddressInfo).port, swallow: (should: boolean) => (isSwallowing = should) };
}
