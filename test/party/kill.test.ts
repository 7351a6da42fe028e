/**
 * `kill -9` at random points of a burst (S4): every acknowledged edit is there after the restart, and everything that was not is still
 * with the client and converges. Seeds are printed; CUEBOOK_KILL_ROUNDS sets the rounds on each host, CUEBOOK_KILL_SEED repeats a run.
 */
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { Client, call, until } from './harness/client.ts';
import { newCustomer } from './harness/documents.ts';
import { hosts, startRooms } from './harness/rooms.ts';

const rounds = Number(process.env['CUEBOOK_KILL_ROUNDS'] ?? 25);
const seed = Number(process.env['CUEBOOK_KILL_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** Mulberry32: the same numbers for the same seed. */
function randomOf(state: number): () => number {
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
	};
}

/** A client that knows, for each of its edits, with which frame it went out. */
type Writer = { client: Client; edits: { key: string; frame: number }[] };

const isBehind = (vector: Map<number, number>, doc: Y.Doc): boolean => {
	const has = Y.decodeStateVector(Y.encodeStateVector(doc));
	return [...vector].some(([client, clock]) => (has.get(client) ?? 0) < clock);
};

describe.each(hosts)('on %s', (host) => {
	test(`${rounds} rounds lose no acknowledged edit`, { timeout: rounds * 30_000 + 60_000 }, async () => {
		console.log(`seed ${seed}: repeat with CUEBOOK_KILL_SEED=${seed} CUEBOOK_KILL_ROUNDS=${rounds}`);
		const random = randomOf(seed);
		const rooms = await startRooms(host);
		let [acknowledged, sent] = [0, 0];
		try {
			const ids = await Promise.all(Array.from({ length: 4 }, () => newCustomer(rooms.url)));
			for (let round = 0; round < rounds; round++) {
				const writers: Writer[] = await Promise.all([...ids, ...ids.slice(0, 2)].map(async (id, n) => ({ client: await Client.open(rooms.socketUrl, id, { sub: `user${n}` }), edits: [] })));
				let isKilled = false;
				const burst = async () => {
					for (let n = 0; !isKilled; n++) {
						for (const [w, { client, edits }] of writers.entries()) {
							const key = `${round}:${w}:${n}`;
							if (n % 9 === 8) client.doc.getMap('marks').delete(`${round}:${w}:${n - 4}`);
							client.doc.getMap('marks').set(key, n);
							edits.push({ key, frame: client.sent });
						}
						await new Promise((resolve) => setTimeout(resolve, random() * 8));
					}
				};
				const bursting = burst();
				await new Promise((resolve) => setTimeout(resolve, 30 + random() * 500));
				await rooms.kill();
				isKilled = true;
				await bursting;
				await until(() => writers.every(({ client }) => client.closed), 'every socket notices');
				await rooms.start();
				for (const [n, { client, edits }] of writers.entries()) {
					const id = ids[n % ids.length]!;
					const after = await Client.open(rooms.socketUrl, id, { sub: 'reader', role: 'reader' });
					expect(isBehind(client.savedVector, after.doc), `${id} after round ${round} (seed ${seed})`).toBe(false);
					const kept = edits.filter(({ frame }) => frame <= client.acknowledged);
					const deleted = (key: string) => { const [r, w, k] = key.split(':').map(Number); return edits.some((edit) => edit.key === `${r}:${w}:${k! + 4}`) && (k! + 4) % 9 === 8; };
					const missing = kept.filter(({ key }) => !after.doc.getMap('marks').has(key) && !deleted(key));
					expect(missing, `${id} after round ${round} (seed ${seed})`).toEqual([]);
					acknowledged += kept.length;
					sent += edits.length;
					await after.close();
				}
			}
			const [id] = ids;
			expect((await call(rooms.url, 'document', id!, 'read')).ok).toBe(true);
			console.log(`${host}: ${rounds} kills, ${acknowledged} of ${sent} edits were acknowledged, none of them lost`);
			expect(acknowledged).toBeGreaterThan(0);
		} finally {
			await rooms.end();
		}
	});
});
