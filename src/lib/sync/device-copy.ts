/** What the device keeps of one open document (S16, S17): read when it is opened, and written with every change; whatever becomes of the storage. */
import * as Y from 'yjs';
import { backoff } from './backoff.ts';
import type { DeviceStore } from './device-store.ts';
import type { Environment } from './environment.ts';
import type { Mark, Waiting } from './waiting.svelte.ts';

export type DeviceCopyOptions = {
	id: string;
	doc: Y.Doc;
	store: DeviceStore;
	waiting: Waiting;
	environment: Pick<Environment, 'setTimeout' | 'clearTimeout' | 'random'>;
	/** Why what is on the device can't be used: it can't be read now, or not by this app; null once it was read. */
	onProblem: (problem: 'storage-failed' | 'unreadable' | null) => void;
	/** What came onto the device later, or couldn't be read at first, is in the document, and its edits are counted. */
	onReadLate: () => void;
};

/** The origin of what came from the device. */
export const fromDevice = Symbol('from the device');

export class DeviceCopy {
	#options: DeviceCopyOptions;
	#failures = 0;
	#timer: unknown = null;
	#isEnded = false;
	/** What was kept of it was taken off the device by another tab. */
	#isBare = false;
	#stop: () => void;

	constructor(options: DeviceCopyOptions) {
		this.#options = options;
		const { id, store, waiting } = options;
		this.#stop = store.whenKept((doc, made) => doc === id && waiting.store(made));
	}

	/** Takes what the device has into the document, also what other tabs kept there. What can't be read is tried again by itself. */
	async read(): Promise<void> {
		const { id, store, waiting, onProblem } = this.#options;
		try {
			const { updates, unacked } = await store.load(id);
			if (this.#isEnded) return;
			if (this.#failures > 0) onProblem(null);
			this.#failures = 0;
			for (const update of updates) this.#apply(update);
			for (const { tab, count, made } of unacked) waiting.hear(tab, made, made - count);
		} catch {
			if (this.#isEnded) return;
			onProblem('storage-failed');
			this.#readLater();
		}
	}

	/** Takes what came onto the device since, or couldn't be read before. */
	async readAgain(): Promise<void> {
		await this.read();
		if (this.#failures === 0 && !this.#isEnded) this.#options.onReadLate();
	}

	/** A change came in: of this tab, counted already, or of the room. */
	changed(update: Uint8Array, isLocal: boolean): void {
		const { id, store, waiting } = this.#options;
		if (!this.#isBare) store.append(id, update, isLocal ? waiting.own : null, waiting.counts.made);
		// On what isn't there any more, an edit could not stand.
		else this.keepWaiting();
	}

	/** The room keeps all up to `mark` (S4). */
	acknowledge(mark: Mark): void {
		const { id, store, waiting } = this.#options;
		store.acknowledge(id, waiting.own, mark);
	}

	/** Another tab took everything off the device (its person was taken out, or signed out there): what waits here is kept again, and goes on. */
	wiped(): void {
		this.#isBare = true;
		this.#options.waiting.unstore();
		this.keepWaiting();
	}

	/** Keeps all of the document, if edits in it wait: whatever became of what was kept before. */
	keepWaiting(): void {
		const { id, doc, store, waiting } = this.#options;
		if (waiting.total === 0) return;
		this.#isBare = false;
		store.appendWhole(id, Y.encodeStateAsUpdate(doc), waiting.unacked);
	}

	end(): void {
		this.#isEnded = true;
		this.#stop();
		this.#options.environment.clearTimeout(this.#timer);
	}

	#readLater(): void {
		const { environment } = this.#options;
		environment.clearTimeout(this.#timer);
		this.#timer = environment.setTimeout(() => void this.readAgain(), backoff(this.#failures++, environment.random));
	}

	#apply(update: Uint8Array): void {
		try {
			Y.applyUpdate(this.#options.doc, update, fromDevice);
		} catch {
			this.#options.onProblem('unreadable');
		}
	}
}
