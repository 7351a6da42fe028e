/**
 * The least that a hibernating room can be: it hands every update to the others as it came, and answers a newcomer with the bytes it was sent.
 * No document, no permission, no log: what is left of the figures is the host's own.
 */
type Socket = { send(data: Uint8Array): void };
type Host = { getConnections(): Iterable<Socket> };

const bytesOf = (message: ArrayBuffer | ArrayBufferView): Uint8Array =>
	message instanceof ArrayBuffer ? new Uint8Array(message) : new Uint8Array(message.buffer, message.byteOffset, message.byteLength);

export default class Relay {
	readonly options = { hibernate: true };
	readonly #room: Host;
	readonly #sockets = new Set<Socket>();
	readonly #frames: Uint8Array[] = [];

	constructor(room: Host) {
		this.#room = room;
		for (const socket of room.getConnections()) this.#sockets.add(socket);
	}

	onConnect(socket: Socket): void {
		this.#sockets.add(socket);
	}

	onMessage(message: string | ArrayBuffer | ArrayBufferView, socket: Socket): void {
		if (typeof message === 'string') return;
		const frame = bytesOf(message);
		if (frame[1] === 0) {
			for (const kept of this.#frames) socket.send(kept);
			// Step 2 of an empty document: the newcomer knows that it has all.
			return socket.send(new Uint8Array([0, 1, 2, 0, 0]));
		}
		// What a newcomer answers of an empty document is not passed on.
		if (frame[1] === 1) return;
		this.#frames.push(frame.slice());
		for (const other of this.#sockets) if (other !== socket) other.send(frame);
	}

	onClose(socket: Socket): void {
		this.#sockets.delete(socket);
	}

	onRequest(): Response {
		return new Response('ok');
	}
}
