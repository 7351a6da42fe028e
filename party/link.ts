/** One socket of a document room: who it is, what it may do, and what the room still owes it. Outlives hibernation in the socket's state. */
import type { Role } from '#domain/access/roles.ts';
import type { Origin } from './copy.ts';
import { refused, saved, type RefusalCode } from './frames.ts';
import type { Socket } from './host.ts';
import { Rate } from './rate.ts';
import type { Ticket } from './token.ts';

type Kept = { id: string; user: { id: string; name: string; colour: string }; role: Role; workspace: string; issuedAt: number; wantsAck: boolean; frames: number; paid: number; client: number | null; clock: number };

export class Link {
	readonly socket: Socket;
	readonly id: string;
	readonly user: { id: string; name: string; colour: string };
	readonly workspace: string;
	readonly issuedAt: number;
	readonly wantsAck: boolean;
	/** Who makes the changes that it sends. */
	readonly origin: Origin;
	readonly rate = new Rate(Date.now());
	role: Role;
	/** Update frames received so far (docs/protocol.md, `100 saved`). */
	frames: number;
	/** The Yjs client id it speaks for, once known, and the last number its awareness went out with. */
	client: number | null;
	clock: number;
	/** How many of them are acknowledged. Both are kept: a room that finds a difference after its sleep has lost what came between. */
	paid: number;
	/** Why everything it sends is refused from now on: an update it sent is missing, so that those after it can't be understood. */
	refusal: { code: RefusalCode; message: string } | null = null;

	private constructor(socket: Socket, kept: Kept) {
		this.socket = socket;
		({ id: this.id, user: this.user, role: this.role, workspace: this.workspace, issuedAt: this.issuedAt, wantsAck: this.wantsAck } = kept);
		this.origin = { actor: { kind: 'user', id: kept.user.id }, cause: null, socket: this };
		({ frames: this.frames, paid: this.paid, client: this.client, clock: this.clock } = kept);
	}

	/** A socket that was let in by its ticket. Its id is the room's, never the client's (S6). */
	static open(socket: Socket, ticket: Ticket, wantsAck: boolean): Link {
		const user = { id: ticket.userId, name: ticket.name, colour: ticket.colour };
		const { role, workspace, issuedAt } = ticket;
		const link = new Link(socket, { id: crypto.randomUUID(), user, role, workspace, issuedAt, wantsAck, frames: 0, paid: 0, client: null, clock: 0 });
		link.keep();
		return link;
	}

	/** A socket that was let in before the room slept; null when it never was. */
	static resume(socket: Socket): Link | null {
		const kept = socket.state as Kept | null;
		return kept?.id && kept.user ? new Link(socket, kept) : null;
	}

	/** Writes what must outlive hibernation. */
	keep(): void {
		const { id, user, role, workspace, issuedAt, wantsAck, frames, paid, client, clock } = this;
		this.socket.setState({ id, user, role, workspace, issuedAt, wantsAck, frames, paid, client, clock } satisfies Kept);
	}

	get isOwed(): boolean {
		return this.frames > this.paid;
	}

	/** Counts an update frame. Who receives it keeps the first that is owed. */
	count(): void {
		this.frames += 1;
	}

	/** Sends; a socket that is closing is not an error. */
	send(data: string | Uint8Array): void {
		try {
			this.socket.send(data);
		} catch {
			// Its close event follows.
		}
	}

	close(code: number, reason: string): void {
		try {
			this.socket.close(code, reason);
		} catch {
			// It is closed already.
		}
	}

	/** Says that everything in `vector` and the first `frames` update frames are durable or refused (S4), and keeps the count. */
	acknowledge(vector: Uint8Array, frames: number): void {
		this.paid = frames;
		this.keep();
		if (this.wantsAck) this.send(saved(vector, frames));
	}

	/** Says that an update was not taken. Vanilla providers don't know the frame and aren't told. */
	refuse(code: RefusalCode, message: string): void {
		if (this.wantsAck) this.send(refused(code, message));
	}
}
