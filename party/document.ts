/**
 * The room of a document, whatever its type (step 3 of the walk). It verifies who is asking, merges, appends to its log, acknowledges and
 * fans out. Nothing of it lives outside the instance (S1); it arms no alarm (S9) and sleeps when idle (S18).
 */
import { documentTypes } from '#domain/documents/index.ts';
import { admit } from './admit.ts';
import { refusal, signedCall } from './call.ts';
import { Copy } from './copy.ts';
import { queryAwareness, update as updateFrame } from './frames.ts';
import { alert, hangUp, type Host, type RoomRequest, type Socket } from './host.ts';
import { Links } from './links.ts';
import { Presence } from './presence.ts';
import { Publisher } from './publish.ts';
import { bytesOf, receive } from './receive.ts';
import { Seats } from './seats.ts';
import { settingsOf } from './settings.ts';
import { answerCall } from './verbs.ts';

export default class Document {
	readonly options = { hibernate: true };
	readonly #room: Host;
	readonly #settings;
	readonly #links = new Links();
	readonly #presence = new Presence();
	readonly #seats;
	readonly #publisher;
	#copy: Copy | null = null;
	#loading: Promise<Copy> | null = null;

	constructor(room: Host) {
		this.#room = room;
		this.#settings = settingsOf(room.env);
		this.#seats = new Seats(room.id, this.#settings);
		this.#publisher = new Publisher(room.id, this.#settings, ({ path }, userId) => this.#links.tellHealed(path, userId), () => this.#links.close(4404, 'deleted'));
	}

	async onConnect(socket: Socket, { request }: { request: { url: string } }): Promise<void> {
		const around = { links: this.#links, presence: this.#presence, seats: this.#seats };
		const link = await admit(socket, request.url, { id: this.#room.id, secret: this.#settings.ROOMS_SECRET, ready: () => this.#ready(), ...around });
		if (link) this.#seats.report(link, true);
	}

	async onMessage(message: string | ArrayBuffer | ArrayBufferView, socket: Socket): Promise<void> {
		if (typeof message === 'string') return message === 'ping' ? socket.send('pong') : undefined;
		const copy = this.#copy ?? (await this.#ready().catch(() => null));
		const link = this.#links.at(socket);
		if (!copy) return socket.close(1011, 'the document could not be loaded');
		if (link) receive(bytesOf(message), link, { copy, presence: this.#presence, others: (but, frame) => this.#links.send(frame, but) });
	}

	async onClose(socket: Socket): Promise<void> {
		hangUp(socket);
		// First, so that a room that slept knows of it what there is to forget.
		await this.#ready().catch(() => null);
		const link = this.#links.remove(socket);
		if (!link) return;
		const frame = this.#presence.leave(link);
		if (frame) this.#links.send(frame, link);
		if (this.#links.of(link.user.id).length === 0) this.#seats.report(link, false);
	}

	onError(socket: Socket): Promise<void> {
		return this.onClose(socket);
	}

	async onRequest(request: RoomRequest): Promise<Response> {
		const call = await signedCall(request, this.#settings.ROOMS_SECRET);
		if (call instanceof Response) return call;
		try {
			return await answerCall({ id: this.#room.id, copy: await this.#ready(), links: this.#links, seats: this.#seats, publisher: this.#publisher, erase: () => this.#erase() }, call.verb, call.body);
		} catch (error) {
			alert(this.#room.id, `${call.verb} failed`, error);
			return refusal(503, 'try-again', 'The room could not do this now. Nothing is lost; try again.');
		}
	}

	/** The document, loaded once; a load that failed is tried again by the next who asks (S1). */
	#ready(): Promise<Copy> {
		return (this.#loading ??= this.#load().catch((error) => {
			this.#loading = null;
			alert(this.#room.id, 'the document could not be loaded', error);
			throw error;
		}));
	}

	async #load(): Promise<Copy> {
		const copy: Copy = new Copy(this.#room.storage, {
			merged: (update, origin) => {
				const told = this.#links.send(updateFrame(update), origin.socket);
				this.#publisher.changed(copy, origin.isHealing === true);
				return told;
			},
			writing: () => this.#links.owed(copy.doc),
			written: () => this.#publisher.schedule(copy),
			failed: (error) => this.#fail(copy, error),
		});
		const damaged = await copy.load(documentTypes);
		if (damaged.length > 0) alert(this.#room.id, 'damaged records were left aside', damaged.join(', '));
		this.#copy = copy;
		// Sockets from before the room slept are asked who is there, and their seats are told again.
		for (const link of this.#links.resume(this.#room.getConnections())) {
			link.send(queryAwareness());
			this.#seats.report(link, true);
		}
		this.#publisher.schedule(copy);
		return copy;
	}

	/** Forgets the document for good, whoever has it open: its customer was deleted and its grace is over (CU10). */
	async #erase(): Promise<void> {
		const copy = this.#copy;
		this.#links.close(4404, 'deleted');
		this.#publisher.end();
		await copy?.written();
		this.#copy = this.#loading = null;
		copy?.end();
		await this.#room.storage.deleteAll();
		await this.#room.storage.sync();
	}

	/** Nothing unwritten lives on: the copy is dropped, and every socket comes back with what it still has (S4). */
	#fail(copy: Copy, error: unknown): void {
		alert(this.#room.id, 'a write failed; sockets are closed', error);
		this.#copy = this.#loading = null;
		this.#publisher.end();
		copy.end();
		this.#links.close(1011, 'the change could not be saved');
	}
}
