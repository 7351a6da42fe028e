/**
 * The room of a workspace: tells open screens that there is something to pull, and who sits where (SY7). It sleeps between messages;
 * seats are kept in storage and asked for again when it has been away.
 */
import { number, object } from 'valibot';
import { answer, callRoom, refusal, signedCall } from './call.ts';
import { parsed, revokeBody, seatBody } from './edit.ts';
import { hangUp, turnAway, type Host, type RoomRequest, type Socket } from './host.ts';
import { Link } from './link.ts';
import { Seating } from './seating.ts';
import { apply } from './seats.ts';
import { settingsOf } from './settings.ts';
import { ticketIn } from './token.ts';

export default class Workspace {
	readonly options = { hibernate: true };
	readonly #room: Host;
	readonly #settings;
	readonly #seating: Seating;
	#checked: Promise<void> | null = null;

	constructor(room: Host) {
		this.#room = room;
		this.#settings = settingsOf(room.env);
		this.#seating = new Seating(room.storage);
	}

	async onConnect(socket: Socket, { request }: { request: { url: string } }): Promise<void> {
		const ticket = await ticketIn(request.url, this.#room.id, this.#settings.ROOMS_SECRET);
		if (!ticket) return turnAway(socket, 4401, 'no valid token');
		if (ticket.workspace !== this.#room.id || (await this.#seating.revocationOf(ticket.userId, ticket.issuedAt))?.role === null) return turnAway(socket, 4403, 'no right');
		Link.open(socket, ticket, false);
		await this.#tellSeats();
		// After a restart rooms may have lost sockets without a word: ask those that we think someone sits at.
		this.#checked ??= this.#askAgain().catch((error) => console.warn(`${this.#room.id}: seats could not be checked: ${String(error)}`));
	}

	onMessage(message: unknown, socket: Socket): void {
		if (message === 'ping') socket.send('pong');
	}

	async onClose(socket: Socket): Promise<void> {
		hangUp(socket);
		await this.#tellSeats(Link.resume(socket)?.id);
	}

	onError(socket: Socket): Promise<void> {
		return this.onClose(socket);
	}

	async onRequest(request: RoomRequest): Promise<Response> {
		const call = await signedCall(request, this.#settings.ROOMS_SECRET);
		if (call instanceof Response) return call;
		if (call.verb === 'poke') return this.#poke(call.body);
		if (call.verb === 'seat') return this.#seat(call.body);
		if (call.verb === 'revoke') return this.#revoke(call.body);
		return refusal(404, 'no-verb', `A workspace has no '${call.verb}'.`);
	}

	#poke(body: unknown): Response {
		const call = parsed(object({ seq: number() }), body);
		if (!call.ok) return call.response;
		this.#send({ type: 'poke', seq: call.value.seq });
		return answer({});
	}

	async #seat(body: unknown): Promise<Response> {
		const call = parsed(seatBody, body);
		if (!call.ok) return call.response;
		const revoked = await this.#seating.note(call.value.doc, call.value.seats);
		await this.#tellSeats();
		return answer({ revoked });
	}

	async #revoke(body: unknown): Promise<Response> {
		const call = parsed(revokeBody, body);
		if (!call.ok) return call.response;
		await this.#seating.noteRevoked(call.value, Date.now());
		apply(call.value, this.#links().filter((link) => link.user.id === call.value.userId));
		const docs = (await this.#seating.all()).filter((seat) => seat.userId === call.value.userId).map((seat) => seat.doc);
		const answers = await Promise.all(docs.map((doc) => callRoom(this.#settings, 'document', doc, 'revoke', call.value)));
		if (answers.some(({ ok }) => !ok)) return refusal(503, 'try-again', 'Some rooms could not be reached. Call again: it changes nothing twice.');
		return answer({ documents: docs.length });
	}

	async #askAgain(): Promise<void> {
		const seats = await this.#seating.all();
		for (const doc of new Set(seats.map((seat) => seat.doc))) {
			const asked = await callRoom(this.#settings, 'document', doc, 'seats', {});
			if (!asked.ok) continue;
			const here = (asked.value as { seats: { id: string }[] }).seats.map(({ id }) => id);
			await this.#seating.leave(seats.filter((seat) => seat.doc === doc && !here.includes(seat.userId)));
		}
		await this.#tellSeats();
	}

	/** Tells every screen who sits where; who has the app open and no document has the seat `null`. */
	async #tellSeats(but?: string): Promise<void> {
		const seated = await this.#seating.all();
		const links = this.#links().filter((link) => link.id !== but);
		const standing = new Map(links.filter((link) => !seated.some((seat) => seat.userId === link.user.id)).map(({ user }) => [user.id, { userId: user.id, name: user.name, colour: user.colour, doc: null }]));
		this.#send({ type: 'seats', seats: [...seated.map(({ userId, name, colour, doc }) => ({ userId, name, colour, doc })), ...standing.values()] });
	}

	#links(): Link[] {
		return [...this.#room.getConnections()].map(Link.resume).filter((link) => link !== null);
	}

	#send(message: unknown): void {
		const text = JSON.stringify(message);
		for (const link of this.#links()) link.send(text);
	}
}
