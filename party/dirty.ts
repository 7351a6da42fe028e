/** Documents that must still publish, kept in the automation room's storage: a document room arms no alarm of its own (S9, S14). */
import { callRoom } from './call.ts';
import type { Storage } from './host.ts';
import type { Settings } from './settings.ts';

/** How long a document may publish by itself before the sweep asks it to, and before it is asked again, in ms. */
const graceMs = 5_000;
const againMs = 30_000;
/** Documents of one sweep, and how many are asked at once. */
const sweepSize = 40;
const atOnce = 4;

const prefix = 'dirty:';

export class Dirty {
	readonly #storage: Storage;
	readonly #settings: Settings;

	constructor(storage: Storage, settings: Settings) {
		this.#storage = storage;
		this.#settings = settings;
	}

	/** Remembers or forgets a document. `by`: which instance of its room says so; what another one owes stays (S11). `now` in ms. */
	async note(doc: string, isDirty: boolean, now: number, by = ''): Promise<void> {
		const key = `${prefix}${doc} ${by}`;
		if (isDirty) await this.#storage.put({ [key]: now + graceMs });
		else await this.#storage.delete([key]);
	}

	/** When the next document is to be asked, ms; null when all are published. */
	async nextAt(): Promise<number | null> {
		const due = [...(await this.#storage.list<number>({ prefix })).values()];
		return due.length > 0 ? Math.min(...due) : null;
	}

	/** Asks every document that is due to publish. One that can't is asked again later; one that was never created is forgotten. */
	async sweep(now: number): Promise<void> {
		const due = [...(await this.#storage.list<number>({ prefix }))].filter(([, at]) => at <= now).slice(0, sweepSize);
		const worker = async () => {
			for (let one = due.shift(); one; one = due.shift()) await this.#publish(one[0], one[1], now);
		};
		await Promise.all(Array.from({ length: atOnce }, worker));
	}

	async #publish(key: string, at: number, now: number): Promise<void> {
		const answer = await callRoom(this.#settings, 'document', key.slice(prefix.length).split(' ')[0]!, 'publish', {});
		// Changed again in the meantime: its own mark stands.
		if ((await this.#storage.get<number>(key)) !== at) return;
		if (answer.ok || answer.status === 404) await this.#storage.delete([key]);
		else await this.#storage.put({ [key]: now + againMs });
	}
}
