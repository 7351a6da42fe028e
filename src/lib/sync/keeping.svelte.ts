/** Keeps a person's documents on the device before they ask for them (SY1, ADR 14): a few at a time, only what changed, and no more than there is room for. */
import * as Y from 'yjs';
import { fromBase64, toBase64 } from '#domain/base64.ts';
import type { Call } from './call.ts';
import type { DeviceStore } from './device-store.ts';
import type { Environment } from './environment.ts';
import type { KeptDocument, KeptStore } from './kept-store.ts';
import type { Wanted } from './wanted.ts';

/** A person's wish on this device. `limit`: how many customers at most. */
export type KeepingWish = { isOn: boolean; limit: number; onMetered: boolean };
/** `looking` until it is known what is here, `off`, at rest with everything here (`kept`), `fetching`, or `paused` with why. */
export type KeepingState = 'looking' | 'off' | 'kept' | 'fetching' | 'paused';
export type PauseReason = 'offline' | 'metered' | 'storage-short' | 'storage-failed' | 'server';

export type KeepingOptions = {
	environment: Environment;
	call: Call;
	documents: DeviceStore;
	kept: KeptStore;
	/** Documents open in this tab: they keep themselves. */
	isOpen: (id: string) => boolean;
	/** What should be here, given how many customers at most; null while the lists are not all here. */
	wanted: (limit: number) => readonly Wanted[] | null;
	/** Customers that were deleted (CU10). */
	deleted: () => readonly string[];
	/** Whether this tab does the work of all (one does). */
	mayWork: () => boolean;
	/** Reactive: why the device can't keep work, or null. */
	storageProblem: () => string | null;
	/** Where the wish is kept: one per person and workspace. */
	wishKey: string;
};

const atOnce = 3;
/** A document's text may change without its row: it is looked at again after this, in ms. */
const freshFor = 12 * 3_600_000;
const settleFor = 1_000;
const tryAgainIn = 60_000;
/** Below this much room left, or this share of it, nothing more is fetched: what is written here comes first. */
const roomLeft = 50_000_000;
const shareLeft = 0.1;
export const keepingLimits = [50, 200, 500] as const;
const firstWish: KeepingWish = { isOn: true, limit: 200, onMetered: false };

export class Keeping {
	#options: KeepingOptions;
	#known = $state.raw<ReadonlyMap<string, KeptDocument>>(new Map());
	#wish = $state.raw<KeepingWish>(firstWish);
	#state = $state<KeepingState>('looking');
	#reason = $state<PauseReason | null>(null);
	#missing = $state(0);
	#timer: unknown = null;
	#working: Promise<void> | null = null;
	#isEnded = false;
	/** Documents the server didn't give, by the stamp it refused: not asked for again until they change. */
	#refused = new Map<string, number>();
	#stopResume: () => void;

	constructor(options: KeepingOptions) {
		this.#options = options;
		this.#wish = this.#remembered();
		this.#stopResume = options.environment.onResume(() => this.look());
	}

	/** Reactive: what is kept, how much it takes, how much is still to come, and why not if not. */
	get status(): { state: KeepingState; reason: PauseReason | null; documents: number; bytes: number; missing: number } {
		const bytes = [...this.#known.values()].reduce((sum, row) => sum + row.bytes, 0);
		return { state: this.#wish.isOn ? this.#state : 'off', reason: this.#reason, documents: this.#known.size, bytes, missing: this.#missing };
	}

	get wish(): KeepingWish {
		return this.#wish;
	}

	/** Changes the wish, on this device. Off lets everything go that was fetched ahead of time. */
	change(wish: Partial<KeepingWish>): void {
		this.#wish = { ...this.#wish, ...wish };
		try {
			this.#options.environment.storage?.setItem(this.#options.wishKey, JSON.stringify(this.#wish));
		} catch {
			// Full or forbidden: the wish holds for this visit.
		}
		this.look(0);
	}

	/** Rows changed, or the device came back: looks, soon, whether something is to be fetched or let go. */
	look(after = settleFor): void {
		const { environment } = this.#options;
		if (this.#isEnded) return;
		environment.clearTimeout(this.#timer);
		this.#timer = environment.setTimeout(() => void this.#work(), after);
	}

	/** Rows went, and these documents with them: they leave the device, unless somebody has them open or edits in them still wait (SY4). */
	async gone(ids: readonly string[]): Promise<void> {
		const { documents, kept, isOpen, mayWork } = this.#options;
		if (mayWork()) for (const id of ids) if (!isOpen(id) && (await documents.letGo(id))) await kept.dropDocument(id);
	}

	end(): void {
		this.#isEnded = true;
		this.#stopResume();
		this.#options.environment.clearTimeout(this.#timer);
	}

	#work(): Promise<void> {
		if (this.#working) return this.#working.then(() => this.look());
		return (this.#working = this.#pass()
			.catch(() => this.#pause('storage-failed'))
			.finally(() => (this.#working = null)));
	}

	async #pass(): Promise<void> {
		const { environment, kept, wanted, isOpen, mayWork } = this.#options;
		this.#known = await kept.documents();
		const wishes = this.#wish.isOn ? wanted(this.#wish.limit) : [];
		if (wishes === null) return;
		const missing = wishes.filter((wish) => this.#isMissing(wish));
		this.#missing = missing.length;
		// Another tab does the work: what it has left to do is all this one knows.
		if (!mayWork()) {
			[this.#state, this.#reason] = [missing.length === 0 ? 'kept' : 'fetching', null];
			return;
		}
		await this.#letGo(new Set(wishes.map((wish) => wish.id)));
		// Those that were open when they were deleted.
		await this.gone(this.#options.deleted());
		const queue = missing.filter((wish) => !isOpen(wish.id));
		if (queue.length > 0) {
			const reason = await this.#obstacle();
			if (reason) return this.#pause(reason);
			this.#state = 'fetching';
			const outcomes = await Promise.all(Array.from({ length: atOnce }, () => this.#fetchFrom(queue)));
			const failure = outcomes.find((outcome) => outcome !== null);
			if (failure) return this.#pause(failure);
		}
		[this.#state, this.#reason] = ['kept', null];
		// Those that are open now, and texts that change without their row.
		if (!this.#isEnded) this.#timer = environment.setTimeout(() => void this.#work(), missing.length > queue.length ? tryAgainIn : freshFor);
	}

	/** One of a few workers on the same queue; stops at the first reason that holds for all. */
	async #fetchFrom(queue: Wanted[]): Promise<PauseReason | null> {
		for (let next = queue.shift(); next && !this.#isEnded; next = queue.shift()) {
			const failure = (await this.#fetch(next)) ?? (await this.#obstacle());
			if (!failure) continue;
			queue.length = 0;
			return failure;
		}
		return null;
	}

	async #fetch({ id, stamp }: Wanted): Promise<PauseReason | null> {
		const { call, documents, kept, environment } = this.#options;
		const { updates } = await documents.load(id);
		const here = updates.length === 0 ? null : Y.mergeUpdates(updates);
		const answer = await call<{ update: string }>(`/api/documents/${id}`, { vector: here && toBase64(Y.encodeStateVectorFromUpdate(here)) });
		if (this.#isEnded) return null;
		if (!answer.ok) {
			if (answer.status === 403 || answer.status === 404) {
				this.#refused.set(id, stamp);
				return null;
			}
			return answer.status === 0 ? 'offline' : 'server';
		}
		const update = fromBase64(answer.value.update);
		if (update === null) return 'server';
		// Two bytes say that nothing is new.
		if (update.length > 2) documents.append(id, update, null);
		await documents.flush();
		if (this.#options.storageProblem()) return 'storage-failed';
		const row = { id, stamp, at: environment.now(), bytes: (here?.length ?? 0) + update.length };
		await kept.keepDocument(row);
		this.#known = new Map(this.#known).set(id, row);
		this.#missing = Math.max(0, this.#missing - 1);
		return null;
	}

	/** What was fetched and is not wanted any more leaves the device, unless edits in it still wait. */
	async #letGo(wanted: ReadonlySet<string>): Promise<void> {
		const { kept, documents, isOpen } = this.#options;
		for (const id of this.#known.keys())
			if (!wanted.has(id) && !isOpen(id) && (await documents.letGo(id))) await kept.dropDocument(id);
		this.#known = await kept.documents();
	}

	#isMissing({ id, stamp }: Wanted): boolean {
		const known = this.#known.get(id);
		if (this.#refused.get(id) === stamp) return false;
		return known === undefined || known.stamp !== stamp || this.#options.environment.now() - known.at >= freshFor;
	}

	/** Why nothing may be fetched now, or null. */
	async #obstacle(): Promise<PauseReason | null> {
		const { environment, storageProblem } = this.#options;
		if (environment.isMetered() && !this.#wish.onMetered) return 'metered';
		const problem = storageProblem();
		if (problem) return problem === 'storage-full' ? 'storage-short' : 'storage-failed';
		const space = await environment.space();
		return space && space.quota - space.used < Math.min(roomLeft, space.quota * shareLeft) ? 'storage-short' : null;
	}

	#pause(reason: PauseReason): void {
		[this.#state, this.#reason] = ['paused', reason];
		this.look(tryAgainIn);
	}

	#remembered(): KeepingWish {
		try {
			const found = JSON.parse(this.#options.environment.storage?.getItem(this.#options.wishKey) ?? '{}');
			return { ...firstWish, ...found };
		} catch {
			return firstWish;
		}
	}
}
