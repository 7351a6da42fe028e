/**
 * Hrana streams: a connection that a client keeps between its requests by a baton. A stream left alone for ten seconds ends and its
 * open transaction is rolled back, so a client that died holds nobody up for longer.
 */
import { randomBytes } from 'node:crypto';
import { Connection, type SchemaClock } from './connection.ts';
import { HranaError } from './wire.ts';

/** A client's stream. Between requests it is found by its baton, which is good for one request. */
export interface Stream {
	connection: Connection;
	/** Texts kept by store_sql. */
	texts: Map<number, string>;
	isClosed: boolean;
}

export interface StreamLimits {
	/** Milliseconds a stream may wait for its next request. */
	idle: number;
	/** Streams at once. */
	streams: number;
}

interface Parked {
	stream: Stream;
	timer: NodeJS.Timeout;
}

export class Streams {
	readonly #file: string;
	readonly #limits: StreamLimits;
	readonly #schema: SchemaClock = { count: 0 };
	readonly #free: Connection[] = [];
	readonly #parked = new Map<string, Parked>();
	readonly #waiting = new Set<() => void>();
	#open = 0;

	constructor(file: string, limits: StreamLimits) {
		this.#file = file;
		this.#limits = limits;
		this.#free.push(new Connection(file, this.#schema));
	}

	/** The stream of a baton, or a new one. Throws a HranaError when the baton is used up or unknown, or when too many streams are open. */
	take(baton: string | null | undefined): Stream {
		if (baton === null || baton === undefined) {
			if (this.#open >= this.#limits.streams) throw new HranaError('TOO_MANY_STREAMS', `${this.#open} streams are open; close some, or try again in a moment.`, 503);
			const connection = this.#free.pop() ?? new Connection(this.#file, this.#schema);
			this.#open += 1;
			return { connection, texts: new Map(), isClosed: false };
		}
		const parked = this.#parked.get(baton);
		if (!parked) throw new HranaError('STREAM_EXPIRED', 'The stream has ended: it was closed, or left alone for too long and rolled back.');
		this.#parked.delete(baton);
		clearTimeout(parked.timer);
		return parked.stream;
	}

	/** Keeps a stream for its next request and gives the baton for it, or ends it when it is closed (null). */
	park(stream: Stream): string | null {
		if (stream.isClosed) {
			this.end(stream);
			return null;
		}
		const baton = randomBytes(18).toString('base64url');
		const timer = setTimeout(() => {
			this.#parked.delete(baton);
			this.end(stream);
		}, this.#limits.idle);
		this.#parked.set(baton, { stream, timer });
		if (!stream.connection.isInTransaction) this.#wake();
		return baton;
	}

	/** Ends a stream: its transaction is rolled back and its connection is free for the next one. */
	end({ connection }: Stream): void {
		connection.rollBack();
		this.#free.push(connection);
		this.#open -= 1;
		this.#wake();
	}

	/** Ends a stream that nobody will ask for, because its client went away before it got the baton. */
	drop(baton: string): void {
		if (this.#parked.has(baton)) this.end(this.take(baton));
	}

	/** Resolves when another writer has ended, or after `most` milliseconds: another process may hold the file too. */
	writerEnded(most: number): Promise<void> {
		return new Promise((resolve) => {
			const done = () => {
				clearTimeout(timer);
				this.#waiting.delete(done);
				resolve();
			};
			const timer = setTimeout(done, most);
			this.#waiting.add(done);
		});
	}

	/** Rolls back what is open and closes the file, its log written back. */
	close(): void {
		for (const { stream, timer } of this.#parked.values()) {
			clearTimeout(timer);
			this.end(stream);
		}
		this.#parked.clear();
		try {
			this.#free.at(-1)?.checkpoint();
		} finally {
			for (const connection of this.#free.splice(0)) connection.close();
		}
	}

	#wake(): void {
		for (const resolve of [...this.#waiting]) resolve();
	}
}
