/** The sockets of a document room that were let in: found by socket and by person, told together, acknowledged together (S4, S7). */
import * as Y from 'yjs';
import type { Socket } from './host.ts';
import { Link } from './link.ts';

export class Links {
	readonly #links = new Map<string, Link>();

	add(link: Link): void {
		this.#links.set(link.id, link);
	}

	/** The link of a socket that was let in; null while it is being turned away. */
	at(socket: Socket): Link | null {
		return this.#links.get((socket.state as { id?: string } | null)?.id ?? '') ?? null;
	}

	of(userId: string): Link[] {
		return [...this.#links.values()].filter((link) => link.user.id === userId);
	}

	/** Who sits here, once for each socket. */
	users(): Link['user'][] {
		return [...this.#links.values()].map(({ user }) => user);
	}

	/** Sends to everyone but the one it came from (S7); returns how many they are. */
	send(frame: Uint8Array, but: unknown): number {
		let count = 0;
		for (const link of this.#links.values()) {
			if (link === but) continue;
			link.send(frame);
			count += 1;
		}
		return count;
	}

	/** Tells a person that what they wrote was put back (S12). */
	tellHealed(path: string, userId: string): void {
		for (const link of this.of(userId)) link.refuse('healed', `“${path}” can’t hold what was written there; it was put back.`);
	}

	/** Forgets a socket that is gone and returns its link, also when it was let in before the room slept. */
	remove(socket: Socket): Link | null {
		const link = this.at(socket) ?? Link.resume(socket);
		if (link) this.#links.delete(link.id);
		return link;
	}

	/** Closes everyone: they come back with what is not acknowledged (S4). */
	close(code: number, reason: string): void {
		for (const link of this.#links.values()) link.close(code, reason);
		this.#links.clear();
	}

	/**
	 * Takes back the sockets from before the room slept, and returns their links. One that was owed an acknowledgement sent what nobody
	 * has any more: it is closed, so that it comes back with it.
	 */
	resume(sockets: Iterable<Socket>): Link[] {
		const links = [...sockets].map(Link.resume).filter((link) => link !== null && !this.#links.has(link.id)) as Link[];
		for (const link of links.filter(({ isOwed }) => isOwed)) link.close(1011, 'the change could not be saved');
		const back = links.filter(({ isOwed }) => !isOwed);
		for (const link of back) this.add(link);
		return back;
	}

	/** The acknowledgements that the write beginning now pays: they are sent when what is returned is called. */
	owed(doc: Y.Doc): () => void {
		const owed = [...this.#links.values()].filter((link) => link.isOwed).map((link) => ({ link, frames: link.frames }));
		if (owed.length === 0) return () => {};
		const vector = Y.encodeStateVector(doc);
		return () => {
			for (const { link, frames } of owed) link.acknowledge(vector, frames);
		};
	}
}
