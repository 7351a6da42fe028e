/** What a document room tells of its seats (SY7), and what the answer takes back (S6). */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { Link } from '#party/link.ts';
import { Seats } from '#party/seats.ts';
import type { Settings } from '#party/settings.ts';
import { until } from './harness/client.ts';
import { MemorySocket } from './harness/memory.ts';
import { secret } from './harness/rooms.ts';

type Call = { doc: string; seats: { userId: string; isHere: boolean; issuedAt: number }[] };
type Revoked = { userId: string; role: string | null; at: number }[];

const ends: (() => unknown)[] = [];
afterEach(async () => {
	for (const end of ends.splice(0)) await end();
});

/** Seats of a document, and a workspace room in this process that answers each call with the next of `answers`. */
async function seatsWith(answers: Revoked[] = []) {
	const calls: Call[] = [];
	const workspace = createServer(async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		calls.push(JSON.parse(Buffer.concat(chunks).toString()) as Call);
		response.end(JSON.stringify({ revoked: answers.shift() ?? [] }));
	}).listen(0, '127.0.0.1');
	await once(workspace, 'listening');
	ends.push(() => (workspace.close(), workspace.closeAllConnections()));
	const seats = new Seats('customer_x', { ROOMS_URL: `http://127.0.0.1:${(workspace.address() as { port: number }).port}`, ROOMS_SECRET: secret } as Settings);
	return { seats, calls };
}

function linkOf(userId: string, issuedAt = 1_000): { link: Link; socket: MemorySocket } {
	const socket = new MemorySocket();
	return { socket, link: Link.open(socket, { userId, name: userId, colour: '#123456', role: 'csm', workspace: 'w1', room: 'customer_x', issuedAt }, true) };
}

describe('seats', () => {
	test('of many who come at once are one call, with the last of each', async () => {
		const { seats, calls } = await seatsWith();
		const links = Array.from({ length: 200 }, (_, n) => linkOf(`user${n % 100}`, n).link);
		for (const link of links) seats.report(link, true);
		seats.report(links[7]!, false);
		await until(() => calls.length === 1, 'the call');
		expect(calls[0]!.seats.length).toBe(100);
		expect(calls[0]!.seats[8]).toMatchObject({ userId: 'user8', isHere: true, issuedAt: 8 });
		expect(calls[0]!.seats[7]).toMatchObject({ userId: 'user7', isHere: false });
	});

	test('that change again are told after the first', async () => {
		const { seats, calls } = await seatsWith();
		const { link } = linkOf('ada');
		seats.report(link, true);
		await until(() => calls.length === 1, 'the first');
		seats.report(link, false);
		await until(() => calls.length === 2, 'the second');
		expect(calls.map((call) => call.seats.map(({ isHere }) => isHere))).toEqual([[true], [false]]);
	});

	test('of a token from before a revocation are closed, one from after it stays (S6)', async () => {
		const { seats } = await seatsWith([[{ userId: 'eve', role: null, at: 2_000 }]]);
		const [before, after, other] = [linkOf('eve', 1_000), linkOf('eve', 3_000), linkOf('bob', 1_000)];
		for (const { link } of [before, after, other]) seats.report(link, true);
		await until(() => before.socket.closed, 'closed', 2_000);
		expect(before.socket.closed).toMatchObject({ code: 4403 });
		expect([after.socket.closed, other.socket.closed]).toEqual([null, null]);
	});
});
