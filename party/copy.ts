/**
 * The room's copy of a document: its content, its log, and who wrote what. Owned by one room instance (S1). What arrives is merged at
 * once and written at most every 100 ms; when a write fails the copy is finished, so that nothing unwritten lives on (S4).
 */
import * as Y from 'yjs';
import type { Actor, Cause } from '#domain/events/event.ts';
import type { DocumentType } from '#domain/documents/document-type.ts';
import type { Storage } from './host.ts';
import { Inbox } from './inbox.ts';
import { Log } from './log.ts';
import { mergedOf } from './merged.ts';
import { Pace } from './pace.ts';
import type { Author, LogRecord } from './record.ts';

/** Who makes a change, given to Yjs as its transaction's origin. `socket` is left out of the fan-out (S7). */
export type Origin = { actor: Actor; cause: Cause | null; socket?: unknown; isHealing?: boolean };

/** What the room does when its copy changes. */
export type Hooks = {
	/** A change was merged; not yet written. Says how many sockets it was sent to. */
	merged: (update: Uint8Array, origin: Origin) => number;
	/** The changes so far are being written: what it returns is called once they are on disk. */
	writing: () => () => void;
	/** Everything merged before is on disk. */
	written: () => void;
	/** A write failed: nothing of this copy may be used any more. */
	failed: (error: unknown) => void;
};

export const system: Origin = { actor: { kind: 'system', id: 'room' }, cause: null };

/** Where the last author of anything is kept: who an event is credited to when its path is unknown. */
const anyPath = '*';

export class Copy {
	readonly doc = new Y.Doc();
	readonly log: Log;
	/** Yjs client id → user, first writer wins (S11). */
	readonly clients = new Map<number, string>();
	/** What sockets sent and is about to be merged. */
	readonly inbox = new Inbox(({ updates, origin, refuse }) => this.#merge(updates, origin, refuse));
	readonly #hooks: Hooks;
	#paths = new Map<string, Author>();
	#type: DocumentType | null = null;
	#pending: Uint8Array[] = [];
	#fresh = { clients: [] as [number, string][], paths: new Map<string, Author>() };
	#writes: Promise<void> = Promise.resolve();
	readonly #next = (): Promise<void> => (this.#writes = this.#writes.then(() => this.#write()));
	readonly #pace = new Pace(() => void this.#next().catch(() => undefined));
	#isBroken = false;
	/** An upper bound of the document's size in bytes: exact when last measured, plus what came since. */
	#size = 0;
	/** The document as one update, while it is as it was when this was made. */
	#encoded: Uint8Array | null = null;

	constructor(storage: Storage, hooks: Hooks) {
		this.log = new Log(storage);
		this.#hooks = hooks;
	}

	/** Reads the document from its log; says what was damaged. Throws when it can't be read whole: the caller tries again with a new copy. */
	async load(types: Record<string, DocumentType>): Promise<string[]> {
		const { records, damaged } = await this.log.load();
		this.doc.transact(() => {
			for (const { update, credits } of records) {
				Y.applyUpdate(this.doc, update);
				this.#size += update.length;
				for (const [client, user] of credits.clients) if (!this.clients.has(client)) this.clients.set(client, user);
				for (const [path, author] of credits.paths) if (author.position > this.log.head!.published) this.#paths.set(path, author);
			}
		});
		if (this.log.head) this.#begin(types);
		return damaged;
	}

	get type(): DocumentType {
		if (!this.#type) throw new Error('The document was never created.');
		return this.#type;
	}

	get isDirty(): boolean {
		return this.log.head !== null && (this.#pending.length > 0 || this.log.position > this.log.head.published);
	}

	/** Makes the document. Only the `create` call does it, once (S10). */
	create(head: { workspace: string; type: string }, types: Record<string, DocumentType>, seed: { id: string; at: number; args: unknown }, origin: Origin): void {
		this.log.head = { ...head, epoch: 0, last: 0, published: 0, snapshot: null, previous: null };
		this.#begin(types);
		this.doc.transact(() => this.type.skeleton(this.doc, { ...seed, workspace: head.workspace }), origin);
	}

	/** Notes that a Yjs client id is a user's, unless it is someone's already; says whose it is. */
	credit(client: number, user: string): string {
		const owner = this.clients.get(client);
		if (owner !== undefined) return owner;
		this.clients.set(client, user);
		this.#fresh.clients.push([client, user]);
		return user;
	}

	/** The document's size with `more` bytes added, measured only when the running bound passes `limit`. */
	isLargerThan(limit: number, more: number): boolean {
		const added = this.inbox.size + more;
		if (this.#size + added > limit) this.#size = this.encoded.length;
		return this.#size + added > limit;
	}

	/** The document as one update: made once for all newcomers between two changes. Not to be written to. */
	get encoded(): Uint8Array {
		return (this.#encoded ??= Y.encodeStateAsUpdate(this.doc));
	}

	get hasUnwritten(): boolean {
		return this.#pending.length > 0 || this.inbox.size > 0;
	}

	/** Resolves when everything merged so far is on disk. Rejects when it could not be written. */
	async written(): Promise<void> {
		do await this.#next();
		while (this.#pending.length > 0);
	}

	/** Who wrote a path, or last wrote something in it, since the last publishing; else who wrote anything last (S11). */
	authorOf(path: string): Author | null {
		const within = [...this.#paths].filter(([known]) => known === path || known.startsWith(`${path}/`)).map(([, author]) => author);
		return within.reduce<Author | null>((last, author) => (last && last.position > author.position ? last : author), null) ?? this.#paths.get(anyPath) ?? null;
	}

	/** Forgets the authors of what is published. */
	notePublished(position: number): void {
		for (const [path, author] of this.#paths) if (author.position <= position) this.#paths.delete(path);
		this.log.notePublished(position);
	}

	/** Stops its timer: the room lets go of this copy. */
	end(): void {
		this.#pace.end();
		this.inbox.end();
		this.#isBroken = true;
		this.doc.destroy();
	}

	#begin(types: Record<string, DocumentType>): void {
		const type = types[this.log.head!.type];
		if (!type) throw new Error(`No document type '${this.log.head!.type}': this version of the rooms is older than the document.`);
		this.#type = type;
		// Reading it once makes its root types known: Yjs reports no events of a root that nobody asked for.
		type.projection(this.doc);
		this.doc.on('update', (update: Uint8Array, origin: Origin | null) => this.#merged(update, origin ?? system));
		this.doc.on('afterTransaction', (transaction: Y.Transaction) => {
			this.#attribute(transaction);
			this.#review(transaction);
		});
	}

	/** What the type adds to a change (SY6) is written in the same breath: nobody ever sees, nor is anything published, without it. */
	#review(transaction: Y.Transaction): void {
		const origin = (transaction.origin as Origin | null) ?? system;
		if (origin.isHealing) return;
		const authorOf = (client: number): Actor | null => {
			const user = this.clients.get(client);
			return user !== undefined ? { kind: 'user', id: user } : client === this.doc.clientID && !origin.socket ? origin.actor : null;
		};
		const isArriving = (client: number, clock: number): boolean => clock >= (transaction.beforeState.get(client) ?? 0);
		const newId = (prefix: string): string => prefix + crypto.randomUUID().replaceAll('-', '').slice(0, 20);
		const write = this.type.review?.(transaction, { at: Date.now(), authorOf, isArriving, newId });
		if (write) this.doc.transact(() => write(this.doc), { ...system, isHealing: true } satisfies Origin);
	}

	/** Merges what one socket sent. What leaves nothing to write is acknowledged at once. */
	#merge(updates: Uint8Array[], origin: Origin, refuse: () => void): void {
		// Also what can't be integrated yet, of which Yjs tells nobody, is in the document as one update.
		this.#encoded = null;
		const apply = () => {
			for (const update of updates) Y.applyUpdate(this.doc, update, origin);
		};
		try {
			if (updates.length === 1) apply();
			else Y.transact(this.doc, apply, origin, false);
		} catch {
			refuse();
		}
		if (this.#pending.length === 0) void this.written().catch(() => undefined);
	}

	#merged(update: Uint8Array, origin: Origin): void {
		this.#encoded = null;
		this.#pending.push(update);
		this.#size += update.length;
		this.#pace.changed(this.#hooks.merged(update, origin));
	}

	async #write(): Promise<void> {
		if (this.#isBroken) throw new Error('The document is being reloaded because a write failed.');
		// What was sent before is paid by this write, so it must be in it (S4).
		this.inbox.flush();
		const acknowledge = this.#hooks.writing();
		if (this.#pending.length > 0) {
			this.#pace.began();
			const row = { update: mergedOf(this.#pending), credits: { clients: this.#fresh.clients, paths: [...this.#fresh.paths] } };
			this.#pending = [];
			this.#fresh = { clients: [], paths: new Map() };
			try {
				await this.log.append(row, () => this.#whole());
			} catch (error) {
				this.#isBroken = true;
				this.#hooks.failed(error);
				throw error;
			}
		}
		acknowledge();
		this.#hooks.written();
	}

	#whole(): LogRecord {
		this.#size = this.encoded.length;
		return { update: this.encoded, credits: { clients: [...this.clients], paths: [...this.#paths] } };
	}

	/** Credits each path that a transaction changed: to the user whose client id wrote it, else to the transaction's own actor. */
	#attribute(transaction: Y.Transaction): void {
		if (transaction.changedParentTypes.size === 0) return;
		const origin = (transaction.origin as Origin | null) ?? system;
		// A healing keeps the authors of what it healed: they are told. So does what the room adds to a change.
		if (origin.isHealing) return;
		const base = { cause: origin.cause, at: Date.now(), position: this.log.position + 1 };
		for (const [type, events] of transaction.changedParentTypes) {
			if (type._item !== null) continue;
			for (const event of events) {
				const owner = origin.socket ? this.clients.get(writerOf(event) ?? -1) : undefined;
				const author: Author = { ...base, actor: owner ? { kind: 'user', id: owner } : origin.actor };
				for (const path of [...this.type.pathOf(event), anyPath]) {
					this.#paths.set(path, author);
					this.#fresh.paths.set(path, author);
				}
			}
		}
	}
}

/** The Yjs client id of what an event put in place; undefined for a removal. */
function writerOf(event: Y.YEvent<Y.AbstractType<unknown>>): number | undefined {
	if (!(event instanceof Y.YMapEvent)) return undefined;
	for (const key of event.keysChanged) {
		const item = event.target._map.get(key);
		if (item && !item.deleted && event.adds(item)) return item.id.client;
	}
	return undefined;
}
