/** A device's locks: one holder by name, a line behind it; a tab's death lets go of its own. */
import type { Clock } from './clock.ts';

type Owner = { isDead: boolean };
type Claim = { owner: Owner; begin: () => void; lose: (cause: unknown) => void };

export class DeviceLocks {
	#held = new Map<string, Claim>();
	#lines = new Map<string, Claim[]>();
	#clock: Clock;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** The browser's `locks.request`, for one tab. */
	request(owner: Owner, name: string, { steal = false, signal }: { steal?: boolean; signal?: AbortSignal }, held: () => Promise<void>): Promise<unknown> {
		return new Promise((resolve, reject) => {
			if (owner.isDead) return;
			if (signal?.aborted) return reject(signal.reason as Error);
			const claim: Claim = {
				owner,
				lose: reject,
				begin: () => {
					this.#held.set(name, claim);
					const end = () => {
						if (this.#held.get(name) === claim) this.#held.delete(name);
						this.#next(name);
					};
					void held().then((value) => (end(), resolve(value)), (cause) => (end(), reject(cause as Error)));
				},
			};
			signal?.addEventListener('abort', () => {
				const line = this.#lines.get(name) ?? [];
				if (!line.includes(claim)) return;
				this.#lines.set(name, line.filter((other) => other !== claim));
				reject(signal.reason as Error);
			});
			if (steal) {
				this.#held.get(name)?.lose(new DOMException('The lock was stolen', 'AbortError'));
				this.#held.delete(name);
				return claim.begin();
			}
			this.#lines.set(name, [...(this.#lines.get(name) ?? []), claim]);
			this.#clock.after(0, () => this.#next(name));
		});
	}

	/** A tab is gone: whoever waits behind it has its turn. */
	letGo(owner: Owner): void {
		for (const [name, line] of this.#lines) this.#lines.set(name, line.filter((claim) => claim.owner !== owner));
		for (const [name, claim] of [...this.#held]) {
			if (claim.owner !== owner) continue;
			this.#held.delete(name);
			this.#clock.after(1, () => this.#next(name));
		}
	}

	#next(name: string): void {
		if (this.#held.has(name)) return;
		this.#lines.get(name)?.shift()?.begin();
	}
}
