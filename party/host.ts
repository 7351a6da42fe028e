/**
 * What a room needs of the place it runs in. PartyKit's `Room` fits as it is; party/cloudflare.ts makes a Durable Object fit; a test
 * gives one made of memory, whose storage can fail on demand.
 */

/** `allowUnconfirmed`: what the room sends meanwhile doesn't wait for this write. What must wait for it awaits `sync`. */
export type WriteOptions = { allowUnconfirmed?: boolean };

/** Durable, transactional storage: writes without an `await` between them happen together or not at all. */
export interface Storage {
	get<T>(key: string): Promise<T | undefined>;
	/** At most 128 entries of at most 128 KiB each. */
	put(entries: Record<string, unknown>, options?: WriteOptions): Promise<void>;
	/** At most 128 keys. */
	delete(keys: string[], options?: WriteOptions): Promise<unknown>;
	/** Everything. */
	deleteAll(): Promise<void>;
	list<T>(options: { prefix: string; start?: string }): Promise<Map<string, T>>;
	/** Resolves when everything written so far is on disk, and throws if it could not be. */
	sync(): Promise<void>;
}

/** A connected socket. Its state outlives hibernation (at most 2 KB). */
export interface Socket {
	send(data: string | Uint8Array): void;
	close(code: number, reason: string): void;
	readonly state: unknown;
	setState(state: unknown): unknown;
}

export interface Host {
	readonly id: string;
	readonly env: Record<string, unknown>;
	readonly storage: Storage;
	getConnections(): Iterable<Socket>;
}

/** A request as rooms read it: every host's own type fits. */
export interface RoomRequest {
	readonly method: string;
	readonly url: string;
	readonly headers: { get(name: string): string | null };
	text(): Promise<string>;
}

/** Says on the host's log that something needs a person, as one line of JSON. */
export const alert = (room: string, what: string, error: unknown): void =>
	console.error(JSON.stringify({ level: 'alert', room, what, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }));

/** Completes a close that the other side began: a hibernating socket isn't answered by every host. Reserved codes can't be sent back. */
export const hangUp = (socket: Socket): void => {
	try {
		socket.close(1000, '');
	} catch {
		// It is closed already.
	}
};

/** Closes a socket that is not let in: a moment later, because PartyKit's workerd never delivers a close from before the handshake's answer. */
export const turnAway = (socket: Socket, code: number, reason: string): void => void setTimeout(() => socket.close(code, reason), 10);
