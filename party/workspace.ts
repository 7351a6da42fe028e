/**
 * The room of a workspace: tells open screens that there is something to pull, and who sits where (SY7). It sleeps between messages;
 * seats are kept in storage and asked for again when it has been away.
 */
import { number, object } from 'valibot';
import { answer, callRoom, refusal, signedCall } from './call.ts';
import { parsed, revokeBody, seatBody } from './edit.ts';
import { hangUp, turnAway, type Host, type RoomRequest, type Socket } from './host.ts';
import { Link } from './link.ts';
import { apply, isRole } from './seats.ts';
import { settingsOf } from './settings.ts';
import { ticketIn, tokenLifeMs } from './token.ts';

type Seat = { doc: string; userId: string; name: string; colour: string };
type Revoked = { at: number; role: string | null };

export default class Workspace {
	readonly options = { hibernate: true };
	readonly #room: Host;
	readonly #settings;
	#checked: Promise<void> | null = null;

	constructor(room: Host) {
		this.#room = room;
		this.#settings = settingsOf(room.env);
	}

	async onConnect(socket: Socket, { request }: { request: { url: string } }): Promise<void> {
		const ticket = await ticketIn(request.url, this.#room.id, this.#settings.ROOMS_SECRET);
		if (!ticket) return turnAway(socket, 4401, 'no valid token');
		if (ticket.workspace !== this.#room.id || (await this.#revocationOf(ticket.userId, ticket.issuedAt))?.role === null) return turnAway(socket, 4403, 'no right');
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
		if (request.method === 'GET' && new URL(request.url).pathname.endsWith('/healthz')) return new Response('ok');
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
		const { isHere, issuedAt, ...seat } = call.value;
		const revoked = await this.#revocationOf(seat.userId, issuedAt);
		if (isHere && revoked?.role !== null) await this.#room.storage.put({ [keyOf(seat)]: seat });
		else await this.#room.storage.delete([keyOf(seat)]);
		await this.#tellSeats();
		return answer({ revoked });
	}

	async #revoke(body: unknown): Promise<Response> {
		const call = parsed(revokeBody, body);
		if (!call.ok) return call.response;
		const { userId, role } = call.value;
		const now = Date.now();
		const old = [...(await this.#room.storage.list<Revoked>({ prefix: 'revoked:' }))].filter(([, { at }]) => at < now - 2 * tokenLifeMs);
		await this.#room.storage.delete(old.slice(0, 100).map(([key]) => key));
		await this.#room.storage.put({ [`revoked:${userId}`]: { at: now, role: isRole(role) ? role : null } satisfies Revoked });
		apply({ userId, role }, this.#links().filter((link) => link.user.id === userId));
		const docs = (await this.#seats()).filter((seat) => seat.userId === userId).map((seat) => seat.doc);
		const answers = await Promise.all(docs.map((doc) => callRoom(this.#settings, 'document', doc, 'revoke', { userId, role })));
		if (answers.some(({ ok }) => !ok)) return refusal(503, 'try-again', 'Some rooms could not be reached. Call again: it changes nothing twice.');
		return answer({ documents: docs.length });
	}

	/** A revocation that a token from `issuedAt` (ms) does not know of. `role` null means: no right at all. */
	async #revocationOf(userId: string, issuedAt: number): Promise<Revoked | null> {
		const revoked = await this.#room.storage.get<Revoked>(`revoked:${userId}`);
		return revoked && issuedAt <= revoked.at ? revoked : null;
	}

	async #askAgain(): Promise<void> {
		const seats = await this.#seats();
		for (const doc of new Set(seats.map((seat) => seat.doc))) {
			const asked = await callRoom(this.#settings, 'document', doc, 'seats', {});
			if (!asked.ok) continue;
			const here = (asked.value as { seats: { id: string }[] }).seats.map(({ id }) => id);
			const gone = seats.filter((seat) => seat.doc === doc && !here.includes(seat.userId));
			if (gone.length > 0) await this.#room.storage.delete(gone.map(keyOf));
		}
		await this.#tellSeats();
	}

	/** Tells every screen who sits where; who has the app open and no document has the seat `null`. */
	async #tellSeats(but?: string): Promise<void> {
		const seated = await this.#seats();
		const links = this.#links().filter((link) => link.id !== but);
		const standing = new Map(links.filter((link) => !seated.some((seat) => seat.userId === link.user.id)).map(({ user }) => [user.id, { userId: user.id, name: user.name, colour: user.colour, doc: null }]));
		this.#send({ type: 'seats', seats: [...seated.map(({ userId, name, colour, doc }) => ({ userId, name, colour, doc })), ...standing.values()] });
	}

	async #seats(): Promise<Seat[]> {
		return [...(await this.#room.storage.list<Seat>({ prefix: 'seat:' })).values()];
	}

	#links(): Link[] {
		return [...this.#room.getConnections()].map(Link.resume).filter((link) => link !== null);
	}

	#send(message: unknown): void {
		const text = JSON.stringify(message);
		for (const link of this.#links()) link.send(text);
	}
}

const keyOf = (seat: { doc: string; userId: string }): string => `seat:${seat.doc}:${seat.userId}`;
