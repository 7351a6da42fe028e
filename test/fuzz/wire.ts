/**
 * The network: frames arrive in their order after a while, or the line is cut, cleanly, in the middle of what is under way, or without a word
 * (half-open: both sides believe in it).
 */
import type { Socket as RoomSocket } from '#party/host.ts';
import type { Socket as DeviceSocket } from '../../src/lib/sync/environment.ts';
import { below, type Chance } from './chance.ts';
import type { Clock } from './clock.ts';

export type Cut = 'clean' | 'mid-frame' | 'half-open' | 'deaf';

/** What a room gets of a line. */
export type RoomEnd = {
	connect: (socket: LineEnd, url: string) => Promise<void>;
	message: (socket: LineEnd, data: string | Uint8Array) => void;
	close: (socket: LineEnd) => void;
};

/** How long a host needs to notice a peer that went without a word, in ms. */
const noticedAfter = 45_000;

export class Line {
	readonly server: LineEnd;
	readonly client: DeviceSocket;
	readonly url: string;
	#clock: Clock;
	#chance: Chance;
	#room: RoomEnd;
	/** When the last frame of a direction arrives: those after it not before. */
	#last = { up: 0, down: 0 };
	#lost = { up: false, down: false };
	#isClientGone = false;
	#isServerTold = false;
	/** What the room says before the handshake is answered: it arrives after the answer. */
	#early: (() => void)[] | null = [];

	constructor(url: string, room: RoomEnd, clock: Clock, chance: Chance) {
		this.url = url;
		this.#room = room;
		this.#clock = clock;
		this.#chance = chance;
		this.server = new LineEnd(this);
		this.client = {
			binaryType: '',
			readyState: 0,
			onopen: null,
			onmessage: null,
			onclose: null,
			onerror: null,
			send: (data) => this.#send('up', () => this.#room.message(this.server, typeof data === 'string' ? data : data.slice())),
			close: () => this.#hangUp(),
		};
		this.#later('up', () => void this.#greet());
	}

	get isOver(): boolean {
		return this.#isClientGone;
	}

	/** The server's end says something. */
	toClient(data: string | Uint8Array): void {
		const copy = typeof data === 'string' ? data : data.slice().buffer;
		this.#send('down', () => !this.#isClientGone && this.client.onmessage?.({ data: copy }));
	}

	/** The server's end closes. */
	closeClient(code: number, reason: string): void {
		this.#send('down', () => this.#closeClient(code, reason));
	}

	/** The line breaks. */
	cut(how: Cut): void {
		if (this.#isClientGone) return;
		if (how === 'deaf') return void (this.#lost.down = true);
		this.#lost.up = true;
		// Mid-frame: what the room had sent before still arrives, what was on its way up doesn't.
		if (how !== 'mid-frame' || this.#chance() < 0.5) this.#lost.down = true;
		if (how !== 'half-open') this.#clock.later(below(this.#chance, 200), () => this.#closeClient(1006, ''));
		this.#clock.later(how === 'half-open' ? noticedAfter : below(this.#chance, 3_000), () => this.tellServer());
	}

	/** The page is gone: nothing of it is heard again. */
	vanish(): void {
		this.#isClientGone = true;
		this.#lost.up = this.#lost.down = true;
		this.#clock.later(this.#chance() < 0.3 ? noticedAfter : below(this.#chance, 500), () => this.tellServer());
	}

	/** The room hears that its end is closed, once. */
	tellServer(): void {
		if (this.#isServerTold) return;
		this.#isServerTold = true;
		this.server.isOpen = false;
		this.#room.close(this.server);
	}

	/** The room's instance is gone, and with it its end. */
	forgetServer(): void {
		this.#isServerTold = true;
		this.server.isOpen = false;
		this.cut('clean');
	}

	async #greet(): Promise<void> {
		try {
			await this.#room.connect(this.server, this.url);
		} catch {
			return this.#closeClient(1006, '');
		}
		const early = this.#early ?? [];
		this.#early = null;
		this.#send('down', () => {
			if (this.#isClientGone) return;
			(this.client as { readyState: number }).readyState = 1;
			this.client.onopen?.({});
		});
		for (const deliver of early) this.#send('down', deliver);
	}

	#send(way: 'up' | 'down', deliver: () => void): void {
		if (way === 'down' && this.#early) return void this.#early.push(deliver);
		this.#later(way, () => !this.#lost[way] && deliver());
	}

	#later(way: 'up' | 'down', run: () => void): void {
		const slow = this.#chance() < 0.03 ? 400 : 30;
		this.#last[way] = Math.max(this.#last[way], this.#clock.now + 1 + below(this.#chance, slow));
		this.#clock.later(this.#last[way] - this.#clock.now, run);
	}

	#closeClient(code: number, reason: string): void {
		if (this.#isClientGone) return;
		this.#isClientGone = true;
		(this.client as { readyState: number }).readyState = 3;
		this.client.onclose?.({ code, reason });
		this.tellServer();
	}

	/** The device hangs up: the room hears of it unless the line is dead. */
	#hangUp(): void {
		if (this.#isClientGone) return;
		this.#isClientGone = true;
		if (this.#lost.up) this.#clock.later(noticedAfter, () => this.tellServer());
		else this.#later('up', () => this.tellServer());
	}
}

/** The room's end of a line. What it keeps outlives the room's sleep. */
export class LineEnd implements RoomSocket {
	state: unknown = null;
	isOpen = true;
	/** Update frames that the room got, in order; how many of them it has answered for; whether it refused one. */
	readonly updates: Uint8Array[] = [];
	answered = 0;
	hasRefused = false;
	/** Hears what the room sends. */
	onSend: (data: string | Uint8Array) => void = () => {};
	readonly line: Line;

	constructor(line: Line) {
		this.line = line;
	}

	send(data: string | Uint8Array): void {
		if (!this.isOpen) throw new Error('closed');
		this.onSend(data);
		this.line.toClient(data);
	}

	close(code: number, reason: string): void {
		if (!this.isOpen) return;
		this.isOpen = false;
		this.line.closeClient(code, reason);
	}

	setState(state: unknown): unknown {
		return (this.state = structuredClone(state));
	}
}
