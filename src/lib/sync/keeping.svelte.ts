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
/** `refused`: the server doesn’t give what its lists still name. */
export type PauseReason = 'offline' | 'metered' | 'storage-short' | 'storage-failed' | 'server' | 'refused';

export type KeepingOptions = {
	environment: Environment;
	call: Call;
	documents: DeviceStore;
	kept: KeptStore;
	/** Documents open in this tab: they keep themselves. */
	isOpen: (id: string) => boolean;
	/** Reactive: those of them whose content is here. */
	isHere: (id: string) => boolean;
	/** Brings the lists up to date with what came since the last frame: a page that nobody looks at draws none. */
	showRows: () => void;
	/** Reactive: what should be here, given how many customers at most; null while it isn't known, because the lists are still coming. */
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
const followEvery = 2_000;
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
	#timer: unknown = null;
	/** When the timer runs out, ms UTC; null while none runs. */
	#dueAt: number | null = null;
	#working: Promise<void> | null = null;
	#isEnded = false;
	/** Documents the server didn't give, by the stamp it refused: not asked for again until they change. */
	#refused = $state.raw<ReadonlyMap<string, number>>(new Map());
	#stopResume: () => void;

	constructor(options: KeepingOptions) {
		this.#options = options;
		this.#wish = this.#remembered();
		this.#stopResume = options.environment.onResume(() => this.look());
	}

	/** Reactive: what is kept, how much it takes, how much is still to come, and why not if not. As the lists are now, whenever it looked last. */
	get status(): { state: KeepingState; reason: PauseReason | null; documents: number; bytes: number; missing: number } {
		const { wanted, isHere } = this.#options;
		const bytes = [...this.#known.values()].reduce((sum, row) => sum + row.bytes, 0);
		const wishes = this.#wish.isOn ? wanted(this.#wish.limit) : [];
		const open = (wishes ?? []).filter(({ id }) => isHere(id));
		const lacking = (wishes ?? []).filter((wish) => !open.includes(wish) && (this.#isMissing(wish) || this.#isRefused(wish)));
		const state = this.#stateOf(wishes === null ? null : lacking.filter((wish) => !this.#isRefused(wish)).length, lacking.length);
		const reason = state !== 'paused' ? null : this.#state === 'paused' ? this.#reason : 'refused';
		return { state, reason, documents: this.#known.size + open.filter(({ id }) => !this.#known.has(id)).length, bytes, missing: lacking.length };
	}

	/** `missing` is still to be fetched, null while that isn't known; `lacking` counts what the server refused, too. */
	#stateOf(missing: number | null, lacking: number): KeepingState {
		if (!this.#wish.isOn) return 'off';
		if (missing === null || this.#state === 'looking') return 'looking';
		if (this.#state !== 'kept') return this.#state;
		return missing > 0 ? 'fetching' : lacking > 0 ? 'paused' : 'kept';
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
		const dueAt = environment.now() + after;
		// Rows that keep coming don't put it off.
		if (this.#isEnded || (this.#dueAt !== null && this.#dueAt <= dueAt)) return;
		environment.clearTimeout(this.#timer);
		this.#dueAt = dueAt;
		this.#timer = environment.setTimeout(() => ((this.#dueAt = null), void this.#work()), after);
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
		const { kept, wanted, showRows, isOpen, mayWork } = this.#options;
		showRows();
		const wishes = this.#wish.isOn ? wanted(this.#wish.limit) : [];
		if (wishes === null) return this.look();
		this.#known = await kept.documents();
		const missing = wishes.filter((wish) => this.#isMissing(wish));
		// Another tab does the work: how far it is, is seen on the device.
		if (!mayWork()) {
			[this.#state, this.#reason] = ['kept', null];
			return this.look(missing.length === 0 ? freshFor : followEvery);
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
		this.look(missing.some(({ id }) => isOpen(id)) ? tryAgainIn : freshFor);
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
			if (answer.code === 'no-such-room' || answer.code === 'no-document') {
				this.#refused = new Map(this.#refused).set(id, stamp);
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
		return null;
	}

	/** What was fetched and is not wanted any more leaves the device, unless edits in it still wait. */
	async #letGo(wanted: ReadonlySet<string>): Promise<void> {
		const { kept, documents, isOpen } = this.#options;
		for (const id of this.#known.keys())
			if (!wanted.has(id) && !isOpen(id) && (await documents.letGo(id))) await kept.dropDocument(id);
		this.#known = await kept.documents();
	}

	#isRefused({ id, stamp }: Wanted): boolean {
		return this.#refused.get(id) === stamp;
	}

	#isMissing(wish: Wanted): boolean {
		const { id, stamp } = wish;
		const known = this.#known.get(id);
		if (this.#isRefused(wish)) return false;
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
