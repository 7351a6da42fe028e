/**
 * Who is here and where their cursor is (S7). Each socket speaks for one Yjs client id; the room stamps its user into the state and
 * numbers what it sends, so that a client that comes back is seen at once. No timers: an idle room sleeps (S18).
 */
import { createDecoder, hasContent, readVarString, readVarUint } from 'lib0/decoding';
import { createEncoder, toUint8Array, writeVarString, writeVarUint } from 'lib0/encoding';
import { awareness } from './frames.ts';
import type { Link } from './link.ts';

type State = { clock: number; json: string; link: Link };

/** A state is at most this long, in characters: a cursor and a place, not content. */
const stateLimit = 16 * 1024;

export class Presence {
	#states = new Map<number, State>();

	/**
	 * Takes a client's awareness frame: what it says of its own client id, stamped; what it echoes of others is left aside. `owns` says
	 * whether a client id may be this socket's. Returns the frame for the others, or null when nothing of its own was in it.
	 */
	take(states: Uint8Array, link: Link, owns: (client: number) => boolean): Uint8Array | null {
		const decoder = createDecoder(states);
		const taken: [number, number, string][] = [];
		for (let left = readVarUint(decoder); left > 0 && hasContent(decoder); left--) {
			const [client, clock, json] = [readVarUint(decoder), readVarUint(decoder), readVarString(decoder)];
			if (json.length > stateLimit || !this.#speaksFor(client, json, link, owns)) continue;
			const entry = this.#enter(client, clock, json, link);
			if (entry) taken.push(entry);
		}
		return taken.length > 0 ? frameOf(taken) : null;
	}

	/** Forgets a socket that is gone; returns the frame that tells the others, or null. */
	leave(link: Link): Uint8Array | null {
		if (link.client === null) return null;
		const known = this.#states.get(link.client);
		if (known && known.link !== link) return null;
		this.#states.delete(link.client);
		return frameOf([[link.client, (known?.clock ?? link.clock) + 1, 'null']]);
	}

	/** Everyone who is here, for one who arrives; null when nobody is. */
	all(): Uint8Array | null {
		return this.#states.size === 0 ? null : frameOf([...this.#states].map(([client, { clock, json }]) => [client, clock, json]));
	}

	#speaksFor(client: number, json: string, link: Link, owns: (client: number) => boolean): boolean {
		if (link.client === client) return true;
		if (link.client !== null || json === 'null' || !owns(client)) return false;
		const other = this.#states.get(client);
		if (other && other.link.user.id !== link.user.id) return false;
		if (other && other.link !== link) other.link.client = null;
		link.client = client;
		return true;
	}

	#enter(client: number, clock: number, json: string, link: Link): [number, number, string] | null {
		const next = Math.max(clock, (this.#states.get(client)?.clock ?? link.clock) + 1);
		link.clock = next;
		if (json === 'null') {
			this.#states.delete(client);
			return [client, next, json];
		}
		const state: unknown = JSON.parse(json);
		if (typeof state !== 'object' || state === null || Array.isArray(state)) return null;
		const stamped = JSON.stringify({ ...state, user: link.user });
		this.#states.set(client, { clock: next, json: stamped, link });
		return [client, next, stamped];
	}
}

/** Nothing new, but a sign of life: vanilla providers hang up after 30 s without a frame. */
export const signOfLife = (): Uint8Array => frameOf([]);

function frameOf(entries: [number, number, string][]): Uint8Array {
	const encoder = createEncoder();
	writeVarUint(encoder, entries.length);
	for (const [client, clock, json] of entries) {
		writeVarUint(encoder, client);
		writeVarUint(encoder, clock);
		writeVarString(encoder, json);
	}
	return awareness(toUint8Array(encoder));
}
