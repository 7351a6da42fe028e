/**
 * Undo that is real: what was decided is sent only after the time in which it can be taken back. Leaving the page sends at
 * once, so that nothing decided is lost.
 */
import { SvelteMap } from 'svelte/reactivity';

type Going = { timer: ReturnType<typeof setTimeout>; act: () => void };
const going = new SvelteMap<string, Going>();

/** How long a decision can be taken back, in ms. */
export const undoTime = 5_000;

function finish(id: string) {
	const one = going.get(id);
	if (!one) return;
	clearTimeout(one.timer);
	// Sent before it stops leaving, so that it never shows in between.
	one.act();
	going.delete(id);
}

export const leaving = {
	/** Whether it slides away now (reactive). */
	has: (id: string): boolean => going.has(id),
	/** Lets `act` happen after the undo time; returns how to take it back. */
	start(id: string, act: () => void, time = undoTime): () => void {
		finish(id);
		going.set(id, { timer: setTimeout(() => finish(id), time), act });
		return () => {
			clearTimeout(going.get(id)?.timer);
			going.delete(id);
		};
	},
	/** Does everything now: the page is going away. */
	finishAll: (): void => [...going.keys()].forEach(finish),
};

if (typeof window !== 'undefined') window.addEventListener('pagehide', leaving.finishAll);
