/** What the workspace room keeps: who sits where, and whose right was taken back lately (S6, SY7). */
import type { Storage } from './host.ts';
import { isRole, type Revocation } from './seats.ts';
import { tokenLifeMs } from './token.ts';

export type Seat = { doc: string; userId: string; name: string; colour: string };
/** Someone sat down at a document or left it, by a token from `issuedAt` (ms). */
export type SeatChange = Omit<Seat, 'doc'> & { isHere: boolean; issuedAt: number };
/** `role` null means: no right at all. */
export type Revoked = { at: number; role: string | null };

/** Storage takes at most so many keys in one call. */
const keysPerCall = 128;

const keyOf = (seat: { doc: string; userId: string }): string => `seat:${seat.doc}:${seat.userId}`;

export class Seating {
	readonly #storage: Storage;

	constructor(storage: Storage) {
		this.#storage = storage;
	}

	async all(): Promise<Seat[]> {
		return [...(await this.#storage.list<Seat>({ prefix: 'seat:' })).values()];
	}

	/**
	 * People sat down or left, by tokens from `issuedAt` (ms). Answers with the revocations that those tokens did not know of: without a right
	 * there is no seat.
	 */
	async note(doc: string, changes: SeatChange[]): Promise<(Revoked & { userId: string })[]> {
		const found = await Promise.all(changes.map(async (change) => ({ change, revoked: await this.revocationOf(change.userId, change.issuedAt) })));
		const isSeated = ({ change, revoked }: (typeof found)[number]): boolean => change.isHere && revoked?.role !== null;
		const taken = found.filter(isSeated).map(({ change: { userId, name, colour } }): Seat => ({ doc, userId, name, colour }));
		await this.leave(found.filter((one) => !isSeated(one)).map(({ change }) => ({ doc, ...change })));
		for (let from = 0; from < taken.length; from += keysPerCall) await this.#storage.put(Object.fromEntries(taken.slice(from, from + keysPerCall).map((seat) => [keyOf(seat), seat])));
		return found.flatMap(({ change, revoked }) => (revoked ? [{ userId: change.userId, ...revoked }] : []));
	}

	async leave(seats: Seat[]): Promise<void> {
		for (let from = 0; from < seats.length; from += keysPerCall) await this.#storage.delete(seats.slice(from, from + keysPerCall).map(keyOf));
	}

	/** Remembers a revocation for as long as tokens from before it may be about, and forgets older ones. */
	async noteRevoked({ userId, role }: Revocation, now: number): Promise<void> {
		const old = [...(await this.#storage.list<Revoked>({ prefix: 'revoked:' }))].filter(([, { at }]) => at < now - 2 * tokenLifeMs);
		await this.#storage.delete(old.slice(0, 100).map(([key]) => key));
		await this.#storage.put({ [`revoked:${userId}`]: { at: now, role: isRole(role) ? role : null } satisfies Revoked });
	}

	/** A revocation that a token from `issuedAt` (ms) does not know of. */
	async revocationOf(userId: string, issuedAt: number): Promise<Revoked | null> {
		const revoked = await this.#storage.get<Revoked>(`revoked:${userId}`);
		return revoked && issuedAt <= revoked.at ? revoked : null;
	}
}
