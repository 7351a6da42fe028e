/**
 * A document's durable log: the truth that everything else is rebuilt from. Rows are appended in one atomic write; a snapshot is
 * taken at 200 rows or 256 KB; the previous snapshot and every row since it are kept, so that a damaged snapshot loses nothing (S3).
 */
import type { Storage } from './host.ts';
import { entriesOf, keysOf, recordsIn, type LogRecord } from './record.ts';

type Snapshot = { position: number; chunks: number };

/** What a room knows of its document besides its content. */
export type Head = {
	workspace: string;
	type: string;
	/** Grows with every instance that writes or publishes: a stale instance is told by it (S11). */
	epoch: number;
	/** The number of the last row: a row that is missing is noticed, also when it is the last. */
	last: number;
	/** The position that is published, with the epoch it was published under. */
	published: number;
	snapshot: Snapshot | null;
	previous: Snapshot | null;
};

/** A snapshot is taken at so many rows, or so many bytes of rows, since the last one. */
const snapshotRows = 200;
const snapshotBytes = 256 * 1024;
/** Storage takes at most so many keys in one call. */
const keysPerCall = 128;
/** The host would hold back all that the room sends until a write is on disk, the fan-out too. What needs it there waits for `sync` (S4). */
const unconfirmed = { allowUnconfirmed: true };

export class Log {
	readonly storage: Storage;
	/** Null until the document is created. */
	head: Head | null = null;
	/** The number of the last row; 0 when there is none. */
	position = 0;
	/** Chunks of each kept row, by position. */
	#rows = new Map<number, number>();
	#rowsSince = 0;
	#bytesSince = 0;
	#isEpochClaimed = false;
	/** What the head on disk says of it. */
	#keptPublished = 0;

	constructor(storage: Storage) {
		this.storage = storage;
	}

	/**
	 * Reads everything there is, oldest first. A damaged newest snapshot is replaced by the previous one and the rows since. Throws when
	 * no snapshot is whole, or when the head is gone. Damaged and missing rows are reported by position, and damaged ones are left in place:
	 * clients still hold what was in them and send it again.
	 */
	async load(): Promise<{ records: LogRecord[]; damaged: string[] }> {
		// What a write that failed left half-way may be read before it is on disk, and would be acknowledged as if it were (S4).
		await this.storage.sync();
		this.head = (await this.storage.get<Head>('head')) ?? null;
		const snapshots = recordsIn(await this.storage.list({ prefix: 'snap:' }));
		const rows = new Map([...recordsIn(await this.storage.list({ prefix: 'log:' }))].sort(([a], [b]) => a - b));
		if (!this.head && rows.size + snapshots.size > 0) throw new Error('There are records but no head: the document can’t be told from a new one.');
		if (!this.head) return { records: [], damaged: [] };
		this.#keptPublished = this.head.published;
		const damaged: string[] = [];
		let base: { position: number; record: LogRecord } | null = null;
		for (const candidate of [this.head.snapshot, this.head.previous]) {
			const record = candidate && snapshots.get(candidate.position)?.record;
			if (base || !candidate) continue;
			if (record) base = { position: candidate.position, record };
			else damaged.push(`snapshot ${candidate.position}`);
		}
		// Without a whole snapshot the rows must reach back to the first one.
		if (!base && this.head.snapshot && !rows.has(1)) throw new Error(`No whole snapshot: ${damaged.join(', ')} damaged, and the rows before are gone.`);
		const records = base ? [base.record] : [];
		// A head from before rows were counted, or rows that it doesn't know of: what is there counts, nothing is passed over in silence.
		this.head.last = Math.max(this.head.last ?? 0, this.head.snapshot?.position ?? 0, ...rows.keys());
		this.position = this.head.last;
		for (const [position, { chunks, size }] of rows) {
			this.#rows.set(position, chunks);
			if (position > (this.head.snapshot?.position ?? 0)) this.#count(size);
		}
		for (let position = (base?.position ?? 0) + 1; position <= this.head.last; position++) {
			const record = rows.get(position)?.record;
			if (record) records.push(record);
			else damaged.push(rows.has(position) ? `row ${position}` : `row ${position} (missing)`);
		}
		return { records, damaged };
	}

	/** Appends a row in one atomic write, with a snapshot when one is due; resolves when it is on disk. `whole` gives the snapshot's content. */
	async append(row: LogRecord, whole: () => LogRecord): Promise<void> {
		const head = this.#claimed();
		const position = this.position + 1;
		const { entries, chunks, size } = entriesOf('log', position, row);
		this.position = head.last = position;
		this.#rows.set(position, chunks);
		this.#count(size);
		const writes: Promise<unknown>[] = [];
		if (this.#rowsSince >= snapshotRows || this.#bytesSince >= snapshotBytes) writes.push(...this.#snapshot(head, entries, whole()));
		writes.push(...this.#put({ ...entries, head: this.#headToKeep() }));
		await Promise.all(writes);
		await this.storage.sync();
	}

	/** Notes how far the document is published. It is kept with the next row, or by `keepPublished`: if it is lost, the next start publishes again and nothing changes. */
	notePublished(position: number): void {
		if (this.head) this.head.published = Math.max(this.head.published, position);
	}

	/** Writes what `notePublished` noted, when it isn't on disk yet. Not waited for by anyone. */
	async keepPublished(): Promise<void> {
		if (!this.head || this.head.published === this.#keptPublished) return;
		await Promise.all(this.#put({ head: this.#headToKeep() }));
	}

	/** This instance's epoch, on disk before it is used. */
	async claimEpoch(): Promise<number> {
		const isNew = !this.#isEpochClaimed;
		const head = this.#claimed();
		if (isNew) {
			await Promise.all(this.#put({ head: this.#headToKeep() }));
			await this.storage.sync();
		}
		return head.epoch;
	}

	#claimed(): Head {
		if (!this.head) throw new Error('The document was never created.');
		if (!this.#isEpochClaimed) this.head.epoch += 1;
		this.#isEpochClaimed = true;
		return this.head;
	}

	#headToKeep(): Head {
		this.#keptPublished = this.head!.published;
		return { ...this.head! };
	}

	#count(size: number): void {
		this.#rowsSince += 1;
		this.#bytesSince += size;
	}

	/** Adds a snapshot's entries and lets go of what the previous snapshot makes needless. */
	#snapshot(head: Head, entries: Record<string, unknown>, whole: LogRecord): Promise<unknown>[] {
		const next = entriesOf('snap', this.position, whole);
		Object.assign(entries, next.entries);
		const needless = head.previous ? keysOf('snap', head.previous.position, head.previous.chunks) : [];
		for (const [position, chunks] of this.#rows) {
			if (position > (head.snapshot?.position ?? 0)) continue;
			needless.push(...keysOf('log', position, chunks));
			this.#rows.delete(position);
		}
		head.previous = head.snapshot;
		head.snapshot = { position: this.position, chunks: next.chunks };
		this.#rowsSince = this.#bytesSince = 0;
		return inGroups(needless).map((keys) => this.storage.delete(keys, unconfirmed));
	}

	#put(entries: Record<string, unknown>): Promise<unknown>[] {
		return inGroups(Object.entries(entries)).map((group) => this.storage.put(Object.fromEntries(group), unconfirmed));
	}
}

const inGroups = <T>(items: T[]): T[][] => Array.from({ length: Math.ceil(items.length / keysPerCall) }, (_, i) => items.slice(i * keysPerCall, (i + 1) * keysPerCall));
