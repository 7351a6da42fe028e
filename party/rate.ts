/**
 * How much one socket may send (S5). A burst that people make (a paste, an import, a day offline arriving at once) passes: 30,000 frames
 * or 16 MB at once; then 1,000 frames and 1 MB a second. Above that an update is refused with `too-fast` and the socket is closed, so
 * that the client comes back later and sends the rest as one.
 */
const limits = { frames: { burst: 30_000, perSecond: 1_000 }, bytes: { burst: 16 * 1024 * 1024, perSecond: 1024 * 1024 } };

/** What a socket may still send; full at first. */
export class Rate {
	#frames = limits.frames.burst;
	#bytes = limits.bytes.burst;
	#at: number;

	constructor(now: number) {
		this.#at = now;
	}

	/** Takes a frame of `size` bytes at `now` (ms) from the allowance; false when there is none left. */
	takes(size: number, now: number): boolean {
		const seconds = Math.max(0, now - this.#at) / 1000;
		this.#at = now;
		this.#frames = Math.min(limits.frames.burst, this.#frames + seconds * limits.frames.perSecond) - 1;
		this.#bytes = Math.min(limits.bytes.burst, this.#bytes + seconds * limits.bytes.perSecond) - size;
		return this.#frames >= 0 && this.#bytes >= 0;
	}
}
