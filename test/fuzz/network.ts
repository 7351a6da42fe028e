/** What is fetched between the app, the rooms and the store: it takes a while, and is lost on its way there or back when it is told so. */
import { below, type Chance } from './chance.ts';
import { owners, type Clock } from './clock.ts';

/** `lost`: it never arrives. `answer-lost`: it does, and nobody hears of it. `busy`: refused before anything was done. */
export type Fault = 'lost' | 'answer-lost' | 'busy';
type Serve = (request: Request) => Promise<Response>;

export class Network {
	/** The hosts that answer, by name. */
	readonly hosts = new Map<string, Serve>();
	/** How many of a host's next requests fail, and how. */
	readonly faults = new Map<string, { left: number; how: Fault }>();
	#clock: Clock;
	#chance: Chance;

	constructor(clock: Clock, chance: Chance) {
		this.#clock = clock;
		this.#chance = chance;
	}

	readonly fetch = (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
		const owner = owners.getStore();
		const request = new Request(input, init);
		if (owner) owner.timers++;
		return new Promise<Response>((resolve, reject) => {
			const fail = () => reject(new TypeError('fetch failed'));
			init?.signal?.addEventListener('abort', () => reject(init.signal!.reason as Error));
			if (owner?.isDead) return;
			const fault = this.#faultOf(request);
			this.#clock.later(this.#delay() + (owner?.lag ?? 0), () => {
				const serve = this.hosts.get(new URL(request.url).hostname);
				if (fault === 'lost' || serve === undefined) return this.#clock.later(below(this.#chance, 3_000), fail);
				if (fault === 'busy') return resolve(Response.json({ message: 'SQLITE_BUSY: database is locked', code: 'SQLITE_BUSY' }, { status: 503 }));
				serve(request).then(
					(response) => this.#clock.later(this.#delay(), () => (fault === 'answer-lost' ? fail() : resolve(response))),
					() => this.#clock.later(this.#delay(), fail),
				);
			});
		}).finally(() => owner && owner.timers--);
	};

	#faultOf(request: Request): Fault | null {
		const fault = this.faults.get(new URL(request.url).hostname);
		if (fault === undefined || fault.left <= 0) return null;
		fault.left--;
		return fault.how;
	}

	#delay(): number {
		return 1 + below(this.#chance, this.#chance() < 0.02 ? 2_000 : 12);
	}
}
