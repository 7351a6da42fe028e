/** How much of a person's work no server has, on this device: in open documents, in the device's store, and in the queue. */
import type { CommandQueue } from './command-queue.svelte.ts';
import type { Documents } from './documents.svelte.ts';
import type { WorkStores } from './work-stores.ts';

export type Unsynced = { edits: number; commands: number };

export class Unsent {
	#documents: Documents;
	#queue: CommandQueue;
	#stores: WorkStores;

	constructor(documents: Documents, queue: CommandQueue, stores: WorkStores) {
		[this.#documents, this.#queue, this.#stores] = [documents, queue, stores];
	}

	/** Edits and commands that wait. */
	async count(): Promise<Unsynced> {
		const [edits] = await Promise.all([this.documents(), this.#queue.loaded]);
		return { edits: sum(edits), commands: this.#queue.waiting.length };
	}

	/** Documents with edits that wait, with how many. */
	async documents(): Promise<Map<string, number>> {
		return this.#edits().catch(() => this.#with(new Map()));
	}

	/**
	 * What would be lost if all of it left the device now, other tabs' included; null when that can't be read. Held and refused commands are
	 * work too: nobody has read yet why.
	 */
	async atStake(): Promise<Unsynced | null> {
		try {
			const commands = await this.#stores.commands.all();
			await this.#queue.loaded;
			const { waiting, held, refused } = this.#queue;
			const ids = new Set([...commands, ...waiting, ...held, ...refused].map(({ id }) => id));
			return { edits: sum(await this.#edits()), commands: ids.size };
		} catch {
			return null;
		}
	}

	/** Throws when the device can't be read. */
	async #edits(): Promise<Map<string, number>> {
		await this.#stores.documents.flush();
		return this.#with(await this.#stores.documents.unacked());
	}

	/** What open documents know beyond the device. */
	#with(edits: Map<string, number>): Map<string, number> {
		for (const document of this.#documents.open) edits.set(document.id, Math.max(document.waiting, edits.get(document.id) ?? 0));
		return new Map([...edits].filter(([, count]) => count > 0));
	}
}

const sum = (edits: ReadonlyMap<string, number>): number => [...edits.values()].reduce((all, count) => all + count, 0);
