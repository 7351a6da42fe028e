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

/** How long changes of seats are gathered, in ms: a newcomer's content goes first, and a hundred who come at once are one call. */
const gatherMs = 100;

/** What is to be told of a person, and the sockets that the answer concerns. */
type Change = { links: Link[]; isHere: boolean };

export class Seats {
	readonly #doc: string;
	readonly #settings: Settings;
	#told: Promise<void> = Promise.resolve();
	#changes = new Map<string, Change>();
	#timer: ReturnType<typeof setTimeout> | undefined;
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

	/** Has the workspace room told, in a moment. Of what changes about one person in between, the last counts. */
	report(link: Link, isHere: boolean): void {
		const before = this.#changes.get(link.user.id);
		this.#changes.set(link.user.id, { links: [...(before?.links ?? []), link], isHere });
		this.#timer ??= setTimeout(() => this.#flush(), gatherMs);
	}

	/** One call after the other: a seat taken must not arrive after the same seat left. */
	#flush(): void {
		this.#timer = undefined;
		const changes = [...this.#changes.values()];
		this.#changes.clear();
		this.#told = this.#told.then(() => this.#tell(changes));
	}

	/** The workspace room's answer knows of revocations that this room has not heard of: they concern the sockets with a token from before. */
	async #tell(changes: Change[]): Promise<void> {
		const { workspace } = changes[0]!.links[0]!;
		const seats = changes.map(({ links, isHere }) => ({ userId: links[0]!.user.id, name: links[0]!.user.name, colour: links[0]!.user.colour, isHere, issuedAt: Math.min(...links.map(({ issuedAt }) => issuedAt)) }));
		const answer = await callRoom(this.#settings, 'workspace', workspace, 'seat', { doc: this.#doc, seats });
		if (!answer.ok) return console.warn(`${this.#doc}: seats at workspace/${workspace} failed (${answer.status}): ${answer.message.slice(0, 200)}`);
		const { revoked = [] } = answer.value as { revoked?: { userId: string; role: string | null; at: number }[] };
		for (const { userId, role, at } of revoked) {
			const change = changes.find(({ links }) => links[0]!.user.id === userId);
			apply({ userId, role: role ?? undefined }, change?.isHere ? change.links.filter(({ issuedAt }) => issuedAt <= at) : []);
		}
	}
}
