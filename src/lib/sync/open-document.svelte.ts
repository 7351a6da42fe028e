/** A document on this device: content from the device first, then from its room; what is edited here is kept here and sent when it can be (S16, S17). */
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { isForgettable } from '#domain/documents/concurrent.ts';
import type { DocumentType, Stamp } from '#domain/documents/document-type.ts';
import { deviceKind } from './device-kind.ts';
import { DeviceCopy, fromDevice } from './device-copy.ts';
import type { DeviceStore } from './device-store.ts';
import { type DocumentStatus, statusOf } from './document-status.ts';
import { DocumentSharing, fromOtherTab, type Shared, unshared } from './document-sharing.ts';
import { type Peer, peersOf } from './peers.ts';
import { type Refusal, RoomConnection, type RoomConnectionOptions } from './room-connection.ts';
import type { Tabs } from './tabs.ts';
import { type Mark, Waiting } from './waiting.svelte.ts';

export type OpenDocumentOptions = Pick<RoomConnectionOptions, 'environment' | 'fetchToken'> & {
	id: string;
	type: () => Promise<DocumentType>;
	store: DeviceStore;
	/** The tabs of this person here: one of them holds the link for all (ADR 13). */
	tabs: Tabs;
	/** How many edits this tab made when it had it open before: others go on from that number. */
	madeBefore?: number;
	/** Reactive: why the device can't keep work, or null. */
	storageProblem: () => string | null;
	/** Reactive: does the command that makes it still wait here? Then it can be written in before its room is there (its parts are root types, S10). */
	isAwaited?: (id: string) => boolean;
	/** When it is known what waits here. */
	queueLoaded?: () => Promise<unknown>;
	/** Reactive: may this person edit documents at all? */
	mayEdit: () => boolean;
	/** After each change made in this tab, or found waiting. */
	onLocalChange: (document: OpenDocument) => void;
	/** When everything made here was acknowledged. */
	onAcknowledged: (document: OpenDocument) => void;
	/** The room says that this person may not edit: the session may be out of date. */
	onNoRight: () => void;
	/** A caller that opened it lets it go. */
	onClose: (document: OpenDocument) => void;
};

/** After a refusal: how long nothing must be edited before the room is asked again, in ms. */
const quietBeforeTrying = 1_500;

export class OpenDocument {
	readonly id: string;
	readonly doc = new Y.Doc({ gcFilter: isForgettable });
	readonly awareness = new Awareness(this.doc);
	/** The origin of this session's own edits: what undo goes back over. */
	readonly origin = Symbol('this session');
	/** Content is here, from the device or the server, and it can be edited. */
	readonly ready: Promise<void>;
	/** What the device keeps of it. */
	readonly copy: DeviceCopy;
	/** What the device has of it is here, or can't be read now. */
	readonly loaded: Promise<void>;
	/** Known once ready. */
	type: DocumentType | null = null;

	#options: OpenDocumentOptions;
	#sharing: DocumentSharing;
	#count: Waiting;
	#becomeReady!: () => void;
	#isEnded = $state(false);
	#isReady = $state(false);
	#shared = $state.raw<Shared>(unshared);
	#readNotice = $state.raw<Refusal | null>(null);
	#timer: unknown = null;
	/** The room was tried in vain since it was last reached. */
	#isOutOfReach = $state(false);
	#isNewer = $state(false);
	#problem = $state<string | null>(null);
	#peers = $state.raw<Peer[]>([]);

	constructor(options: OpenDocumentOptions) {
		this.id = options.id;
		this.#options = options;
		this.ready = new Promise((resolve) => (this.#becomeReady = resolve));
		this.#count = new Waiting(options.tabs.id, options.madeBefore);
		this.doc.on('update', this.#onUpdate);
		// An editor may speak up while a page is being drawn, when no state may change: those who read it hear right after.
		this.awareness.on('change', () => queueMicrotask(() => (this.#peers = peersOf(this.awareness))));
		const { id, environment, fetchToken, tabs, store } = options;
		this.copy = new DeviceCopy({
			id,
			environment,
			store,
			doc: this.doc,
			waiting: this.#count,
			onProblem: (problem) => (this.#problem = problem ?? (this.#problem === 'storage-failed' ? null : this.#problem)),
			onReadLate: () => (this.#sharing.found(), this.#found()),
		});
		this.#sharing = new DocumentSharing({
			id,
			environment,
			fetchToken,
			tabs,
			doc: this.doc,
			awareness: this.awareness,
			waiting: this.#count,
			schemaVersion: () => this.type?.schemaVersion ?? null,
			reload: () => this.copy.read(),
			onShared: (shared) => this.#share(shared),
			onKept: (mark) => this.#keep(mark),
			onOtherEdit: () => this.#shared.refusal !== null && this.#tryAgain(),
		});
		this.loaded = this.copy.read();
		void this.#start();
	}

	/** In the lead: another tab opened this document too. */
	welcome(body: unknown, from: string): void {
		this.#sharing.welcome(body, from);
	}

	/** Everyone else who has this document open, this person's other devices included. */
	get peers(): readonly Peer[] {
		return this.#peers;
	}

	get waiting(): number {
		return this.#count.total;
	}

	/** Reactive: what this tab made in it is on the device, or in the room. */
	get isStored(): boolean {
		return this.#count.isStored;
	}

	/** Reactive: its content is here. */
	get isReady(): boolean {
		return this.#isReady;
	}

	/** How many edits this tab made. */
	get made(): number {
		return this.#count.counts.made;
	}

	get status(): DocumentStatus {
		const { storageProblem, isAwaited, mayEdit } = this.#options;
		return statusOf({
			shared: this.#shared,
			waiting: this.waiting,
			isStored: this.isStored,
			storage: storageProblem(),
			problem: this.#problem,
			isReady: this.#isReady,
			isNewer: this.#isNewer,
			isOutOfReach: this.#isOutOfReach,
			isAwaited: () => isAwaited?.(this.id) === true,
			// What is written into one that has ended would be neither kept nor sent.
			mayEdit: mayEdit() && !this.#isEnded,
		});
	}

	/** What the room didn't take, in words; gone when it took it after all. */
	get refusal(): Refusal | null {
		return this.#shared.refusal;
	}

	/** What the room put right of this device's edits (S12), in words; `notice = null` when it was read. */
	get notice(): Refusal | null {
		return this.#shared.notice === this.#readNotice ? null : this.#shared.notice;
	}

	set notice(read: null) {
		this.#readNotice = read ?? this.#shared.notice;
	}

	/** Now and here: what is kept beside an edit of a field that must not be overwritten unseen (SY6). */
	stamp(): Stamp {
		return { at: this.#options.environment.now(), device: deviceKind() };
	}

	close(): void {
		this.#options.onClose(this);
	}

	/** Tries the room again now, after it said no; or, while it is being asked, once more if it says no. */
	reconnect(): void {
		if (this.status.state === 'cannot' || this.#shared.link.state === 'connecting') this.#sharing.reconnect();
	}

	/** Ends the link and frees the document. Only `Documents` calls this, when nobody has it open and nothing waits. */
	end(): void {
		if (this.#isEnded) return;
		this.#isEnded = true;
		this.#options.environment.clearTimeout(this.#timer);
		this.copy.end();
		this.#sharing.end();
		this.doc.off('update', this.#onUpdate);
		this.doc.destroy();
	}

	async #start(): Promise<void> {
		const [loaded] = await Promise.allSettled([this.#options.type(), this.loaded, this.#options.queueLoaded?.()]);
		if (this.#isEnded) return;
		if (loaded.status === 'fulfilled') this.type = loaded.value;
		// The part of the app that knows this type isn't on the device: nothing can be read or edited until it is.
		else this.#problem = 'reload-needed';
		this.#sharing.start();
		this.#found();
	}

	/** What the device has is here, perhaps with edits that wait. */
	#found(): void {
		this.#check();
		if (this.waiting > 0 && this.type !== null) this.#options.onLocalChange(this);
	}

	#share(shared: Shared): void {
		const { refusal } = this.#shared;
		this.#shared = shared;
		if (['open', 'waiting'].includes(shared.link.state)) this.#isOutOfReach = shared.link.state === 'waiting';
		if (shared.refusal?.code === 'no-right' && refusal?.code !== 'no-right') this.#options.onNoRight();
		if (!shared.isSynced) return;
		if (this.#problem === 'storage-failed') this.#problem = null;
		this.#check(true);
	}

	#keep(mark: Mark): void {
		this.#count.keep(mark);
		this.copy.acknowledge(mark);
		if (this.waiting === 0) this.#options.onAcknowledged(this);
	}

	/** Is there content, and is it of a version this app understands (S15)? */
	#check(isFromServer = false): void {
		const version = this.doc.getMap('meta').get('schemaVersion');
		this.#isNewer = this.type !== null && typeof version === 'number' && version > this.type.schemaVersion;
		if (this.type === null || this.#isReady || (!isFromServer && this.doc.store.clients.size === 0 && !this.#options.isAwaited?.(this.id))) return;
		this.#isReady = true;
		this.#becomeReady();
	}

	#onUpdate = (update: Uint8Array, origin: unknown): void => {
		if (origin === fromDevice) return this.#sharing.read(update);
		if (origin === fromOtherTab) return this.#check();
		const isLocal = !(origin instanceof RoomConnection);
		if (isLocal) this.#count.edit();
		this.copy.changed(update, isLocal);
		this.#sharing.changed(update, isLocal);
		if (!isLocal) return;
		this.#options.onLocalChange(this);
		if (this.#shared.refusal !== null) this.#tryAgain();
	};

	/** The person changed what the room couldn't take (took a part back, made it smaller): it is asked again, not at every key. */
	#tryAgain(): void {
		const { environment } = this.#options;
		environment.clearTimeout(this.#timer);
		this.#timer = environment.setTimeout(() => this.#sharing.restart(), quietBeforeTrying);
	}
}
