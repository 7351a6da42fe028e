/** The lists (design.md, The mirror): every row this person may see, on the device, filtered and sorted there; the server sends what changed. */
import { untrack } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { Projection } from '#domain/documents/document-type.ts';
import { type MirrorKind, mirrorKinds, type MirrorRows, type SyncedRow } from '#domain/mirror.ts';
import type { WorkspaceSettings } from '#domain/settings.ts';
import { backoff } from './backoff.ts';
import type { Answer, Call } from './call.ts';
import type { Environment } from './environment.ts';
import { MirrorStore, type Reach } from './mirror-store.ts';
import { Overlay } from './overlay.ts';
import { contactNames, prepare, searchRows } from './search.ts';

export type MirrorStatus = {
	/** `loading`: from the device. `syncing`: pages are coming; what is there can be used. `stale`: the last try failed, see `error`. */
	state: 'loading' | 'syncing' | 'synced' | 'stale';
	/** When all was here last, ms UTC; null before the first time. */
	syncedAt: number | null;
	/** Rows received since the last start of a sync that isn't done. */
	received: number;
	error: { code: string; message: string } | null;
};

export type MirrorOptions = {
	environment: Environment;
	call: Call;
	/** Null keeps the mirror in memory only. */
	store: MirrorStore | null;
	/** The right that rows are sent under; another scope starts a new mirror. */
	scope: string;
	/** Reactive: the workspace's own fields of the settings. */
	workspace: () => Omit<WorkspaceSettings, 'stages' | 'fields' | 'tags' | 'teams' | 'people'>;
	/** Rows came from the server. */
	onRows: (rows: readonly SyncedRow[]) => void;
	/** The server refused this session or right. */
	onRefused: () => void;
};

type Page = { rows: SyncedRow[]; cursor: string | number; isDone: boolean; seq: number };
const pageSize = 2_000;
/** Rows made ready for search at a time: about 2 ms on a phone. */
const searchBite = 500;
const pollEvery = 30_000;
const byPosition = (a: { position: number; name: string }, b: { position: number; name: string }) => a.position - b.position || a.name.localeCompare(b.name);
const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);

export class Mirror {
	#options: MirrorOptions;
	/** As the server sent them; `#shown` has the overlay on top. */
	#rows = new Map<MirrorKind, Map<string, any>>(mirrorKinds.map((kind) => [kind, new Map()]));
	#shown = new Map<MirrorKind, Map<string, any>>(mirrorKinds.map((kind) => [kind, new Map()]));
	#lists = new SvelteMap<MirrorKind, readonly any[]>(mirrorKinds.map((kind) => [kind, []]));
	#overlay = new Overlay();
	/** Rows that the device hasn't taken yet. */
	#unkept = new Map<string, SyncedRow>();
	#dirty = new Set<MirrorKind>();
	#reach: Reach;
	#pulling: Promise<void> | null = null;
	#next: Promise<void> | null = null;
	/** Who waits for a pull that begins from now on and ends well. */
	#awaited: (() => void)[] = [];
	#failures = 0;
	#timer: unknown = null;
	#settleTimer: unknown = null;
	#searchTimer: unknown = null;
	#isEnded = false;
	#isStartingOver = false;
	#known = 0;
	#stopResume: () => void;
	#namesByCustomer = contactNames();
	#status = $state.raw<MirrorStatus>({ state: 'loading', syncedAt: null, received: 0, error: null });
	/** What the device holds is in memory. */
	readonly loaded: Promise<void>;
	/** Is the workspace's socket open, so that pokes come? Set by who owns the socket. */
	isPoked = false;

	#settings = $derived.by<WorkspaceSettings>(() => ({
		...this.#options.workspace(),
		stages: this.rows('stage').toSorted(byPosition),
		fields: this.rows('field').toSorted(byPosition) as WorkspaceSettings['fields'],
		tags: this.rows('tag').toSorted(byName),
		teams: this.rows('team').toSorted(byName),
		people: this.rows('person').toSorted(byName),
	}));

	constructor(options: MirrorOptions) {
		this.#options = options;
		this.#reach = { cursor: null, syncedAt: null, scope: options.scope };
		this.#stopResume = options.environment.onResume(() => void this.pull());
		this.loaded = this.#load();
		void this.loaded.then(() => this.pull());
	}

	get status(): MirrorStatus {
		return this.#status;
	}

	/** The workspace's settings, stages and fields in their order (reactive). */
	get settings(): WorkspaceSettings {
		return this.#settings;
	}

	/** Every row of a kind (reactive): a new array when something changed, the same one otherwise. */
	rows<K extends MirrorKind>(kind: K): readonly MirrorRows[K][] {
		return this.#lists.get(kind) ?? [];
	}

	/** One row (reactive), or undefined. */
	row<K extends MirrorKind>(kind: K, id: string): MirrorRows[K] | undefined {
		this.#lists.get(kind);
		return this.#shown.get(kind)!.get(id);
	}

	/** One row as the server said it last, without what was edited here since. */
	served<K extends MirrorKind>(kind: K, id: string): MirrorRows[K] | undefined {
		return this.#rows.get(kind)!.get(id) as MirrorRows[K] | undefined;
	}

	count(kind: MirrorKind): number {
		return this.rows(kind).length;
	}

	/** Rows that hold every word of `text` (reactive); a customer is found by its contacts too. */
	search<K extends MirrorKind>(kind: K, text: string): readonly MirrorRows[K][] {
		const rows = this.rows(kind);
		if (kind !== 'customer') return searchRows(kind, rows, text);
		const names = this.#namesByCustomer(this.rows('contact'));
		return searchRows(kind, rows, text, (row) => names.get(row.id) ?? '');
	}

	searchCustomers(text: string): readonly MirrorRows['customer'][] {
		return this.search('customer', text);
	}

	/** Gets what changed up to now. Calls during a pull make one more after it, and resolve with that. */
	pull(): Promise<void> {
		if (this.#isEnded) return Promise.resolve();
		if (this.#pulling)
			return (this.#next ??= this.#pulling.then(() => {
				this.#next = null;
				return this.pull();
			}));
		this.#options.environment.clearTimeout(this.#timer);
		this.#pulling = this.loaded
			.then(() => this.#pull())
			.finally(() => {
				this.#pulling = null;
				this.#schedule();
			});
		return this.#pulling;
	}

	/** Resolves when what the server has now is here, however many tries that takes. */
	caughtUp(): Promise<void> {
		return new Promise((resolve) => {
			this.#awaited.push(resolve);
			void this.pull();
		});
	}

	/** The server has something as of `seq`. */
	poke(seq: number): void {
		if (seq > this.#known) void this.pull();
	}

	/** Shows a document edited here, before the server does. */
	lay(doc: string, projection: Projection): void {
		this.#show(this.#overlay.lay(doc, projection, (kind) => [...this.#rows.get(kind)!.values()].filter((row) => row.customerId === doc).map((row) => row.id)));
	}

	/** Everything edited in a document is in its room. */
	acknowledge(doc: string): void {
		this.#overlay.acknowledge(doc, this.#options.environment.now());
		this.#settle();
	}

	end(): void {
		this.#isEnded = true;
		this.#stopResume();
		this.#options.environment.clearTimeout(this.#timer);
		this.#options.environment.clearTimeout(this.#settleTimer);
		this.#options.environment.clearTimeout(this.#searchTimer);
		this.#options.store?.close();
	}

	async #load(): Promise<void> {
		const { store, scope } = this.#options;
		try {
			if (store) {
				this.#reach = await store.reach(scope);
				await Promise.all(
					mirrorKinds.map(async (kind) => {
						for (const { id, data } of await store.rows(kind)) this.#rows.get(kind)!.set(id, data);
						this.#dirty.add(kind);
					}),
				);
				this.#draw();
			}
		} catch {
			// Unreadable: begin anew from the server, in memory as long as the device doesn't keep it.
			this.#reach = { cursor: null, syncedAt: null, scope };
		}
		this.#status = { ...this.#status, state: 'stale', syncedAt: this.#reach.syncedAt };
	}

	async #pull(): Promise<void> {
		const isFirst = this.#reach.syncedAt === null;
		const awaited = this.#awaited.splice(0);
		let received = 0;
		if (isFirst || this.#status.error) this.#status = { ...this.#status, state: 'syncing', received: 0 };
		for (;;) {
			const { cursor } = this.#reach;
			const answer: Answer<Page> = await this.#options.call(`/api/sync?after=${encodeURIComponent(cursor ?? '0')}&limit=${pageSize}`);
			if (this.#isEnded) return;
			if (!answer.ok) {
				// The server was put back or replaced, and doesn't know how far we are: all is fetched anew over what is shown.
				if (answer.code === 'not-a-cursor' && cursor !== null) {
					this.#reach = { ...this.#reach, cursor: null, syncedAt: null };
					this.#isStartingOver = true;
					continue;
				}
				this.#failures++;
				this.#awaited.push(...awaited);
				this.#status = { ...this.#status, state: 'stale', error: { code: answer.code, message: answer.message } };
				if (answer.status === 401 || answer.status === 403) this.#options.onRefused();
				return;
			}
			const { rows, isDone, seq } = answer.value;
			received += rows.length;
			if (this.#isStartingOver) await this.#startOver();
			await this.#take(rows, {
				...this.#reach,
				cursor: String(answer.value.cursor),
				syncedAt: isDone ? this.#options.environment.now() : this.#reach.syncedAt,
			});
			this.#known = Math.max(this.#known, isDone ? seq : 0);
			this.#failures = 0;
			this.#options.onRows(rows);
			this.#status = { state: isDone ? 'synced' : 'syncing', syncedAt: this.#reach.syncedAt, received, error: null };
			if (!isDone) continue;
			this.#settle();
			for (const resolve of awaited) resolve();
			return;
		}
	}

	async #startOver(): Promise<void> {
		this.#isStartingOver = false;
		for (const rows of this.#rows.values()) rows.clear();
		this.#unkept.clear();
		await this.#options.store?.clear(this.#reach).catch(() => {});
	}

	async #take(rows: SyncedRow[], reach: Reach): Promise<void> {
		for (const { kind, id, data } of rows) {
			// Kinds of a newer server: this app doesn't show them, and must not stumble over them (S15).
			const known = this.#rows.get(kind);
			if (data === null) known?.delete(id);
			else known?.set(id, data);
		}
		this.#reach = reach;
		this.#settle();
		this.#show([...new Set(rows.map((row) => row.kind))].filter((kind) => this.#rows.has(kind)));
		for (const row of rows) if (this.#rows.has(row.kind)) this.#unkept.set(`${row.kind} ${row.id}`, row);
		try {
			await this.#options.store?.keep([...this.#unkept.values()], reach);
			this.#unkept.clear();
		} catch {
			// Shown from memory, and kept with the next page: the device's cursor must never pass rows that it lacks.
		}
	}

	#settle(): void {
		const { environment } = this.#options;
		this.#show(this.#overlay.settle(environment.now(), (kind, id) => this.#rows.get(kind)!.get(id)));
		environment.clearTimeout(this.#settleTimer);
		const next = this.#overlay.nextSettle();
		if (next !== null && !this.#isEnded) this.#settleTimer = environment.setTimeout(() => this.#settle(), Math.max(0, next - environment.now()) + 1);
	}

	/** Shows kinds that changed, at most once a frame, however many pages come. */
	#show(kinds: readonly MirrorKind[]): void {
		if (kinds.length === 0) return;
		const isScheduled = this.#dirty.size > 0;
		for (const kind of kinds) this.#dirty.add(kind);
		if (!isScheduled) this.#options.environment.onFrame(() => this.#draw());
	}

	#draw(): void {
		for (const kind of this.#dirty) {
			const shown = new Map(this.#rows.get(kind)!);
			for (const [id, fields] of this.#overlay.of(kind)) {
				if (fields === null) shown.delete(id);
				else shown.set(id, { ...shown.get(id), ...fields });
			}
			this.#shown.set(kind, shown);
			this.#lists.set(kind, [...shown.values()]);
		}
		if (this.#dirty.has('customer') || this.#dirty.has('contact')) this.#prepareSearch(0);
		this.#dirty.clear();
	}

	/** Readies the search in small bites, so that neither the first key nor any frame waits for it. */
	#prepareSearch(from: number): void {
		const { environment } = this.#options;
		environment.clearTimeout(this.#searchTimer);
		this.#searchTimer = environment.setTimeout(() => {
			const done =
				prepare(
					'customer',
					untrack(() => this.rows('customer')),
					from,
					searchBite,
				) +
				prepare(
					'contact',
					untrack(() => this.rows('contact')),
					from,
					searchBite,
				);
			if (done > 0 && !this.#isEnded) this.#prepareSearch(from + searchBite);
		}, 20);
	}

	/** The next look: soon after a failure, each 30 s while no pokes come. */
	#schedule(): void {
		const { environment } = this.#options;
		if (this.#isEnded) return;
		environment.clearTimeout(this.#timer);
		const wait = this.#failures > 0 ? backoff(this.#failures - 1, environment.random) : pollEvery;
		this.#timer = environment.setTimeout(() => {
			if (this.#failures === 0 && (this.isPoked || !environment.isVisible())) this.#schedule();
			else void this.pull();
		}, wait);
	}
}
