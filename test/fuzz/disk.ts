/**
 * A room's storage: what is written without an `await` in between happens together or not at all, is seen at once, and is on disk only after
 * a while; a kill takes what isn't. It fails when it is told to.
 */
import * as Y from 'yjs';
import { Log } from '#party/log.ts';
import type { Storage } from '#party/host.ts';
import { recordsIn } from '#party/record.ts';
import { below, type Chance } from './chance.ts';
import type { Clock } from './clock.ts';

type Change = (entries: Map<string, unknown>) => void;
type Batch = { changes: Change[]; keys: string[]; settled: Promise<void> };

/** `put`: a write is refused whole. `sync`: it is taken and lost later. `list`: nothing can be read. */
export type DiskFault = 'put' | 'sync' | 'list' | null;

export class Disk {
	/** What a restart finds. */
	durable = new Map<string, unknown>();
	fault: DiskFault = null;
	/** All content that was ever on disk, for documents: what was acknowledged must be in it. */
	readonly content = new Y.Doc();
	alarm: number | null = null;
	onAlarm: (at: number | null) => void = () => {};
	#batches: Batch[] = [];
	#open: Batch | null = null;
	#clock: Clock;
	#chance: Chance;
	#generation = 0;

	constructor(clock: Clock, chance: Chance) {
		this.#clock = clock;
		this.#chance = chance;
	}

	/** The storage as one instance has it: it reaches the disk until the instance is gone. */
	mount(isGone: () => boolean): Storage & { setAlarm(at: number): Promise<void>; getAlarm(): Promise<number | null> } {
		const alive = <T>(work: () => Promise<T>): Promise<T> => (isGone() ? new Promise(() => {}) : work());
		return {
			get: <T>(key: string) => alive(async () => structuredClone(this.#read().get(key)) as T | undefined),
			put: (entries) => alive(() => this.#write(Object.keys(entries), (into) => Object.entries(structuredClone(entries)).forEach(([key, value]) => into.set(key, value)))),
			delete: (keys) => alive(() => this.#write([], (from) => keys.forEach((key) => from.delete(key)))),
			deleteAll: () => alive(() => this.#write([], (from) => from.clear())),
			list: <T>({ prefix }: { prefix: string }) =>
				alive(async () => {
					await this.#wait(3);
					if (this.fault === 'list') throw new Error('the disk can’t be read');
					return new Map([...this.#read()].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, structuredClone(value) as T]));
				}),
			sync: () => alive(() => this.#sync()),
			setAlarm: (at) => alive(async () => ((this.alarm = at), this.onAlarm(at))),
			getAlarm: () => alive(async () => this.alarm),
		};
	}

	/** The power goes: what isn't on disk is lost, or a part of it had got there. */
	crash(): void {
		const kept = below(this.#chance, this.#batches.length + 1);
		for (const batch of this.#batches.slice(0, kept)) this.#flush(batch);
		this.#batches = [];
		this.#open = null;
		this.#generation++;
	}

	/** The document as a restart reads it, by the room's own log. */
	async recovered(): Promise<{ doc: Y.Doc; damaged: string[]; position: number; epoch: number }> {
		const entries = this.durable;
		const storage = {
			sync: async () => {},
			get: async (key: string) => structuredClone(entries.get(key)),
			list: async ({ prefix }: { prefix: string }) => new Map([...entries].filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key, structuredClone(value)])),
		} as unknown as Storage;
		const log = new Log(storage);
		const { records, damaged } = await log.load();
		const doc = new Y.Doc();
		for (const { update } of records) Y.applyUpdate(doc, update);
		return { doc, damaged, position: log.position, epoch: log.head?.epoch ?? 0 };
	}

	#read(): Map<string, unknown> {
		if (this.#batches.length === 0) return this.durable;
		const seen = new Map(this.durable);
		for (const { changes } of this.#batches) for (const change of changes) change(seen);
		return seen;
	}

	#write(keys: string[], change: Change): Promise<void> {
		const batch = (this.#open ??= this.#begin());
		batch.changes.push(change);
		batch.keys.push(...keys);
		return batch.settled;
	}

	/** A batch takes what is written until its writer waits for something; then it is refused whole, or taken whole. */
	#begin(): Batch {
		const batch: Batch = { changes: [], keys: [], settled: Promise.resolve() };
		this.#batches.push(batch);
		const generation = this.#generation;
		batch.settled = new Promise((resolve, reject) =>
			queueMicrotask(() => {
				if (this.#open === batch) this.#open = null;
				if (generation !== this.#generation) return;
				if (this.fault === 'put') {
					this.#batches = this.#batches.filter((other) => other !== batch);
					return reject(new Error('the disk is full'));
				}
				// Written by itself after a while, also when nobody asks for it.
				this.#clock.later(20 + below(this.#chance, 200), () => this.#flushUpTo(batch, generation));
				resolve();
			}),
		);
		batch.settled.catch(() => {});
		return batch;
	}

	async #sync(): Promise<void> {
		const generation = this.#generation;
		const last = this.#batches.at(-1);
		await this.#wait(15);
		if (generation !== this.#generation) return new Promise(() => {});
		if (this.fault === 'sync' || this.fault === 'put') {
			// Some of what was taken gets there all the same: the room must not trust either way.
			if (this.#chance() < 0.5) this.#batches = last === undefined ? [] : this.#batches.slice(this.#batches.indexOf(last) + 1);
			throw new Error('the disk could not write');
		}
		if (last) this.#flushUpTo(last, generation);
	}

	#flushUpTo(batch: Batch, generation: number): void {
		if (generation !== this.#generation || !this.#batches.includes(batch)) return;
		for (const one of this.#batches.splice(0, this.#batches.indexOf(batch) + 1)) this.#flush(one);
	}

	#flush({ changes, keys }: Batch): void {
		for (const change of changes) change(this.durable);
		const records = keys.filter((key) => key.startsWith('log:') || key.startsWith('snap:'));
		if (records.length === 0) return;
		for (const { record } of recordsIn(new Map(records.map((key) => [key, this.durable.get(key) as any]))).values()) if (record) Y.applyUpdate(this.content, record.update);
	}

	#wait(most: number): Promise<void> {
		return new Promise((resolve) => this.#clock.after(below(this.#chance, most + 1), resolve));
	}
}
