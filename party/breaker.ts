/** Stops asking an outside system that keeps failing, for a while (R16). One for each room, so for each workspace. */

/** Failures in a row that open it, and how long it stays open then, in ms: doubled with each further failure, at most 5 min. */
const failuresAllowed = 5;
const firstPauseMs = 10_000;
const longestPauseMs = 300_000;

export type Failing = { system: string; failures: number; openUntil: number | null };

type State = { failures: number; openUntil: number };

export class Breaker {
	readonly #states = new Map<string, State>();

	/** Until when (ms) `system` is not to be asked, or null. */
	openUntil(system: string, now: number): number | null {
		const state = this.#states.get(system);
		return state && state.openUntil > now ? state.openUntil : null;
	}

	/** What fails now: systems with failures since their last answer; `openUntil` (ms) null while they are asked. */
	failing(now: number): Failing[] {
		return [...this.#states].map(([system, { failures, openUntil }]) => ({ system, failures, openUntil: openUntil > now ? openUntil : null }));
	}

	/** It answered: with success, or with a refusal that is about the request. */
	succeeded(system: string): void {
		this.#states.delete(system);
	}

	/** It failed in a way that a later try may not. */
	failed(system: string, now: number): void {
		const failures = (this.#states.get(system)?.failures ?? 0) + 1;
		const pause = failures < failuresAllowed ? 0 : Math.min(firstPauseMs * 2 ** (failures - failuresAllowed), longestPauseMs);
		this.#states.set(system, { failures, openUntil: now + pause });
	}
}
