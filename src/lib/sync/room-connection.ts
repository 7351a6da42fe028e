/** A document's link to its room: y-protocols frames, with the room's acknowledgements and refusals (docs/protocol.md, Document socket). */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { applyAwarenessUpdate, type Awareness, removeAwarenessStates } from 'y-protocols/awareness';
import { writeSyncStep1 } from 'y-protocols/sync';
import * as Y from 'yjs';
import { type LinkState, RoomSocket, type RoomSocketOptions } from './room-socket.ts';
import { splitUpdate } from './split-update.ts';
import type { Mark } from './waiting.svelte.ts';

const frame = { sync: 0, awareness: 1, queryAwareness: 3, saved: 100, refused: 101 };
const step = { one: 0, two: 1, update: 2 };

export type Refusal = { code: string; message: string };

/** Rooms take updates up to 1 MB (S5): more is sent in parts. What can't be cut isn't sent at all, for some hosts hang up above it without a word. */
const updateLimit = 1_000_000;
const partLimit = 500_000;
/** An update that changes nothing. */
const nothing = new Uint8Array([0, 0]);
const tooLarge: Refusal = { code: 'too-large', message: 'One value in this change is larger than 1 MB. Take it back (undo), or put it in smaller parts.' };

/** Rooms answer for a frame within 100 ms and a write. When one stays silent this long, the link begins anew, in ms. */
const answerWithin = 10_000;

export type RoomConnectionOptions = Pick<RoomSocketOptions, 'room' | 'environment' | 'fetchToken'> & {
	doc: Y.Doc;
	awareness: Awareness;
	/** The edits of this device that the document holds at this moment: frames remember it, acknowledgements answer with it. */
	madeSoFar: () => Mark;
	/** What this person does here (S7), to be shown to the others; null when they are gone. */
	presence: () => unknown;
	/** The document's newest schema that this app knows: a room that holds a newer one sends it away (S15). */
	schemaVersion: () => number | null;
	onState: (state: LinkState) => void;
	/** The room's content is here. */
	onSynced: () => void;
	/** The room keeps the edits of `mark` durably (S4). */
	onSaved: (mark: Mark) => void;
	onRefused: (refusal: Refusal) => void;
	/** A frame that can't be read or applied: the document may be newer than this app (S15). */
	onUnreadable: (cause: unknown) => void;
};

export class RoomConnection {
	#options: RoomConnectionOptions;
	#socket: RoomSocket;
	/** For each sync frame sent on this link, in order: the edits made before it; null for a part whose last part follows. */
	#sent: (Mark | null)[] = [];
	#clock = 0;
	/** Frames of this link that the room has kept. */
	#kept = 0;
	/** Nothing is sent before the room's step 1 was answered: the answer holds all that it lacks. */
	#hasAnswered = false;
	/** The room lacks something we sent: what follows can't be kept either, until the next link. */
	#isRefused = false;
	#timer: unknown = null;

	constructor(options: RoomConnectionOptions) {
		this.#options = options;
		options.doc.on('update', this.#onUpdate);
		this.#socket = new RoomSocket({
			...options,
			party: 'document',
			query: () => `ack=1${schemaQuery(options.schemaVersion())}`,
			onOpen: () => this.#greet(),
			onMessage: (data) => typeof data !== 'string' && this.#read(data),
			onState: (state) => {
				if (state.state !== 'open') this.#forgetPeers();
				options.onState(state);
			},
		});
	}

	reconnect(): void {
		this.#socket.reconnect();
	}

	/** Begins anew: the room is asked again to take what it refused. */
	restart(): void {
		this.#socket.restart();
	}

	/** Tells the room what this person does here: after each change of it. */
	sayPresence(): void {
		this.#sayPresence(this.#options.presence());
	}

	/** Asks the room for an acknowledgement of edits that no frame was sent for, because the document held them already. */
	cover(): void {
		const { madeSoFar } = this.#options;
		if (this.#hasAnswered && this.#socket.isOpen && this.#sent.at(-1) !== madeSoFar()) this.#sendUpdate(step.update, nothing, madeSoFar());
	}

	/** Says goodbye to the others and ends the link. */
	close(): void {
		this.#sayPresence(null);
		this.#options.doc.off('update', this.#onUpdate);
		this.#options.environment.clearTimeout(this.#timer);
		this.#socket.close();
	}

	#greet(): void {
		this.#sent = [];
		this.#kept = 0;
		this.#hasAnswered = this.#isRefused = false;
		this.#send(frame.sync, (encoder) => writeSyncStep1(encoder, this.#options.doc));
		this.sayPresence();
	}

	#read(data: Uint8Array<ArrayBuffer>): void {
		const { awareness, onUnreadable } = this.#options;
		const decoder = decoding.createDecoder(data);
		try {
			const kind = decoding.readVarUint(decoder);
			if (kind === frame.sync) this.#sync(decoder);
			else if (kind === frame.awareness) applyAwarenessUpdate(awareness, decoding.readVarUint8Array(decoder), this);
			else if (kind === frame.queryAwareness) this.sayPresence();
			else if (kind === frame.saved) this.#saved(decoder);
			else if (kind === frame.refused) this.#refused(JSON.parse(decoding.readVarString(decoder)));
		} catch (cause) {
			onUnreadable(cause);
		}
	}

	#sync(decoder: decoding.Decoder): void {
		const { doc, madeSoFar, onSynced } = this.#options;
		const read = decoding.readVarUint(decoder);
		const body = decoding.readVarUint8Array(decoder);
		if (read === step.one) {
			this.#hasAnswered = true;
			this.#sendUpdate(step.two, Y.encodeStateAsUpdate(doc, body), madeSoFar());
			return;
		}
		Y.applyUpdate(doc, body, this);
		if (read === step.two) onSynced();
	}

	#saved(decoder: decoding.Decoder): void {
		decoding.readVarUint8Array(decoder);
		this.#kept = Math.max(this.#kept, Math.min(decoding.readVarUint(decoder), this.#sent.length));
		// The room may greet with an acknowledgement before our answer to its step 1 was written.
		if (this.#kept === 0 || this.#isRefused) return;
		this.#expect();
		const made = this.#sent.findLast((edits, n) => n < this.#kept && edits !== null);
		if (made === undefined || made === null) return;
		this.#options.onSaved(made);
	}

	/** Waits for the room's answer to what was sent last: an answer that was lost must not leave edits waiting for ever. */
	#expect(): void {
		const { environment } = this.#options;
		environment.clearTimeout(this.#timer);
		if (this.#kept < this.#sent.length && !this.#isRefused) this.#timer = environment.setTimeout(() => this.#socket.restart(), answerWithin);
	}

	#refused(refusal: Refusal): void {
		// `healed` is news about content that was taken and put right; all else was not taken.
		this.#isRefused ||= refusal.code !== 'healed';
		this.#expect();
		this.#options.onRefused(refusal);
	}

	#onUpdate = (update: Uint8Array, origin: unknown): void => {
		if (origin === this || !this.#hasAnswered || !this.#socket.isOpen) return;
		this.#sendUpdate(step.update, update, this.#options.madeSoFar());
	};

	#sendUpdate(kind: number, update: Uint8Array, made: Mark): void {
		// Behind a refused update nothing can be understood; the next link's first answer holds it all.
		if (this.#isRefused) return;
		const parts = update.length > updateLimit ? splitUpdate(update, partLimit) : [update];
		if (parts.some((part) => part.length > updateLimit)) return this.#refused(tooLarge);
		for (const [n, part] of parts.entries()) {
			this.#sent.push(n === parts.length - 1 ? made : null);
			this.#send(frame.sync, (encoder) => {
				encoding.writeVarUint(encoder, kind);
				encoding.writeVarUint8Array(encoder, part);
			});
		}
		this.#expect();
	}

	#sayPresence(state: unknown): void {
		const encoder = encoding.createEncoder();
		encoding.writeVarUint(encoder, 1);
		encoding.writeVarUint(encoder, this.#options.doc.clientID);
		// Each later than the one before: the others saw us leave at some clock, and take us back only at a later one.
		encoding.writeVarUint(encoder, ++this.#clock);
		encoding.writeVarString(encoder, JSON.stringify(state));
		this.#send(frame.awareness, (all) => encoding.writeVarUint8Array(all, encoding.toUint8Array(encoder)));
	}

	#send(kind: number, write: (encoder: encoding.Encoder) => void): void {
		const encoder = encoding.createEncoder();
		encoding.writeVarUint(encoder, kind);
		write(encoder);
		this.#socket.send(encoding.toUint8Array(encoder));
	}

	/** Who was there is not known while the link is down. */
	#forgetPeers(): void {
		const { awareness, doc } = this.#options;
		const others = [...awareness.getStates().keys()].filter((client) => client !== doc.clientID);
		removeAwarenessStates(awareness, others, this);
		// The room tells of those who are still there by the clock they have: as if they were seen for the first time.
		for (const client of others) awareness.meta.delete(client);
	}
}

const schemaQuery = (version: number | null) => (version === null ? '' : `&schema=${version}`);
