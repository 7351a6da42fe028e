/** S16: waits between attempts grow from 0.25 s to 30 s and are spread at random over their whole width, so that a room coming back isn't stormed. */
const shortest = 250;
const longest = 30_000;

/** Milliseconds to wait before attempt `attempt` (0 = the first retry), by full jitter. */
export function backoff(attempt: number, random: () => number): number {
	const widest = Math.min(longest, shortest * 2 ** Math.min(attempt + 1, 20));
	return shortest + random() * (widest - shortest);
}
