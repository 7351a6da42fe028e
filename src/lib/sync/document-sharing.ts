/**
 * One document in several tabs (ADR 13). The tab that leads holds the one link to its room; the others give it their edits, and
 * hear from it what the room sends, keeps, refuses and who is there. When the lead goes, the next one links with what all have.
 */
import { type Awareness, applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { type Refusal, RoomConnection, type RoomConnectionOptions } from './room-connection.ts';
import type { LinkState } from './room-socket.ts';
import type { Tabs } from './tabs.ts';
import type { Mark, Waiting } from './waiting.svelte.ts';

/** What all tabs know of the link. `isUnreadable`: the room sent what this app can't read. */
export type Shared = { link: LinkState; isSynced: boolean; refusal: Refusal | null; notice: Refusal | null; isUnreadable: boolean };
export const unshared: Shared = { link: { state: 'closed' }, isSynced: false, refusal: null, notice: null, isUnreadable: false };

/** The origin of what other tabs made or received: they keep it on the device themselves. */
export const fromOtherTab = Symbol('from another tab');

export type DocumentSharingOptions = Pick<RoomConnectionOptions, 'environment' | 'fetchToken' | 'schemaVersion'> & {
	id: string;
	doc: Y.Doc;
	awareness: Awareness;
	tabs: Tabs;
	waiting: Waiting;
	/** Takes what the device's store has, before this tab leads. */
	reload: () => Promise<void>;
	onShared: (shared: Shared) => void;
	/** The room keeps all up to `mark` (S4). */
	onKept: (mark: Mark) => void;
	/** Another tab edited the document. */
	onOtherEdit: () => void;
};

export class DocumentSharing {
	#options: DocumentSharingOptions;
	#topic: string;
	#connection: RoomConnection | null = null;
	#shared = unshared;
	/** What each tab's person does here; the last is the tab used last, and the one that the room is told of (S7: one client id a socket). */
	#presences = new Map<string, unknown>();
	#mark: Mark = {};
	#term = 0;
	#hasLed = false;
	#isFollowing = false;
	/** Another tab has opened it, and was told what was here by then. */
	#hasGuests = false;
	#stops: (() => void)[];

	constructor(options: DocumentSharingOptions) {
		this.#options = options;
		const { id, tabs, awareness } = options;
		this.#topic = `document ${id}`;
		awareness.on('update', this.#onAwareness);
		this.#presences.set(tabs.id, awareness.getLocalState());
		this.#stops = [
			tabs.on(this.#topic, (body, from) => this.#hear(body, from)),
			tabs.onGone((tab) => this.#present(tab, null)),
			() => awareness.off('update', this.#onAwareness),
		];
	}

	/** Begins to lead or to follow; the device's content is in the document. */
	start(): void {
		const { tabs } = this.#options;
		this.#say({ lacks: Y.encodeStateVector(this.#options.doc) });
		this.#stops.push(tabs.follow((isLead) => void (isLead ? this.#lead() : this.#join())));
	}

	/** An edit of this tab, counted already; or what the room sent. The room is told by its connection. */
	changed(update: Uint8Array, isLocal: boolean): void {
		this.#say(isLocal ? { update, ...this.#options.waiting.counts } : { update });
	}

	/** What only this tab's store, or one other tab, had: a full device hasn't taken it, so tabs that opened the document before may lack it. */
	read(update: Uint8Array): void {
		if (this.#hasGuests) this.#say({ update });
	}

	/** What the device could not be read for at the start is here: it is sent, and its acknowledgement asked for. */
	found(): void {
		if (this.#connection) this.#connection.cover();
		else if (this.#isFollowing) this.#join();
	}

	/** In the lead: a tab opened the document, and says what it has of it. */
	welcome(body: any, from: string): void {
		const { doc } = this.#options;
		const tell = (update: Uint8Array) => this.read(update);
		doc.on('update', tell);
		this.#hear(body, from);
		doc.off('update', tell);
		this.#hasGuests = true;
		this.#say({ update: Y.encodeStateAsUpdate(doc, body.vector), shared: this.#shared, peers: this.#peers(this.#others()), ...this.#options.waiting.counts });
	}

	/** Tries the room again now, after it ended the link. */
	reconnect(): void {
		if (this.#connection) this.#connection.reconnect();
		else this.#say({ asks: 'reconnect' });
	}

	/** Begins anew: the room is asked again to take what it refused. */
	restart(): void {
		this.#connection?.restart();
	}

	end(): void {
		const { id, tabs } = this.#options;
		this.#say({ presence: null });
		if (!tabs.isLead) tabs.post('documents', { leave: id });
		for (const stop of this.#stops) stop();
		this.#term++;
		this.#connection?.close();
		this.#connection = null;
	}

	async #lead(): Promise<void> {
		const term = ++this.#term;
		this.#isFollowing = false;
		// What a tab that is gone kept and nobody heard of: it counts as sent from now on, so it must be here.
		if (this.#hasLed || this.#shared !== unshared) await this.#options.reload();
		if (term !== this.#term || this.#connection) return;
		this.#hasLed = true;
		this.#share({ ...unshared, notice: this.#shared.notice });
		this.#forgetPeers();
		const { id, ...options } = this.#options;
		this.#connection = new RoomConnection({
			...options,
			room: id,
			madeSoFar: () => this.#madeSoFar(),
			presence: () => [...this.#presences.values()].at(-1) ?? null,
			onState: (link) => {
				// A new link asks anew, with what the document holds by then.
				if (link.state === 'open') this.#share({ ...this.#shared, link, refusal: null });
				else this.#share({ ...this.#shared, link, isSynced: false });
			},
			onSynced: () => this.#share({ ...this.#shared, isSynced: true }),
			onSaved: (saved) => {
				this.#say({ saved });
				options.onKept(saved);
			},
			onRefused: (refusal) => this.#share({ ...this.#shared, ...(refusal.code === 'healed' ? { notice: refusal } : { refusal }) }),
			onUnreadable: () => this.#share({ ...this.#shared, isUnreadable: true }),
		});
	}

	/** Another tab leads: it takes over what this one has, and sends it. */
	#join(): void {
		this.#term++;
		this.#isFollowing = true;
		this.#connection?.close();
		this.#connection = null;
		const { id, tabs, doc, waiting } = this.#options;
		this.#shared = { ...unshared, link: { state: 'connecting' }, notice: this.#shared.notice };
		this.#options.onShared(this.#shared);
		this.#forgetPeers();
		const presence = JSON.parse(JSON.stringify(this.#presences.get(tabs.id) ?? null));
		tabs.post('documents', { join: id, vector: Y.encodeStateVector(doc), update: Y.encodeStateAsUpdate(doc), presence, known: waiting.known, ...waiting.counts });
	}

	#hear(body: any, from: string): void {
		const { doc, waiting, tabs, awareness } = this.#options;
		if (body.made !== undefined) waiting.hear(from, body.made, body.kept);
		for (const [tab, made, kept] of body.known ?? []) waiting.hear(tab, made, kept);
		if (body.update) this.#apply(body.update);
		// Of what was here before its tab said that it made it, the room is asked whether it keeps it.
		if (body.made !== undefined) this.#connection?.cover();
		if (body.made !== undefined && body.update) this.#options.onOtherEdit();
		if (body.saved) this.#options.onKept(body.saved);
		if ('presence' in body) this.#present(from, body.presence);
		// A count never travels without the edits it counts: whoever leads would take them for sent.
		if (body.lacks && waiting.counts.made > 0) this.#say({ update: Y.encodeStateAsUpdate(doc, body.lacks), ...waiting.counts });
		if (body.asks === 'reconnect') this.#connection?.reconnect();
		if (!tabs.leads(from) || tabs.isLead) return;
		if (body.peers) applyAwarenessUpdate(awareness, body.peers, this);
		for (const client of awareness.meta.keys()) if (client !== awareness.clientID && !awareness.states.has(client)) awareness.meta.delete(client);
		if (body.shared) this.#options.onShared((this.#shared = body.shared));
	}

	#apply(update: Uint8Array): void {
		try {
			Y.applyUpdate(this.#options.doc, update, fromOtherTab);
		} catch {
			this.#share({ ...this.#shared, isUnreadable: true });
		}
	}

	/** An edit that builds on one which isn't here yet is not in what is sent, and doesn't count as sent. */
	#madeSoFar(): Mark {
		const { doc, waiting } = this.#options;
		if (doc.store.pendingStructs === null && doc.store.pendingDs === null) this.#mark = waiting.mark;
		return this.#mark;
	}

	#share(shared: Shared): void {
		this.#shared = shared;
		if (this.#options.tabs.isLead) this.#say({ shared });
		this.#options.onShared(shared);
	}

	#say(body: object): void {
		this.#options.tabs.post(this.#topic, body);
	}

	#present(tab: string, state: unknown): void {
		this.#presences.delete(tab);
		if (state !== null) this.#presences.set(tab, state);
		this.#connection?.sayPresence();
	}

	#onAwareness = ({ added, updated, removed }: { added: number[]; updated: number[]; removed: number[] }, origin: unknown): void => {
		const { awareness, tabs } = this.#options;
		const changed = [...added, ...updated, ...removed];
		if (origin === 'local' || changed.includes(awareness.clientID)) {
			const presence = awareness.getLocalState();
			// Renewed now and then by itself: that isn't using it.
			if (presence !== null && presence === this.#presences.get(tabs.id)) return this.#connection?.sayPresence();
			this.#present(tabs.id, presence);
			// Plain: editors put objects of their own into it.
			this.#say({ presence: JSON.parse(JSON.stringify(presence)) });
		} else if (tabs.isLead && origin !== this) this.#say({ peers: this.#peers(changed) });
	};

	#peers(clients: number[]): Uint8Array {
		return encodeAwarenessUpdate(this.#options.awareness, clients);
	}

	#others(): number[] {
		const { awareness } = this.#options;
		return [...awareness.getStates().keys()].filter((client) => client !== awareness.clientID);
	}

	/** Who was there is not known while nobody leads; whoever still is, is told of anew. */
	#forgetPeers(): void {
		const others = this.#others();
		removeAwarenessStates(this.#options.awareness, others, this);
		for (const client of others) this.#options.awareness.meta.delete(client);
	}
}
