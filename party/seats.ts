/** Who sits at a document, as its room tells the workspace room (SY7); and who may no longer sit there (S6). */
import { roles, type Role } from '#domain/access/roles.ts';
import { callRoom } from './call.ts';
import type { Link } from './link.ts';
import type { Settings } from './settings.ts';
import { tokenLifeMs } from './token.ts';

export type Revocation = { userId: string; role?: string | undefined };

export const isRole = (role: string | undefined): role is Role => role !== undefined && (roles as readonly string[]).includes(role);

/** Applies a revocation to sockets: another role, or the end of them. */
export function apply(revocation: Revocation, links: Iterable<Link>): number {
	let count = 0;
	for (const link of links) {
		count += 1;
		if (isRole(revocation.role)) {
			link.role = revocation.role;
			link.keep();
		} else link.close(4403, 'the right was taken back');
	}
	return count;
}

export class Seats {
	readonly #doc: string;
	readonly #settings: Settings;
	#told: Promise<void> = Promise.resolve();
	/** Recent revocations: tokens from before them may still be about. */
	readonly #revoked = new Map<string, Revocation & { at: number }>();

	constructor(doc: string, settings: Settings) {
		this.#doc = doc;
		this.#settings = settings;
	}

	/** Takes rights back; returns how many sockets it concerned. */
	revoke(revocation: Revocation, links: Link[]): number {
		for (const [userId, { at }] of this.#revoked) if (at < Date.now() - 2 * tokenLifeMs) this.#revoked.delete(userId);
		this.#revoked.set(revocation.userId, { ...revocation, at: Date.now() });
		return apply(revocation, links);
	}

	/** Whether a socket may stay, with the role it has now: not when its token is older than a revocation. */
	admits(link: Link): boolean {
		const revocation = this.#revoked.get(link.user.id);
		if (!revocation || link.issuedAt > revocation.at) return true;
		if (!isRole(revocation.role)) return false;
		apply(revocation, [link]);
		return true;
	}

	/** Tells the workspace room, one thing after the other: a seat taken must not arrive after the same seat left. */
	report(link: Link, isHere: boolean): Promise<void> {
		return (this.#told = this.#told.then(() => this.#tell(link, isHere)));
	}

	/** The workspace room's answer knows of revocations that this room has not heard of. */
	async #tell(link: Link, isHere: boolean): Promise<void> {
		const { id: userId, name, colour } = link.user;
		const answer = await callRoom(this.#settings, 'workspace', link.workspace, 'seat', { doc: this.#doc, userId, name, colour, isHere, issuedAt: link.issuedAt });
		if (!answer.ok) return console.warn(`${this.#doc}: seat at workspace/${link.workspace} failed (${answer.status}): ${answer.message.slice(0, 200)}`);
		const revocation = (answer.value as { revoked?: { role: string | null } | null }).revoked;
		if (isHere && revocation) apply({ userId, role: revocation.role ?? undefined }, [link]);
	}
}
