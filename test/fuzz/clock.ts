/**
 * Virtual time: nothing sleeps. While it is installed, the platform's timers and clock are this one, so that the rooms, IndexedDB and the
 * device run on it as they are. After each task all that follows from it without waiting is done before the next begins.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

/** Whose code runs: the clock it reads may differ, what it asks for may take `lag` ms longer, and when it is dead its timers never fire. */
export type Owner = { isDead: boolean; skew: number; timers: number; lag?: number };
export const owners = new AsyncLocalStorage<Owner>();

type Task = { at: number; n: number; run: () => void };

const platform = { setTimeout, clearTimeout, setImmediate, clearImmediate, Date, abortAfter: AbortSignal.timeout };
const turn = (): Promise<void> => new Promise((resolve) => platform.setImmediate(resolve));

export class Clock {
	now = platform.Date.UTC(2026, 10, 23, 9);
	#tasks: Task[] = [];
	/** Tasks that still run, with whose they are. */
	#waiting = new Map<number, Owner | undefined>();
	#n = 0;

	/** Runs something in `ms`; returns its number for `cancel`. */
	after(ms: number, run: () => void): number {
		const owner = owners.getStore();
		const n = ++this.#n;
		if (owner) owner.timers++;
		this.#waiting.set(n, owner);
		this.#push({ at: this.now + Math.max(0, Number(ms) || 0), n, run: AsyncLocalStorage.bind(() => owner?.isDead || run()) });
		return n;
	}

	/** The same for nobody: what is under way in the network goes on when its sender is gone. */
	later(ms: number, run: () => void): void {
		owners.exit(() => this.after(ms, run));
	}

	/** Cancels what `after` or the platform's `setTimeout` gave. Says whether it was still to come. */
	cancel(timer: unknown): boolean {
		const n = typeof timer === 'object' && timer !== null ? (timer as { n: number }).n : (timer as number);
		if (!this.#waiting.has(n)) return false;
		const owner = this.#waiting.get(n);
		if (owner) owner.timers--;
		return this.#waiting.delete(n);
	}

	/** Lets time pass. */
	async pass(ms: number): Promise<void> {
		const end = this.now + ms;
		await turn();
		for (;;) {
			const task = this.#tasks[0];
			if (task === undefined || task.at > end) break;
			this.#pop();
			if (!this.cancel(task.n)) continue;
			this.now = Math.max(this.now, task.at);
			task.run();
			await turn();
		}
		this.now = end;
	}

	/** Puts this clock in the platform's place; returns how to give it back. */
	install(): () => void {
		const now = () => Math.round(this.now + (owners.getStore()?.skew ?? 0));
		class VirtualDate extends platform.Date {
			constructor(...args: any[]) {
				// @ts-expect-error -- as many as the caller gave
				super(...(args.length === 0 ? [now()] : args));
			}
			static override now(): number {
				return now();
			}
		}
		const timer = (run: (...args: any[]) => void, ms = 0, ...args: any[]) => {
			const n = this.after(ms, () => run(...args));
			return { n, unref: () => {}, ref: () => {}, hasRef: () => false };
		};
		Object.assign(globalThis, {
			Date: VirtualDate,
			setTimeout: timer,
			clearTimeout: (n: unknown) => this.cancel(n),
			setImmediate: (run: (...args: any[]) => void, ...args: any[]) => timer(run, 0, ...args),
			clearImmediate: (n: unknown) => this.cancel(n),
		});
		AbortSignal.timeout = (ms) => {
			const controller = new AbortController();
			this.after(ms, () => controller.abort(new DOMException('The operation timed out', 'TimeoutError')));
			return controller.signal;
		};
		return () => {
			Object.assign(globalThis, { Date: platform.Date, setTimeout: platform.setTimeout, clearTimeout: platform.clearTimeout, setImmediate: platform.setImmediate, clearImmediate: platform.clearImmediate });
			AbortSignal.timeout = platform.abortAfter;
		};
	}

	#push(task: Task): void {
		const heap = this.#tasks;
		let at = heap.push(task) - 1;
		while (at > 0) {
			const parent = (at - 1) >> 1;
			if (!isBefore(task, heap[parent]!)) break;
			heap[at] = heap[parent]!;
			at = parent;
		}
		heap[at] = task;
	}

	#pop(): void {
		const heap = this.#tasks;
		const last = heap.pop()!;
		if (heap.length === 0) return;
		let at = 0;
		for (;;) {
			let child = 2 * at + 1;
			if (child >= heap.length) break;
			if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
			if (!isBefore(heap[child]!, last)) break;
			heap[at] = heap[child]!;
			at = child;
		}
		heap[at] = last;
	}
}

const isBefore = (a: Task, b: Task): boolean => a.at < b.at || (a.at === b.at && a.n < b.n);
