/** A document on this device: content from the device first, then from its room; what is edited here is kept here and sent when it can be (S16, S17). */
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import type { DocumentType } from '#domain/documents/document-type.ts';
import type { DeviceStore } from './device-store.ts';
import { RoomConnection, type RoomConnectionOptions, type Refusal } from './room-connection.ts';
import type { LinkState } from './room-socket.ts';

export type DocumentStatus = {
	/** `saved-here`: all edits acknowledged or none made, the room is out of reach. `waiting`: edits not yet acknowledged. `cannot`: see `reason`. */
	state: 'loading' | 'saved-here' | 'synced' | 'waiting' | 'cannot';
	/** Edits of this device that the room hasn't acknowledged. */
	waiting: number;
	/** offline (of a document that is loading: it isn't on this device, and its room can't be reached) · signed-out · no-right · not-found · reload-needed · storage-full · storage-failed · no-storage · unreadable · a refusal's code; null when all is well. */
	reason: string | null;
	isReadOnly: boolean;
};
export type Peer = { clientId: number; user: { id: string; name: string; colour: string }; state: Record<string, any> };

export type OpenDocumentOptions = Pick<RoomConnectionOptions, 'environment' | 'fetchToken'> & {
	id: string;
	type: () => Promise<DocumentType>;
	store: DeviceStore;
	/** Reactive: why the device can't keep work, or null. */
	storageProblem: () => string | null;
	/** Reactive: may this person edit documents at all? */
	mayEdit: () => boolean;
	/** After each change made on this device. */
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
const fromDevice = Symbol('from the device');
const fromOtherTab = Symbol('from another tab');

export class OpenDocument {
	readonly id: string;
	readonly doc = new Y.Doc();
	readonly awareness = new Awareness(this.doc);
	/** The origin of this session's own edits: what undo goes back over. */
	readonly origin = Symbol('this session');
	/** Content is here, from the device or the server, and it can be edited. */
	readonly ready: Promise<void>;
	/** Known once ready. */
	type: DocumentType | null = null;

	#options: OpenDocumentOptions;
	#connection: RoomConnection | null = null;
	#becomeReady!: () => void;
	#stopOtherTab: () => void = () => {};
	#isEnded = false;
	#isReady = $state(false);
	#link = $state.raw<LinkState>({ state: 'closed' });
	#isSynced = $state(false);
	#refusal = $state.raw<Refusal | null>(null);
	#notice = $state.raw<Refusal | null>(null);
	#timer: unknown = null;
	/** The room was tried in vain since it was last reached. */
	#isOutOfReach = $state(false);
	#isNewer = $state(false);
	#problem = $state<string | null>(null);
	/** Edits made in this tab; those the room keeps; those left by tabs that are gone. */
	#made = $state(0);
	#acknowledged = $state(0);
	#leftOver = $state(0);
	#upTo = 0;
	#peers = $state.raw<Peer[]>([]);

	constructor(options: OpenDocumentOptions) {
		this.id = options.id;
		this.#options = options;
		this.ready = new Promise((resolve) => (this.#becomeReady = resolve));
		this.doc.on('update', this.#onUpdate);
		// An editor may speak up while a page is being drawn, when no state may change: those who read it hear right after.
		this.awareness.on('change', () => queueMicrotask(() => (this.#peers = peersOf(this.awareness))));
		void this.#start();
	}

	/** Everyone else who has this document open, this person's other devices included. */
	get peers(): readonly Peer[] {
		return this.#peers;
	}

	get waiting(): number {
		return this.#made - this.#acknowledged + this.#leftOver;
	}

	get status(): DocumentStatus {
		const storage = this.#options.storageProblem();
		const ended = this.#link.state === 'ended' ? this.#link.reason : null;
		const stopped = ended ?? this.#refusal?.code ?? (this.#isNewer ? 'reload-needed' : this.#problem);
		const isSynced = this.#link.state === 'open' && this.#isSynced && this.waiting === 0;
		return {
			state:
				stopped !== null
					? 'cannot'
					: !this.#isReady
						? 'loading'
						: isSynced
							? 'synced'
							: storage !== null
								? 'cannot'
								: this.waiting > 0
									? 'waiting'
									: 'saved-here',
			waiting: this.waiting,
			reason: stopped ?? storage ?? (!this.#isReady && this.#isOutOfReach ? 'offline' : null),
			isReadOnly: !this.#options.mayEdit() || this.#isNewer || ended === 'no-right' || this.#refusal?.code === 'no-right',
		};
	}

	/** What the room didn't take, in words; gone when it took it after all. */
	get refusal(): Refusal | null {
		return this.#refusal;
	}

	/** What the room put right of this device's edits (S12), in words; `notice = null` when it was read. */
	get notice(): Refusal | null {
		return this.#notice;
	}

	set notice(read: null) {
		this.#notice = read;
	}

	close(): void {
		this.#options.onClose(this);
	}

	/** Tries the room again now, after it ended the link. */
	reconnect(): void {
		this.#connection?.reconnect();
	}

	/** Ends the link and frees the document. Only `Documents` calls this, when nobody has it open and nothing waits. */
	end(): void {
		if (this.#isEnded) return;
		this.#isEnded = true;
		this.#stopOtherTab();
		this.#options.environment.clearTimeout(this.#timer);
		this.#connection?.close();
		this.doc.off('update', this.#onUpdate);
		this.doc.destroy();
	}

	async #start(): Promise<void> {
		const { id, store, type } = this.#options;
		this.#stopOtherTab = store.onOtherTab(id, (update) => this.#apply(update, fromOtherTab));
		const [loaded, stored] = await Promise.allSettled([type(), store.load(id)]);
		if (this.#isEnded) return;
		if (loaded.status === 'fulfilled') this.type = loaded.value;
		// The part of the app that knows this type isn't on the device: nothing can be read or edited until it is.
		else this.#problem = 'reload-needed';
		if (stored.status === 'fulfilled') {
			this.#leftOver = stored.value.waiting;
			this.#upTo = stored.value.upTo;
			for (const update of stored.value.updates) this.#apply(update, fromDevice);
		} else this.#problem = 'storage-failed';
		this.#connect();
		this.#check();
		if (this.#leftOver > 0 && this.type !== null) this.#options.onLocalChange(this);
	}

	#connect(): void {
		const { id, environment, fetchToken, onAcknowledged, onNoRight } = this.#options;
		this.#connection = new RoomConnection({
			room: id,
			environment,
			fetchToken,
			doc: this.doc,
			awareness: this.awareness,
			madeSoFar: () => this.#made,
			onState: (state) => {
				this.#link = state;
				if (state.state === 'open' || state.state === 'waiting') this.#isOutOfReach = state.state === 'waiting';
				if (state.state !== 'open') this.#isSynced = false;
				// A new link asks anew, with what the document holds by then.
				else this.#refusal = null;
			},
			onSynced: () => {
				this.#isSynced = true;
				if (this.#problem === 'storage-failed') this.#problem = null;
				this.#check(true);
			},
			onSaved: (made, isFirst) => {
				this.#acknowledged = Math.max(this.#acknowledged, made);
				if (isFirst) this.#leftOver = 0;
				this.#options.store.acknowledge(this.id, this.#made - this.#acknowledged, isFirst ? this.#upTo : 0);
				if (this.waiting === 0) onAcknowledged(this);
			},
			onRefused: (refusal) => {
				if (refusal.code === 'healed') this.#notice = refusal;
				else this.#refusal = refusal;
				if (refusal.code === 'no-right') onNoRight();
			},
			onUnreadable: () => (this.#problem = 'unreadable'),
		});
	}

	/** Is there content, and is it of a version this app understands (S15)? */
	#check(isFromServer = false): void {
		const version = this.doc.getMap('meta').get('schemaVersion');
		this.#isNewer = this.type !== null && typeof version === 'number' && version > this.type.schemaVersion;
		if (this.type === null || this.#isReady || (!isFromServer && this.doc.store.clients.size === 0)) return;
		this.#isReady = true;
		this.#becomeReady();
	}

	#apply(update: Uint8Array, origin: symbol): void {
		try {
			Y.applyUpdate(this.doc, update, origin);
		} catch {
			this.#problem = 'unreadable';
		}
	}

	#onUpdate = (update: Uint8Array, origin: unknown): void => {
		if (origin === fromDevice || origin === fromOtherTab) return;
		const isLocal = origin !== this.#connection;
		if (isLocal) this.#made++;
		this.#options.store.append(this.id, update, isLocal ? this.#made - this.#acknowledged : null);
		if (!isLocal) return;
		this.#options.onLocalChange(this);
		if (this.#refusal !== null) this.#tryAgain();
	};

	/** The person changed what the room couldn't take (took a part back, made it smaller): it is asked again, not at every key. */
	#tryAgain(): void {
		const { environment } = this.#options;
		environment.clearTimeout(this.#timer);
		this.#timer = environment.setTimeout(() => this.#connection?.restart(), quietBeforeTrying);
	}
}

function peersOf(awareness: Awareness): Peer[] {
	return [...awareness.getStates()]
		.filter(([clientId, state]) => clientId !== awareness.clientID && state.user?.id !== undefined)
		.map(([clientId, state]) => ({ clientId, user: state.user, state }))
		.sort((a, b) => a.clientId - b.clientId);
}
