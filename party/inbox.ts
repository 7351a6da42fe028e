/**
 * Updates that come faster than every few milliseconds are merged together: one transaction, one frame to the others, instead of one for
 * each keystroke of a paste or of a burst. What comes alone is merged at once.
 */
import type { Origin } from './copy.ts';

/** How long after one merging the next may wait for more, in ms; and at how many bytes it no longer waits. */
const gatherMs = 5;
const gatherBytes = 64 * 1024;

type Waiting = { origin: Origin; updates: Uint8Array[]; refuse: () => void };

export class Inbox {
	readonly #merge: (waiting: Waiting) => void;
	/** By socket: the order of each is kept; between sockets there is none, nobody has seen what waits. */
	#waiting = new Map<unknown, Waiting>();
	#bytes = 0;
	#mergedAt = -Infinity;
	#timer: ReturnType<typeof setTimeout> | undefined;

	/** `merge` applies the updates of one socket, in one transaction. */
	constructor(merge: (waiting: Waiting) => void) {
		this.#merge = merge;
	}

	/** Bytes that wait. */
	get size(): number {
		return this.#bytes;
	}

	/** Takes an update of a socket; `refuse` is called when it turns out not to be one. */
	take(update: Uint8Array, origin: Origin, refuse: () => void): void {
		const waiting = this.#waiting.get(origin.socket);
		if (waiting) waiting.updates.push(update);
		else this.#waiting.set(origin.socket, { origin, updates: [update], refuse });
		this.#bytes += update.length;
		const wait = this.#mergedAt + gatherMs - Date.now();
		if (wait <= 0 || wait > gatherMs || this.#bytes >= gatherBytes) this.flush();
		else this.#timer ??= setTimeout(() => this.flush(), wait);
	}

	/** Merges what waits, now. */
	flush(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		if (this.#waiting.size === 0) return;
		const all = [...this.#waiting.values()];
		this.#waiting.clear();
		this.#bytes = 0;
		this.#mergedAt = Date.now();
		for (const waiting of all) this.#merge(waiting);
	}

	/** Lets go of what waits: it was acknowledged to nobody. */
	end(): void {
		clearTimeout(this.#timer);
		this.#waiting.clear();
		this.#bytes = 0;
	}
}
