/**
 * One living WebSocket to a room (S16): a fresh token for each attempt, full-jitter backoff, end codes that end it, a dead
 * link noticed within 5 s while somebody looks, a new try at once when the device wakes, and no zombie after close().
 */
import { backoff } from './backoff.ts';
import type { Answer } from './call.ts';
import type { Environment, Socket } from './environment.ts';

/** Why a room doesn't let us in; `not-found` and the others end the tries until `reconnect()`. */
export type EndReason = 'signed-out' | 'no-right' | 'not-found' | 'reload-needed';
export type LinkState = { state: 'connecting' | 'open' | 'waiting' | 'closed' } | { state: 'ended'; reason: EndReason };

export type RoomSocketOptions = {
	room: string;
	party: 'document' | 'workspace';
	/** More query, e.g. `ack=1`. */
	query?: () => string;
	environment: Environment;
	fetchToken: (room: string) => Promise<Answer<{ token: string; url: string }>>;
	onOpen: () => void;
	onMessage: (data: Uint8Array<ArrayBuffer> | string) => void;
	onState: (state: LinkState) => void;
};

/** Silence after which the link is probed, and how long the answer may take: 2 + 2.5 < 5 s (S16). */
const probeAfter = 2_000;
const answerWithin = 2_500;
const openWithin = 10_000;
/** A link that lived this long proves the room well: the next failure starts from the shortest wait. */
const provenAfter = 5_000;
const endCodes: Record<number, EndReason> = { 4403: 'no-right', 4404: 'not-found', 4426: 'reload-needed' };
const refusals: Record<number, EndReason> = { 401: 'signed-out', 403: 'no-right', 404: 'not-found', 426: 'reload-needed' };

export class RoomSocket {
	#options: RoomSocketOptions;
	#socket: Socket | null = null;
	#timer: unknown = null;
	#attempt = 0;
	#openedAt: number | null = null;
	/** Bumped whenever an attempt is given up: what an older attempt still has under way is ignored. */
	#generation = 0;
	#isProbing = false;
	/** A refused token is fetched anew once before the session counts as over. */
	#hadBadToken = false;
	/** Asked to try again while a try is under way: a refusal that comes now may be older than what was asked for (the record was just made). */
	#isAskedAgain = false;
	#stopResume: () => void;
	state: LinkState = { state: 'closed' };

	constructor(options: RoomSocketOptions) {
		this.#options = options;
		this.#stopResume = options.environment.onResume(() => this.#resume());
		void this.#connect();
	}

	get isOpen(): boolean {
		return this.state.state === 'open';
	}

	/** Sends if the link is open; says whether it did. */
	send(data: string | Uint8Array<ArrayBuffer>): boolean {
		if (this.#socket === null || !this.isOpen) return false;
		this.#socket.send(data);
		return true;
	}

	/** Tries again now, also after an end (the right was given back, the document was made meanwhile). */
	reconnect(): void {
		if (this.state.state === 'closed' || this.state.state === 'open') return;
		if (this.state.state === 'connecting') return void (this.#isAskedAgain = true);
		this.#hadBadToken = false;
		this.#attempt = 0;
		void this.#connect();
	}

	/** Lets an open link go and begins anew after the usual wait: what the room lacks is then sent again. */
	restart(): void {
		if (this.isOpen) this.#retry();
	}

	/** Ends for good: nothing that is still under way opens a socket afterwards. */
	close(): void {
		this.#stopResume();
		this.#drop(1000);
		this.#become({ state: 'closed' });
	}

	#become(state: LinkState): void {
		this.state = state;
		this.#options.onState(state);
	}

	async #connect(): Promise<void> {
		this.#drop();
		const generation = this.#generation;
		this.#isAskedAgain = false;
		this.#become({ state: 'connecting' });
		const answer = await this.#options.fetchToken(this.#options.room);
		if (generation !== this.#generation) return;
		if (!answer.ok) {
			// The app answers 403 also for a record that isn't there (yet).
			const reason = answer.code === 'no-such-room' ? 'not-found' : refusals[answer.status];
			if (reason) this.#end(reason);
			else this.#retry();
			return;
		}
		this.#open(addressOf(answer.value, this.#options), generation);
	}

	#open(address: string, generation: number): void {
		const { environment, onOpen, onMessage } = this.#options;
		let socket: Socket;
		try {
			socket = environment.openSocket(address);
		} catch {
			return this.#retry();
		}
		this.#socket = socket;
		socket.binaryType = 'arraybuffer';
		this.#arm(openWithin, () => this.#retry());
		socket.onopen = () => {
			if (generation !== this.#generation) return socket.close(1000);
			this.#openedAt = environment.now();
			this.#become({ state: 'open' });
			this.#listen();
			onOpen();
		};
		socket.onmessage = ({ data }) => {
			if (generation !== this.#generation) return;
			this.#hadBadToken = this.#isAskedAgain = false;
			this.#listen();
			if (data !== 'pong') onMessage(typeof data === 'string' ? data : new Uint8Array(data));
		};
		socket.onclose = ({ code }) => generation === this.#generation && this.#closed(code);
		socket.onerror = () => {};
	}

	/** After anything was heard: silence is measured anew, and broken by a ping only while somebody looks. */
	#listen(): void {
		this.#isProbing = false;
		this.#arm(probeAfter, () => this.#probe());
	}

	#probe(): void {
		if (!this.#options.environment.isVisible()) return this.#arm(probeAfter, () => this.#probe());
		this.#isProbing = true;
		this.send('ping');
		this.#arm(answerWithin, () => this.#retry());
	}

	#closed(code: number): void {
		const reason = endCodes[code];
		if (code === 4401) {
			if (this.#hadBadToken) return this.#end('signed-out');
			this.#hadBadToken = true;
			void this.#connect();
		} else if (reason) this.#end(reason);
		else this.#retry();
	}

	#end(reason: EndReason): void {
		if (this.#isAskedAgain) return void this.#connect();
		this.#drop();
		this.#become({ state: 'ended', reason });
	}

	#retry(): void {
		const { environment } = this.#options;
		if (this.#openedAt !== null && environment.now() - this.#openedAt >= provenAfter) this.#attempt = 0;
		this.#drop();
		this.#arm(backoff(this.#attempt++, environment.random), () => void this.#connect());
		this.#become({ state: 'waiting' });
	}

	/** The device woke: frozen sockets don't say that they died (realtime.md §4), so ask; and don't sit out a wait. */
	#resume(): void {
		if (this.state.state === 'waiting') {
			this.#attempt = 0;
			void this.#connect();
		} else if (this.state.state === 'open' && !this.#isProbing) this.#probe();
		else if (this.state.state === 'ended' && this.state.reason !== 'reload-needed') this.reconnect();
	}

	#arm(ms: number, run: () => void): void {
		const { environment } = this.#options;
		environment.clearTimeout(this.#timer);
		this.#timer = environment.setTimeout(run, ms);
	}

	/** Lets the socket go without waiting for its goodbye, which a dead link never gives. */
	#drop(code?: number): void {
		this.#generation++;
		this.#options.environment.clearTimeout(this.#timer);
		const socket = this.#socket;
		this.#socket = null;
		this.#openedAt = null;
		this.#isProbing = false;
		if (socket === null) return;
		socket.onmessage = socket.onclose = null;
		// A socket still connecting is closed by its own onopen (closing earlier makes browsers log an error), or by this.
		try {
			socket.close(code ?? 1000);
		} catch {
			// Already gone.
		}
	}
}

/** `url` is the rooms' address (http or ws), or already the whole path of the room. */
function addressOf({ token, url }: { token: string; url: string }, { party, room, query }: RoomSocketOptions): string {
	const base = url.replace(/^http/, 'ws').replace(/\/+$/, '');
	const path = base.includes('/parties/') ? base : `${base}/parties/${party}/${room}`;
	return `${path}${path.includes('?') ? '&' : '?'}token=${encodeURIComponent(token)}${query ? `&${query()}` : ''}`;
}
