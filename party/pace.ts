/**
 * When a document's changes are written: at most every 100 ms (S3), each within 100 ms. A write holds up the thread that fans out until it is
 * flushed, so it is made a breath after a fan-out, when the next message is furthest away, and not whenever 100 ms happen to be over.
 */

/** The least time between two writes, and the longest that a change waits for its write, in ms. */
const gatherMs = 100;
/**
 * How long after a fan-out its write begins, in ms: the others have it, and what comes in one breath is one row. More for each socket that it
 * was sent to, because sending to many takes as long, and at most so long.
 */
const breathMs = 5;
const breathMsEach = 0.15;
const longestBreathMs = 50;

export class Pace {
	readonly #write: () => void;
	#timer: ReturnType<typeof setTimeout> | undefined;
	/** When the next write is due, and when the last one began, ms. */
	#due = Infinity;
	#began = -Infinity;

	/** `write` writes what there is. */
	constructor(write: () => void) {
		this.#write = write;
	}

	/** Something is to be written, that was sent to so many: a breath later when the last write is long enough ago, else in time. */
	changed(listeners: number): void {
		const now = Date.now();
		const breath = Math.min(longestBreathMs, breathMs + Math.round(listeners * breathMsEach));
		const wait = now + breath >= this.#began + gatherMs ? breath : gatherMs;
		if (now + wait >= this.#due) return;
		clearTimeout(this.#timer);
		this.#due = now + wait;
		this.#timer = setTimeout(() => {
			this.#due = Infinity;
			this.#write();
		}, wait);
	}

	/** A write begins, whoever asked for it. */
	began(): void {
		this.end();
		this.#began = Date.now();
	}

	/** Nothing more is written. */
	end(): void {
		clearTimeout(this.#timer);
		this.#due = Infinity;
	}
}
