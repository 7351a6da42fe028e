/**
 * `kill -9` at random points of a burst (S3, S4): every acknowledged edit is there after the restart, and everything that was not is still
 * with its client and converges. Seeds are printed; CUEBOOK_KILL_ROUNDS sets the rounds on each host, CUEBOOK_KILL_SEED repeats a run.
 */
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { Client, call, token } from './harness/client.ts';
import { newCustomer } from './harness/documents.ts';
import { randomOf } from './harness/random.ts';
import { hosts } from './harness/rooms.ts';
import { startWorkerd } from './harness/workerd.ts';

const rounds = Number(process.env['CUEBOOK_KILL_ROUNDS'] ?? 50);
const seed = Number(process.env['CUEBOOK_KILL_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** A client that knows, for each of its edits, with which frame of this round it went out. `gone`: the frame of its deletion. */
type Edit = { key: string; frame: number; gone: number | null };
type Writer = { id: string; client: Client; edits: Edit[] };

const marks = (client: Client) => client.doc.getMap<number>('marks');
const isBehind = (vector: Map<number, number>, doc: Y.Doc): boolean => {
	const has = Y.decodeStateVector(Y.encodeStateVector(doc));
	return [...vector].some(([client, clock]) => (has.get(client) ?? 0) < clock);
};

/** Every ninth edit takes an earlier one of the round back. */
function write({ client, edits }: Writer, key: string): void {
	const old = edits.length % 9 === 8 ? edits.at(-4)! : null;
	if (old) {
		marks(client).delete(old.key);
		old.gone = client.sent;
	}
	marks(client).set(key, edits.length);
	edits.push({ key, frame: client.sent, gone: null });
}

const isAcknowledged = ({ client, edits }: Writer): boolean => edits.length > 0 && edits[0]!.frame <= client.acknowledged;

/** Edits that the room acknowledged and that are not there, or that it acknowledged as deleted and that are. */
const wrong = ({ client: { acknowledged }, edits }: Writer, after: Client): Edit[] =>
	edits.filter(({ key, frame, gone }) => {
		if (gone !== null && gone <= acknowledged) return marks(after).has(key);
		return gone === null && frame <= acknowledged && !marks(after).has(key);
	});

describe.each(hosts)('on %s', (host) => {
	test(`${rounds} rounds lose no acknowledged edit`, { timeout: rounds * 20_000 + 60_000 }, async () => {
		console.log(`seed ${seed}: repeat with CUEBOOK_KILL_SEED=${seed} CUEBOOK_KILL_ROUNDS=${rounds}`);
		const rooms = await startWorkerd(host);
		const tally = { sent: 0, acknowledged: 0, kept: new Map<string, Map<string, boolean>>() };
		try {
			const ids = await Promise.all(Array.from({ length: 4 }, () => newCustomer(rooms.url)));
			const join = async (client: Client, id: string, n: number) => client.connect(`${rooms.socketUrl}/parties/document/${id}?ack=1&token=${await token(id, { sub: `user${n}` })}`);
			// The first two documents have two clients each.
			const writers: Writer[] = [...ids, ...ids.slice(0, 2)].map((id) => ({ id, client: new Client(), edits: [] }));
			await Promise.all(writers.map(({ client, id }, n) => join(client, id, n)));
			const startedAt = Date.now();
			for (let round = 0; round < rounds; round++) {
				const random = randomOf(seed + round * 7_919);
				// Up to 120 ms after none, some or most of the clients were acknowledged: however fast the machine is, every moment has its turn.
				const [enough, later] = [Math.floor(random() * 5), random() * 120];
				const atLatest = Date.now() + 1_000;
				let killAt = Infinity;
				let killed: Promise<void> | null = null;
				for (let n = 0; !killed || writers.some(({ client }) => !client.closed); n++) {
					for (const [w, writer] of writers.entries()) if (!writer.client.closed) write(writer, `${round}:${w}:${n}`);
					await new Promise((resolve) => setTimeout(resolve, random() * 25));
					if (killAt === Infinity && (writers.filter(isAcknowledged).length >= enough || Date.now() > atLatest)) killAt = Date.now() + later;
					if (Date.now() >= killAt) killed ??= rooms.kill();
				}
				await killed;
				await rooms.start();
				// Readers first: the writers would bring back what they still have.
				const readers = new Map(await Promise.all(ids.map(async (id) => [id, await Client.open(rooms.socketUrl, id, { sub: 'rita', role: 'reader' })] as const)));
				for (const writer of writers) {
					const after = readers.get(writer.id)!;
					expect(isBehind(writer.client.savedVector, after.doc), `${writer.id} after round ${round} (seed ${seed})`).toBe(false);
					expect(wrong(writer, after), `${writer.id} after round ${round} (seed ${seed})`).toEqual([]);
					tally.sent += writer.edits.length;
					tally.acknowledged += writer.edits.filter(({ frame }) => frame <= writer.client.acknowledged).length;
					const kept = tally.kept.get(writer.id) ?? new Map<string, boolean>();
					for (const { key, gone } of writer.edits.splice(0)) kept.set(key, gone === null);
					tally.kept.set(writer.id, kept);
				}
				await Promise.all([...[...readers.values()].map((reader) => reader.close()), ...writers.map(({ client, id }, n) => join(client, id, n))]);
			}
			const took = Date.now() - startedAt;
			// Nothing at all is lost, over all rounds: what was not acknowledged came back with its client.
			await Promise.all(writers.map(({ client }) => client.settled()));
			for (const id of ids) {
				const reader = await Client.open(rooms.socketUrl, id, { sub: 'rita', role: 'reader' });
				const kept = tally.kept.get(id)!;
				expect([...kept].filter(([key, isThere]) => marks(reader).has(key) !== isThere), `${id} at the end (seed ${seed})`).toEqual([]);
				expect(marks(reader).size).toBe([...kept.values()].filter(Boolean).length);
				expect((await call(rooms.url, 'document', id, 'read')).ok).toBe(true);
			}
			console.log(`${host}: ${rounds} kills, ${Math.round(took / rounds)} ms a round; ${tally.acknowledged} of ${tally.sent} edits were acknowledged before, none of them lost; all ${tally.sent} there in the end`);
			expect(tally.acknowledged).toBeGreaterThan(0);
			expect(tally.acknowledged).toBeLessThan(tally.sent);
		} finally {
			await rooms.end();
		}
	});
});
