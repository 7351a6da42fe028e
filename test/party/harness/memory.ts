/** A host made of memory: the room class as it is, with storage that fails, waits or loses bytes on demand. */
import type { Host, Socket, Storage } from '#party/host.ts';
import { secret } from './rooms.ts';

export class MemoryStorage implements Storage {
	kept = new Map<string, unknown>();
	/** What the next calls do: throw, or wait until released. */
	failure: { of: 'list' | 'put' | 'sync'; error: Error } | null = null;
	#held: Promise<void> | null = null;
	writes = 0;

	/** Nothing reaches the disk until what is returned is called. */
	hold(): () => void {
		let release = () => {};
		this.#held = new Promise((resolve) => (release = resolve));
		return () => ((this.#held = null), release());
	}

	/** The same content in another storage: what a restarted room finds. */
	copy(): MemoryStorage {
		const copy = new MemoryStorage();
		copy.kept = structuredClone(this.kept);
		return copy;
	}

	async get<T>(key: string): Promise<T | undefined> {
		return structuredClone(this.kept.get(key)) as T | undefined;
	}

	async put(entries: Record<string, unknown>): Promise<void> {
		if (this.failure?.of === 'put') throw this.failure.error;
		if (Object.keys(entries).length > 128) throw new Error('more than 128 entries');
		this.writes += 1;
		for (const [key, value] of Object.entries(entries)) this.kept.set(key, structuredClone(value));
	}

	async delete(keys: string[]): Promise<number> {
		if (keys.length > 128) throw new Error('more than 128 keys');
		return keys.filter((key) => this.kept.delete(key)).length;
	}

	async deleteAll(): Promise<void> {
		this.kept.clear();
	}

	async list<T>({ prefix }: { prefix: string }): Promise<Map<string, T>> {
		if (this.failure?.of === 'list') throw this.failure.error;
		return new Map([...this.kept].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, structuredClone(value) as T]));
	}

	async sync(): Promise<void> {
		await this.#held;
		if (this.failure && this.failure.of !== 'list') throw this.failure.error;
	}
}

/** The server's end of a socket. What the room sent is in `sent`. */
export class MemorySocket implements Socket {
	state: unknown = null;
	sent: (string | Uint8Array)[] = [];
	closed: { code: number; reason: string } | null = null;

	send(data: string | Uint8Array): void {
		if (this.closed) throw new Error('closed');
		this.sent.push(data);
	}

	close(code: number, reason: string): void {
		this.closed ??= { code, reason };
	}

	setState(state: unknown): unknown {
		return (this.state = structuredClone(state));
	}

	/** Frames of a kind (docs/protocol.md). */
	frames(kind: number): Uint8Array[] {
		return this.sent.filter((data): data is Uint8Array => typeof data !== 'string' && data[0] === kind);
	}
}

export class MemoryHost implements Host {
	readonly id: string;
	readonly storage: MemoryStorage;
	readonly env: Record<string, unknown>;
	sockets: MemorySocket[] = [];

	constructor(id: string, storage = new MemoryStorage(), vars: Record<string, string> = {}) {
		this.id = id;
		this.storage = storage;
		this.env = { ROOMS_URL: 'http://127.0.0.1:9', ROOMS_SECRET: secret, LIBSQL_URL: 'http://127.0.0.1:9', ...vars };
	}

	getConnections(): Iterable<Socket> {
		return this.sockets.filter((socket) => !socket.closed);
	}
}
