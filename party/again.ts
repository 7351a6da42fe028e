/** Tries something again after longer and longer waits, for as long as its room lives. */

/** The first wait, which doubles, and the longest, in ms: each is spread at random over its whole width. */
const shortestMs = 1_000;
const longestMs = 60_000;

export class Again {
	#timer: ReturnType<typeof setTimeout> | undefined;
	#failures = 0;

	/** It failed: `run` is called after the next wait, in the place of what was to be called. */
	later(run: () => void): void {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(run, Math.random() * Math.min(longestMs, shortestMs * 2 ** this.#failures++));
	}

	/** It succeeded, or is given up: the next wait is the shortest. */
	stop(): void {
		clearTimeout(this.#timer);
		this.#failures = 0;
	}
}
