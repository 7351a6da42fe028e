/**
 * The room of a document, whatever its type (step 3 of the walk). It verifies who is asking, merges, appends to its log, acknowledges and
 * fans out. Nothing of it lives outside the instance (S1); it arms no alarm (S9) and sleeps when idle (S18).
 */
import * as Y from 'yjs';
import { documentTypes } from '#domain/documents/index.ts';
import { answer, refusal, signedCall } from './call.ts';
import { Copy } from './copy.ts';
import { create, edit, parsed, revokeBody } from './edit.ts';
import { queryAwareness, step1, update as updateFrame } from './frames.ts';
import { alert, hangUp, turnAway, type Host, type RoomRequest, type Socket } from './host.ts';
import { Link } from './link.ts';
import { Presence } from './presence.ts';
import { Publisher } from './publish.ts';
import { receive } from './receive.ts';
import { Seats } from './seats.ts';
import { settingsOf } from './settings.ts';
import { ticketIn } from './token.ts';

export default class Document {
	readonly options = { hibernate: true };
	readonly #room: Host;
	readonly #settings;
	readonly #links = new Map<string, Link>();
	readonly #presence = new Presence();
	readonly #seats;
	readonly #publisher;
	#copy: Copy | null = null;
	#loading: Promise<Copy> | null = null;

	constructor(room: Host) {
		this.#room = room;
		this.#settings = settingsOf(room.env);
		this.#seats = new Seats(room.id, this.#settings);
		this.#publisher = new Publisher(room.id, this.#settings, (healing, userId) => {
			for (const link of this.#of(userId)) link.refuse('healed', `“${healing.path}” can’t hold what was written there; it was put back.`);
		});
	}

	async onConnect(socket: Socket, { request }: { request: { url: string } }): Promise<void> {
		const ticket = await ticketIn(request.url, this.#room.id, this.#settings.ROOMS_SECRET);
		if (!ticket) return turnAway(socket, 4401, 'no valid token');
		const copy = await this.#ready().catch(() => null);
		if (!copy) return turnAway(socket, 1011, 'the document could not be loaded');
		if (!copy.log.head) return turnAway(socket, 4404, 'no such document');
		if (copy.log.head.workspace !== ticket.workspace) return turnAway(socket, 4403, 'another workspace');
		const link = Link.open(socket, ticket, new URL(request.url).searchParams.get('ack') === '1');
		if (!this.#seats.admits(link)) return turnAway(socket, 4403, 'the right was taken back');
		this.#links.set(link.id, link);
		link.send(step1(Y.encodeStateVector(copy.doc)));
		const present = this.#presence.all();
		if (present) link.send(present);
		void this.#seats.report(link, true);
	}

	async onMessage(message: string | ArrayBuffer | ArrayBufferView, socket: Socket): Promise<void> {
		if (typeof message === 'string') return message === 'ping' ? socket.send('pong') : undefined;
		const copy = this.#copy ?? (await this.#ready().catch(() => null));
		const link = this.#links.get((socket.state as { id?: string } | null)?.id ?? '');
		if (!copy) return socket.close(1011, 'the document could not be loaded');
		// A socket that is being turned away.
		if (!link) return;
		const bytes = message instanceof ArrayBuffer ? new Uint8Array(message) : new Uint8Array(message.buffer, message.byteOffset, message.byteLength);
		receive(bytes, link, { copy, presence: this.#presence, others: (but, frame) => this.#fanOut(frame, but) });
		if (link.isOwed && link.wantsAck && !copy.hasUnwritten) void copy.written().catch(() => undefined);
	}

	async onClose(socket: Socket): Promise<void> {
		hangUp(socket);
		const link = this.#links.get((socket.state as { id?: string } | null)?.id ?? '') ?? Link.resume(socket);
		if (!link) return;
		this.#links.delete(link.id);
		await this.#ready().catch(() => null);
		const frame = this.#presence.leave(link);
		if (frame) this.#fanOut(frame, link);
		if (this.#of(link.user.id).length === 0) void this.#seats.report(link, false);
	}

	onError(socket: Socket): Promise<void> {
		return this.onClose(socket);
	}

	async onRequest(request: RoomRequest): Promise<Response> {
		if (request.method === 'GET' && new URL(request.url).pathname.endsWith('/healthz')) return new Response('ok');
		const call = await signedCall(request, this.#settings.ROOMS_SECRET);
		if (call instanceof Response) return call;
		try {
			return await this.#answer(await this.#ready(), call.verb, call.body);
		} catch (error) {
			alert(this.#room.id, `${call.verb} failed`, error);
			return refusal(503, 'try-again', 'The room could not do this now. Nothing is lost; try again.');
		}
	}

	async #answer(copy: Copy, verb: string, body: unknown): Promise<Response> {
		if (verb === 'create') return create(copy, this.#room.id, documentTypes, body);
		if (verb === 'revoke') {
			const call = parsed(revokeBody, body);
			return call.ok ? answer({ revoked: this.#seats.revoke(call.value, this.#of(call.value.userId)) }) : call.response;
		}
		if (verb === 'seats') return answer({ seats: [...this.#links.values()].map(({ user }) => user) });
		if (!copy.log.head) return refusal(404, 'no-document', 'There is no such document: it was never created.');
		if (verb === 'edit') return edit(copy, body);
		if (verb === 'publish') return answer({ published: copy.isDirty ? await this.#publisher.now(copy) : false, position: copy.log.position });
		if (verb !== 'read') return refusal(404, 'no-verb', `A document has no '${verb}'.`);
		await copy.written();
		return answer({ type: copy.type.type, rows: copy.type.projection(copy.doc), epoch: copy.log.head.epoch, position: copy.log.position });
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
				this.#fanOut(updateFrame(update), origin.socket);
				this.#publisher.changed(copy, origin.isHealing === true);
			},
			writing: () => this.#acknowledging(copy),
			failed: (error) => this.#fail(copy, error),
		});
		const damaged = await copy.load(documentTypes);
		if (damaged.length > 0) alert(this.#room.id, 'damaged records were left aside', damaged.join(', '));
		this.#copy = copy;
		for (const socket of this.#room.getConnections()) this.#resume(socket);
		if (copy.isDirty) this.#publisher.schedule(copy);
		return copy;
	}

	/** A socket from before the room slept: it is asked who is there, and its seat is told again. */
	#resume(socket: Socket): void {
		const link = Link.resume(socket);
		if (!link || this.#links.has(link.id)) return;
		this.#links.set(link.id, link);
		link.send(queryAwareness());
		void this.#seats.report(link, true);
	}

	/** What to do when the changes so far are on disk: acknowledge them to their senders, and publish (S4). */
	#acknowledging(copy: Copy): () => void {
		const vector = Y.encodeStateVector(copy.doc);
		const owed = [...this.#links.values()].filter((link) => link.isOwed).map((link) => ({ link, frames: link.frames }));
		for (const { link } of owed) link.isOwed = false;
		return () => {
			for (const { link, frames } of owed) {
				link.keep();
				link.acknowledge(vector, frames);
			}
			if (copy.isDirty) this.#publisher.schedule(copy);
		};
	}

	/** Nothing unwritten lives on: the copy is dropped, and every socket comes back with what it still has (S4). */
	#fail(copy: Copy, error: unknown): void {
		alert(this.#room.id, 'a write failed; sockets are closed', error);
		this.#copy = this.#loading = null;
		this.#publisher.end();
		copy.end();
		for (const link of this.#links.values()) link.close(1011, 'the change could not be saved');
		this.#links.clear();
	}

	#fanOut(frame: Uint8Array, but: unknown): void {
		for (const link of this.#links.values()) if (link !== but) link.send(frame);
	}

	#of(userId: string): Link[] {
		return [...this.#links.values()].filter((link) => link.user.id === userId);
	}
}
