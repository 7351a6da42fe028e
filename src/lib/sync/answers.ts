/**
 * What only the server can put together (a run in full, a history, a version): shown at once as the device knew it last, with its
 * age, then as the server says (SY2). Nothing waits for a network that isn't there.
 */
import type { Answer, Call, Failure } from './call.ts';
import type { KeptStore } from './kept-store.ts';

/** `at`: when the server said so, ms UTC, for an answer from the device; null when it says so now. */
export type Show<T> = (value: T, at: number | null) => void;

/** Asks `path` (GET). `show` is called with the kept answer, if there is one, and with the server's. Returns why the server didn't answer, or null. */
export async function askWithMemory<T>(call: Call, store: KeptStore | null, now: () => number, path: string, show: Show<T>): Promise<Failure | null> {
	let isAnswered = false;
	const remembering = store?.answer(path).catch(() => null);
	void remembering?.then((kept) => kept && !isAnswered && show(kept.value as T, kept.at));
	const answer: Answer<T> = await call<T>(path);
	if (!answer.ok) {
		await remembering;
		// Gone, or not this person's to see any more: it isn't shown again.
		if (answer.status === 403 || answer.status === 404) await store?.dropAnswer(path).catch(() => {});
		return answer;
	}
	isAnswered = true;
	show(answer.value, null);
	void store?.keepAnswer({ path, at: now(), value: answer.value }).catch(() => {});
	return null;
}
