/** The lists (design.md, The mirror): every row this person may see, on the device, filtered and sorted there; the server sends what changed. */
import { untrack } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { Projection } from '#domain/documents/document-type.ts';
import { laterColumns, type MirrorKind, mirrorKinds, type MirrorRows, type SyncedRow } from '#domain/mirror.ts';
import type { WorkspaceSettings } from '#domain/settings.ts';
import type { Call } from './call.ts';
import type { Environment } from './environment.ts';
import { MirrorFeed } from './mirror-feed.ts';
import type { MirrorStatus } from './mirror-status.ts';
import type { MirrorStore, Reach } from './mirror-store.ts';
import { Overlay } from './overlay.ts';
import { contactNames, SearchReadying, searchRows } from './search.ts';
import { alone, type Tabs } from './tabs.ts';

export type MirrorOptions = {
	environment: Environment;
	call: Call;
	/** Null keeps the mirror in memory only. */
	store: MirrorStore | null;
	/** The tab that leads gets the rows for all; left out, this tab is alone. */
	tabs?: Tabs;
	/** The right that rows are sent under; another scope starts a new mirror. */
	scope: string;
	/** Reactive: the workspace's own fields of the settings. */
	workspace: () => Omit<WorkspaceSettings, 'stages' | 'fields' | 'tags' | 'teams' | 'people'>;
	/** Rows came from the server. */
	onRows: (rows: readonly SyncedRow[]) => void;
	/** The server refused this session or right. */
	onRefused: () => void;
};

const byPosition = (a: { position: number; name: string }, b: { position: number; name: string }) => a.position - b.position || a.name.localeCompare(b.name);
const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);

export class Mirror {
	#options: MirrorOptions;
	/** As the server sent them; `#shown` has the overlay on top. */
	#rows = new Map<MirrorKind, Map<string, any>>(mirrorKinds.map((kind) => [kind, new Map()]));
	#shown = new Map<MirrorKind, Map<string, any>>(mirrorKinds.map((kind) => [kind, new Map()]));
	#lists = new SvelteMap<MirrorKind, readonly any[]>(mirrorKinds.map((kind) => [kind, []]));
	#overlay = new Overlay();
	#dirty = new Set<MirrorKind>();
	#feed: MirrorFeed;
	#tabs: Tabs;
	#stopOthers: () => void;
	#settleTimer: unknown = null;
	#search: SearchReadying;
	#isEnded = false;
	#namesByCustomer = contactNames();
	#status = $state.raw<MirrorStatus>({ state: 'loading', syncedAt: null, received: 0, error: null });
	/** What the device holds is in memory. */
	readonly loaded: Promise<void>;
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
		const { environment, call, store, onRows, onRefused } = options;
		const tabs = (this.#tabs = options.tabs ?? alone(environment));
		this.#search = new SearchReadying(environment, (kind) => untrack(() => this.rows(kind)));
		const loaded = this.#load();
		this.loaded = loaded.then(() => {});
		this.#feed = new MirrorFeed({
			environment,
			call,
			store,
			tabs,
			loaded,
			onRefused,
			onPage: (rows, isAnew) => {
				this.#take(rows, isAnew);
				onRows(rows);
			},
			onStatus: (status) => {
				this.#status = status;
				if (status.state === 'synced') this.#settle();
			},
		});
		this.#stopOthers = tabs.on('overlay', ({ doc, projection }) => (projection ? this.#lay(doc, projection) : this.#acknowledge(doc)));
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
		return this.#feed.pull();
	}

	/** Resolves when what the server has now is here, however many tries that takes. */
	caughtUp(): Promise<void> {
		return this.#feed.caughtUp();
	}

	/** The server has something as of `seq`. */
	poke(seq: number): void {
		this.#feed.poke(seq);
	}

	/** Is the workspace's socket open, so that pokes come? When it opens, some may have been missed. */
	set isPoked(isPoked: boolean) {
		const wasPoked = this.#feed.isPoked;
		this.#feed.isPoked = isPoked;
		if (isPoked && !wasPoked) void this.#feed.pull();
	}

	/** Shows a document edited here, in all tabs, before the server does. */
	lay(doc: string, projection: Projection): void {
		this.#lay(doc, projection);
		this.#tabs.post('overlay', { doc, projection });
	}

	/** Everything edited in a document is in its room. */
	acknowledge(doc: string): void {
		this.#acknowledge(doc);
		this.#tabs.post('overlay', { doc });
	}

	end(): void {
		this.#isEnded = true;
		this.#stopOthers();
		this.#feed.end();
		this.#options.environment.clearTimeout(this.#settleTimer);
		this.#search.end();
	}

	#lay(doc: string, projection: Projection): void {
		this.#show(this.#overlay.lay(doc, projection, (kind) => [...this.#rows.get(kind)!.values()].filter((row) => (kind === 'task' ? row.doc === doc && row.item === row.id && row.state === 'open' : row.customerId === doc)).map((row) => row.id)));
	}

	#acknowledge(doc: string): void {
		this.#overlay.acknowledge(doc, this.#options.environment.now());
		this.#settle();
	}

	async #load(): Promise<Reach> {
		const { store, scope } = this.#options;
		const none: Reach = { cursor: null, syncedAt: null, scope, edition: 0 };
		try {
			if (!store) return none;
			const reach = await store.reach(scope);
			await Promise.all(
				mirrorKinds.map(async (kind) => {
					const later = laterColumns[kind];
					for (const { id, data } of await store.rows(kind)) this.#rows.get(kind)!.set(id, later ? { ...later, ...(data as object) } : data);
					this.#dirty.add(kind);
				}),
			);
			this.draw();
			return reach;
		} catch {
			// Unreadable: begin anew from the server, in memory as long as the device doesn't keep it.
			return none;
		}
	}

	#take(rows: readonly SyncedRow[], isAnew: boolean): void {
		if (isAnew) for (const all of this.#rows.values()) all.clear();
		for (const { kind, id, data } of rows) {
			// Kinds of a newer server: this app doesn't show them, and must not stumble over them (S15).
			const known = this.#rows.get(kind);
			if (data === null) known?.delete(id);
			else known?.set(id, data);
		}
		this.#settle();
		this.#show([...new Set(rows.map((row) => row.kind))].filter((kind) => this.#rows.has(kind)));
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
		if (!isScheduled) this.#options.environment.onFrame(() => this.draw());
	}

	/** Shows now what came since the last frame. */
	draw(): void {
		for (const kind of this.#dirty) {
			const shown = new Map(this.#rows.get(kind)!);
			for (const [id, fields] of this.#overlay.of(kind)) {
				if (fields === null) shown.delete(id);
				// What a box says of a task that isn't here makes no row.
				else if ('id' in fields || shown.has(id)) shown.set(id, { ...shown.get(id), ...fields });
			}
			this.#shown.set(kind, shown);
			this.#lists.set(kind, [...shown.values()]);
		}
		if (this.#dirty.has('customer') || this.#dirty.has('contact')) this.#search.begin();
		this.#dirty.clear();
	}
}
