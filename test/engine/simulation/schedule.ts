/**
 * A world in which only the seed decides: a virtual clock, chance, and gates. Every call to the store, the provider and the alarm stops
 * at a gate; the schedule opens one gate at a time, in the order that the seed says, so that every interleaving can be met again.
 */

/** mulberry32: a seed's numbers, 0 ≤ n < 1. */
export function seeded(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}

/** Chance of one kind: what is drawn for one purpose does not change what is drawn for another. */
export class Chance {
	readonly next: () => number;
	constructor(seed: number) {
		this.next = seeded(seed);
	}
	/** One of these. */
	pick<T>(from: readonly T[]): T {
		return from[Math.floor(this.next() * from.length)]!;
	}
	/** True this often. */
	often(share: number): boolean {
		return this.next() < share;
	}
	/** A whole number, 0 ≤ n < most. */
	below(most: number): number {
		return Math.floor(this.next() * most);
	}
}

/** One process of the automation: what it began is lost when it is killed, and stands still while it is frozen. */
export class Worker {
	isDead = false;
	frozenUntil = 0;
	/** How far its own clock is ahead of the truth, in ms. */
	skew = 0;
	/** When its clock was moved last. */
	movedAt = -Infinity;
	readonly name: string;
	constructor(name: string) {
		this.name = name;
	}
}

/** Who waits at a gate: a worker that is killed never gets through. */
type Gate = { worker: Worker; open: () => void };

export class Schedule {
	/** ms UTC: the store's clock (R20). Workers' own may differ from it by `skew`. */
	now: number;
	readonly #order: Chance;
	#gates: Gate[] = [];

	constructor(seed: number, now: number) {
		this.#order = new Chance(seed);
		this.now = now;
	}

	/** Stops here until the schedule lets this worker on; never returns for one that was killed. */
	gate(worker: Worker): Promise<void> {
		return new Promise((open) => {
			this.#gates.push({ worker, open });
		});
	}

	#canGoOn = ({ worker }: Gate) => !worker.isDead && worker.frozenUntil <= this.now;

	/** Whether anybody can go on now. */
	get isBusy(): boolean {
		return this.#gates.some(this.#canGoOn);
	}

	/** When the next frozen one thaws, or null. */
	get thawsAt(): number | null {
		const frozen = this.#gates.filter(({ worker }) => !worker.isDead && worker.frozenUntil > this.now).map(({ worker }) => worker.frozenUntil);
		return frozen.length > 0 ? Math.min(...frozen) : null;
	}

	/** Opens one gate by chance, and waits until what it let through stands at its next gate or has ended. */
	async step(): Promise<void> {
		const gate = this.#order.pick(this.#gates.filter(this.#canGoOn));
		this.#gates = this.#gates.filter((other) => other !== gate && !other.worker.isDead);
		gate.open();
		await settled();
	}
}

/** Lets everything run that needs no gate: nothing in a world waits for more than promises, and a tick comes when those have all been kept. To be called from one. */
export const settled = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));
