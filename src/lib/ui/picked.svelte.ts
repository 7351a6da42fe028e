/**
 * What a control shows of a value that somebody else owns: what was picked until the owner has it, and what the owner has when it was
 * refused. So a refused choice never stays on screen.
 */

import { tick } from 'svelte';

/** How long an owner may take to show what it took: lists show an edit within a tenth of a second. ms */
export const allowed = 1_000;

export class Picked<T> {
	#owned: () => T;
	#tell: (next: T) => unknown;
	/** What was picked, and over which value of the owner's: it counts while that is the owner's still. */
	#pick = $state.raw<{ value: T; over: T } | null>(null);
	#shown = $derived.by(() => (this.#pick !== null && isSame(this.#pick.over, this.#owned()) ? this.#pick.value : this.#owned()));

	/** `tell` answers `false`, a text or `{ ok: false }` when it refuses, or a promise of that; whatever else it answers, what it has is what counts. */
	constructor(owned: () => T, tell: (next: T) => unknown) {
		this.#owned = owned;
		this.#tell = tell;
	}

	/** Reactive. */
	get shown(): T {
		return this.#shown;
	}

	/** Somebody picked this. */
	take(next: T): void {
		const pick = (this.#pick = { value: next, over: this.#owned() });
		const putBack = () => this.#pick === pick && (this.#pick = null);
		// Not before it was drawn: the browser's own tick, or text, is only taken away by drawing another.
		const settle = (answer: unknown) => void (isRefusal(answer) ? tick().then(putBack) : setTimeout(putBack, allowed));
		const answer = this.#tell(next);
		if (answer instanceof Promise) answer.then(settle, (error) => (putBack(), Promise.reject(error)));
		else settle(answer);
	}
}

/** Lists are made anew by who passes them on. */
const isSame = (one: unknown, other: unknown): boolean => (Array.isArray(one) && Array.isArray(other) ? one.length === other.length && one.every((item, index) => item === other[index]) : Object.is(one, other));
/** Whether what `tell` answered is a refusal. */
export const isRefusal = (answer: unknown): boolean => answer === false || (typeof answer === 'string' && answer !== '') || (typeof answer === 'object' && answer !== null && 'ok' in answer && answer.ok === false);
