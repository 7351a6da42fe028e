/** What the workspace room keeps: who sits where, and whose right was taken back lately (S6, SY7). */
import type { Storage } from './host.ts';
import { isRole, type Revocation } from './seats.ts';
import { tokenLifeMs } from './token.ts';

export type Seat = { doc: string; userId: string; name: string; colour: string };
/** `role` null means: no right at all. */
export type Revoked = { at: number; role: string | null };

const keyOf = (seat: { doc: string; userId: string }): string => `seat:${seat.doc}:${seat.userId}`;

export class Seating {
	readonly #storage: Storage;

	constructor(storage: Storage) {
		this.#storage = storage;
	}

	async all(): Promise<Seat[]> {
		return [...(await this.#storage.list<Seat>({ prefix: 'seat:' })).values()];
	}

	/** Someone sat down or left, by a token from `issuedAt` (ms). Answers with a revocation that the token did not know of: without a right there is no seat. */
	async note(seat: Seat, isHere: boolean, issuedAt: number): Promise<Revoked | null> {
		const revoked = await this.revocationOf(seat.userId, issuedAt);
		if (isHere && revoked?.role !== null) await this.#storage.put({ [keyOf(seat)]: seat });
		else await this.leave([seat]);
		return revoked;
	}

	async leave(seats: Seat[]): Promise<void> {
		if (seats.length > 0) await this.#storage.delete(seats.slice(0, 128).map(keyOf));
		if (seats.length > 128) await this.leave(seats.slice(128));
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
