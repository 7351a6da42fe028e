/**
 * Documents on the device (S16, S17): the updates of every opened document as rows, in a database of this user and workspace.
 * Own, not y-indexeddb, which throws into the editing call after the browser closed its connection and grows by a row per opening.
 */
import { backoff } from './backoff.ts';
import { answered, deviceDatabase, type DeviceDatabase } from './device-database.ts';
import { compact, compactAt, keep, marked, remove, stores, tabsOf, total, type UnackedRow, type UpdateRow, type Write } from './document-rows.ts';
import type { Environment } from './environment.ts';
import type { Mark } from './waiting.svelte.ts';

/** What this device holds of a document. `waiting` counts this device's edits that no room has acknowledged, `unacked` says by which tab. */
export type StoredDocument = { updates: Uint8Array[]; waiting: number; unacked: Unacked[] };
/** Edits of one tab that no room has acknowledged: the last `count` of the `made` it made. */
export type Unacked = { tab: string; count: number; made: number };

export class DeviceStore {
	#database: DeviceDatabase | null;
	#environment: Environment;
	#tab: string;
	#pending = new Map<string, Write>();
	#underWay: readonly Write[] = [];
	#writing: Promise<void> | null = null;
	#failures = 0;
	#timer: unknown = null;
	#isInUse = true;
	#problem: string | null = null;
	#onProblem: (problem: string | null) => void;
	#onWiped = new Set<() => void>();
	#onKept = new Set<(doc: string, made: number) => unknown>();
	/** How many rows documents have here, as far as this tab knows. */
	#rows = new Map<string, number>();

	/** `onProblem` hears why the device can't keep work, and null when it can again. */
	constructor(name: string, tab: string, environment: Environment, onProblem: (problem: string | null) => void = () => {}) {
		this.#environment = environment;
		this.#tab = tab;
		this.#onProblem = onProblem;
		this.#database = environment.indexedDB === undefined ? null : deviceDatabase(environment.indexedDB, name, stores, { onWiped: () => this.#onWiped.forEach((hear) => hear()) });
		environment.onResume(() => void this.flush());
		if (this.#database === null) this.#become('no-storage');
	}

	/** Another place goes on with it, under another tab's id: what the device hasn't taken yet is there for it. */
	serve(tab: string, onProblem: (problem: string | null) => void): void {
		[this.#tab, this.#onProblem, this.#isInUse] = [tab, onProblem, true];
		onProblem(this.#problem);
	}

	/** Calls back when another tab took everything off the device: what was kept of documents that are open here is gone. Returns how to stop. */
	whenWiped(hear: () => void): () => void {
		this.#onWiped.add(hear);
		return () => void this.#onWiped.delete(hear);
	}

	/** Calls back when the device has taken edits of this tab: of `doc`, the first `made` it made. Returns how to stop. */
	whenKept(hear: (doc: string, made: number) => unknown): () => void {
		this.#onKept.add(hear);
		return () => void this.#onKept.delete(hear);
	}

	/** What is on the device, and what it hasn't taken yet; throws when the storage can't be read and nothing of the document is in memory. */
	async load(doc: string): Promise<StoredDocument> {
		await this.flush();
		const held = this.#held().filter((write) => write.doc === doc);
		const stored = await this.#read(doc).catch((cause) => {
			if (held.length === 0) throw cause;
			return { updates: [], unacked: [] };
		});
		const unacked = marked(stored.unacked, held);
		return { updates: [...stored.updates, ...held.flatMap(({ updates }) => updates)], waiting: total(unacked), unacked: unacked.map(({ tab, count, made = count }) => ({ tab, count, made })) };
	}

	/** Documents with edits of this device that no room has acknowledged, with how many. */
	async unacked(): Promise<Map<string, number>> {
		const held = this.#held();
		const rows: UnackedRow[] = this.#database === null ? [] : await this.#database.run('readonly', (transaction) => answered(transaction.objectStore('unacked').getAll()));
		const counts = new Map<string, number>();
		for (const row of marked(rows, held)) counts.set(row.doc, (counts.get(row.doc) ?? 0) + row.count);
		return counts;
	}

	/** Keeps an update, soon and for sure: it stays in memory until the device took it. `unacked` is this tab's count after it, of `made` in all; null leaves it. */
	append(doc: string, update: Uint8Array, unacked: number | null, made = unacked ?? 0): void {
		const write = this.#writeOf(doc);
		write.updates.push(update);
		if (unacked !== null) write.unacked.set(this.#tab, { count: unacked, made });
		void this.flush();
	}

	/** Keeps all of a document, which needs nothing that was kept before it, with the edits in it that no room has acknowledged. */
	appendWhole(doc: string, whole: Uint8Array, waiting: readonly Unacked[]): void {
		const write = this.#writeOf(doc);
		write.updates.push(whole);
		for (const { tab, count, made } of waiting) write.unacked.set(tab, { count, made });
		void this.flush();
	}

	/** A room acknowledged the edits of `mark`: `remaining` of this tab's still wait; those of tabs that are gone don't. */
	acknowledge(doc: string, remaining: number, mark: Mark): void {
		const own = this.#writeOf(doc).unacked.set(this.#tab, { count: remaining, made: (mark[this.#tab] ?? 0) + remaining });
		for (const { unacked } of this.#held().filter((write) => write.doc === doc))
			for (const [tab, { made }] of unacked) if (tab !== this.#tab && made <= (mark[tab] ?? 0)) own.set(tab, { count: 0, made });
		void this.flush().then(() =>
			this.#database
				?.run('readwrite', async (transaction) => {
					const store = transaction.objectStore('unacked');
					const rows: UnackedRow[] = await answered(store.getAll(tabsOf(doc)));
					for (const { tab, count, made = count } of rows) if (tab !== this.#tab && made <= (mark[tab] ?? 0)) store.delete([doc, tab]);
				})
				.catch(() => {}),
		);
	}

	/** Takes a document off the device; false, and nothing done, while it holds edits that no room has acknowledged (SY4). */
	async letGo(doc: string): Promise<boolean> {
		if (this.#database === null) return true;
		await this.flush();
		if (this.#held().some((write) => write.doc === doc)) return false;
		return this.#database.run('readwrite', async (transaction) => {
			const unacked: UnackedRow[] = await answered(transaction.objectStore('unacked').getAll(tabsOf(doc)));
			if (total(unacked) > 0) return false;
			await remove(transaction, doc);
			return true;
		});
	}

	/** Takes a document off the device with the edits that no room has: only when its person said so (SY5). */
	async discard(doc: string): Promise<void> {
		this.#pending.delete(doc);
		this.#rows.delete(doc);
		await this.#database?.run('readwrite', (transaction) => remove(transaction, doc));
	}

	/** Writes what is pending; resolves when it is kept, or when the device refused (it is tried again by itself). */
	flush(): Promise<void> {
		if (this.#writing !== null) return this.#writing;
		if (this.#pending.size === 0 || this.#database === null) return Promise.resolve();
		return (this.#writing = this.#write());
	}

	/** Its place ended. What the device hasn't taken stays in memory and is tried again, for as long as this tab lives. */
	async close(): Promise<void> {
		this.#isInUse = false;
		this.#onProblem = () => {};
		await this.flush();
		if (!this.#isInUse) this.#database?.close();
	}

	/** Removes everything of this user and workspace from the device (S17). */
	async wipe(): Promise<void> {
		this.#pending.clear();
		await this.close();
		// What was under way and failed meanwhile.
		this.#pending.clear();
		await this.#database?.wipe();
	}

	#writeOf(doc: string): Write {
		const write = this.#pending.get(doc) ?? { doc, updates: [], unacked: new Map() };
		this.#pending.set(doc, write);
		return write;
	}

	async #write(): Promise<void> {
		// Free again in the very step that found nothing left: what is appended later begins a write of its own.
		try {
			while (this.#pending.size > 0 && this.#database !== null) {
				const writes = (this.#underWay = [...this.#pending.values()]);
				this.#pending.clear();
				try {
					await this.#database.run('readwrite', async (transaction) => {
						await Promise.all(writes.map((write) => keep(transaction, write, this.#tab)));
					});
					if (this.#failures > 0) this.#become(null);
					this.#failures = 0;
					for (const write of writes) this.#kept(write);
				} catch (cause) {
					for (const write of writes) this.#giveBack(write);
					this.#become(cause instanceof DOMException && cause.name === 'QuotaExceededError' ? 'storage-full' : 'storage-failed');
					this.#environment.clearTimeout(this.#timer);
					this.#timer = this.#environment.setTimeout(() => void this.flush(), backoff(this.#failures++, this.#environment.random));
					return;
				} finally {
					this.#underWay = [];
				}
				await this.#tidy();
			}
			if (!this.#isInUse) this.#database?.close();
		} finally {
			this.#writing = null;
		}
	}

	#kept({ doc, updates, unacked }: Write): void {
		if (updates.length > 0) this.#rows.set(doc, (this.#rows.get(doc) ?? 0) + 1);
		const own = unacked.get(this.#tab);
		if (own) this.#onKept.forEach((hear) => hear(doc, own.made));
	}

	/** Makes one row of many. Apart from the writes, which then have nothing to read; what fails is done with a later one. */
	async #tidy(): Promise<void> {
		for (const [doc, rows] of this.#rows) {
			if (rows < compactAt) continue;
			const left = await this.#database?.run('readwrite', (transaction) => compact(transaction, doc)).catch(() => rows);
			this.#rows.set(doc, left ?? rows);
		}
	}

	#giveBack({ doc, updates, unacked }: Write): void {
		const newer = this.#pending.get(doc);
		this.#pending.set(doc, { doc, updates: [...updates, ...(newer?.updates ?? [])], unacked: new Map([...unacked, ...(newer?.unacked ?? [])]) });
	}

	/** What isn't on the device yet, oldest first. */
	#held(): Write[] {
		return [...this.#underWay, ...this.#pending.values()];
	}

	async #read(doc: string): Promise<{ updates: Uint8Array[]; unacked: UnackedRow[] }> {
		if (this.#database === null) return { updates: [], unacked: [] };
		return this.#database.run('readonly', async (transaction) => {
			const rows: UpdateRow[] = await answered(transaction.objectStore('updates').index('doc').getAll(doc));
			this.#rows.set(doc, rows.length);
			return { updates: rows.map((row) => row.update), unacked: await answered(transaction.objectStore('unacked').getAll(tabsOf(doc))) };
		});
	}

	#become(problem: string | null): void {
		this.#problem = problem;
		this.#onProblem(problem);
	}
}
