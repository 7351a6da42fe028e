/** Links that die without a word, rooms that come back to many, and a right that is taken back: against the real rooms (S6, S7, S16). */
import { describe, expect, it } from 'vitest';
import { edit } from '../../../src/lib/sync/edit.ts';
import { RoomSocket } from '../../../src/lib/sync/room-socket.ts';
import { Client, call, token } from '../../party/harness/client.ts';
import { newCustomer } from '../../party/harness/documents.ts';
import { deviceDouble, until } from './device-double.ts';
import { afterwards, lineTo, theRooms, visitOf } from './visits.ts';

const rooms = theRooms();

function documentsAt(url: string) {
	const tokens: string[] = [];
	const fetchToken = async (room: string) => {
		tokens.push(await token(room, { iat: Math.floor(Date.now() / 1_000) - tokens.length }));
		return { ok: true, value: { token: tokens.at(-1)!, url } } as const;
	};
	return { ...visitOf(deviceDouble(), { url: () => url, fetchToken }), tokens };
}

describe('a link that swallows packets', () => {
	it('is noticed within 5 s, and left for a new one with a fresh token; what was edited meanwhile arrives', async () => {
		const id = await newCustomer(rooms().url, 'Acme');
		const line = await lineTo(rooms());
		const { documents, tokens } = documentsAt(line.url);
		const document = documents.openDocument(id);
		await until('it is synced', () => document.status.state === 'synced');
		line.isSwallowing = true;
		const from = Date.now();
		edit(document, 'set-field', { field: 'name', value: 'Into the void' });
		expect(document.status).toMatchObject({ state: 'saving', waiting: 1 });
		await until('it is noticed: a new token is asked for', () => tokens.length > 1);
		// The 5 s of S16, and the first wait of up to 0.5 s before the new try; the rest is a slow machine's.
		expect(Date.now() - from).toBeLessThan(7_000);
		expect(document.status.state, 'nothing is claimed meanwhile').toBe('waiting');
		line.isSwallowing = false;
		await until('it is synced again', () => document.status.state === 'synced');
		expect(new Set(tokens).size).toBe(tokens.length);
		expect(tokens.length).toBeLessThanOrEqual(line.connections + 1);
		const read = await call(rooms().url, 'document', id, 'read');
		expect(read.ok && (read.value as any).rows[0].values.name).toBe('Into the void');
	});
});

describe('rooms that were gone', () => {
	it('are not stormed: 50 clients come back spread over time, each with a fresh token', async () => {
		const id = await newCustomer(rooms().url, 'Acme');
		const line = await lineTo(rooms());
		const tries: { at: number; token: string }[] = [];
		const device = deviceDouble();
		const clients = Array.from({ length: 50 }, (_, n) => {
			const socket = new RoomSocket({
				room: id,
				party: 'document',
				environment: device,
				fetchToken: async (room) => {
					const fresh = await token(room, { sub: `person${n}`, iat: Math.floor(Date.now() / 1_000) - tries.length });
					tries.push({ at: Date.now(), token: fresh });
					return { ok: true, value: { token: fresh, url: line.url } };
				},
				onOpen: () => socket.send('ping'),
				onMessage: () => {},
				onState: () => {},
			});
			afterwards(() => socket.close());
			return socket;
		});
		await until('all are there', () => clients.every((client) => client.isOpen));
		const before = tries.length;
		line.cut();
		await until('all noticed', () => clients.every((client) => !client.isOpen));
		await until('as many tries as clients were in vain', () => tries.length - before >= clients.length);
		line.mend();
		await until('all are back', () => clients.every((client) => client.isOpen));
		const again = tries.slice(before);
		expect(new Set(tries.map((one) => one.token)).size).toBe(tries.length);
		const perTenth = new Map<number, number>();
		for (const { at } of again) perTenth.set(Math.floor(at / 100), (perTenth.get(Math.floor(at / 100)) ?? 0) + 1);
		// In lockstep all 50 would try in one tenth of a second, each time.
		expect(perTenth.size).toBeGreaterThanOrEqual(4);
		expect(Math.max(...perTenth.values())).toBeLessThan(40);
	});
});

describe('a right taken back', () => {
	it('closes all sockets of that person within 2 s, also two that speak for one client id, and nobody else’s (S6, S7)', async () => {
		const id = await newCustomer(rooms().url, 'Acme');
		const [one, two, three, other] = await Promise.all(['ada', 'ada', 'ada', 'bea'].map((sub) => Client.open(rooms().socketUrl, id, { sub })));
		afterwards(() => other!.close());
		// A duplicated tab goes on with the client id of the one it was copied from.
		one!.sendAwareness([[4_711, 1, { at: 'one' }]]);
		await until('it is seen', () => (other!.states.get(4_711) as any)?.at === 'one');
		two!.sendAwareness([[4_711, 2, { at: 'two' }]]);
		await until('the later one is shown', () => (other!.states.get(4_711) as any)?.at === 'two');
		await one!.close();
		await new Promise((resolve) => setTimeout(resolve, 100));
		expect((other!.states.get(4_711) as any)?.at, 'the first one’s end doesn’t end the second’s presence').toBe('two');
		const at = Date.now();
		expect(await call(rooms().url, 'document', id, 'revoke', { userId: 'ada' })).toMatchObject({ ok: true });
		await until('both are closed', () => two!.closed && three!.closed);
		expect(Date.now() - at).toBeLessThan(2_000);
		expect([two!.closed!.code, three!.closed!.code, other!.closed]).toEqual([4403, 4403, null]);
		await until('nobody sees that person any more', () => other!.states.get(4_711) === null);
	});
});
