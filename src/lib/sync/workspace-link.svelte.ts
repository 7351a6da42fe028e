/** The workspace's socket: pokes that there is something to pull, and who is on which record (SY7, SY8). */
import { type LinkState, RoomSocket, type RoomSocketOptions } from './room-socket.ts';
import type { Tabs } from './tabs.ts';

export type Seat = { userId: string; name: string; colour: string; doc: string | null };

export type WorkspaceLinkOptions = Pick<RoomSocketOptions, 'environment' | 'fetchToken'> & {
	workspace: string;
	/** The tab that leads holds the socket; the others hear from it who is here (ADR 13). */
	tabs: Tabs;
	/** In the lead. */
	onPoke: (seq: number) => void;
	/** In the lead: the link opened (pokes may have been missed) or was lost, or the room ended it. */
	onLink: (state: LinkState) => void;
};

export class WorkspaceLink {
	#options: WorkspaceLinkOptions;
	#socket: RoomSocket | null = null;
	#stops: (() => void)[];
	seats = $state.raw<readonly Seat[]>([]);
	isOpen = $state(false);
	/** It was lost or couldn't be made, and hasn't been open since. */
	isLost = $state(false);

	constructor(options: WorkspaceLinkOptions) {
		this.#options = options;
		const { tabs } = options;
		this.#stops = [
			tabs.on('workspace', ({ asks, seats, isOpen, isLost }, from) => {
				if (asks) return tabs.isLead && this.#say();
				if (!tabs.isLead && tabs.leads(from)) [this.seats, this.isOpen, this.isLost] = [seats, isOpen, isLost];
			}),
			tabs.follow((isLead) => (isLead ? this.#lead() : this.#follow())),
		];
	}

	close(): void {
		for (const stop of this.#stops) stop();
		this.#socket?.close();
	}

	#lead(): void {
		const { workspace, onPoke, onLink, environment, fetchToken } = this.#options;
		this.#socket = new RoomSocket({
			environment,
			fetchToken,
			room: workspace,
			party: 'workspace',
			onOpen: () => {},
			onMessage: (data) => {
				const message = typeof data === 'string' ? parse(data) : null;
				if (message?.type === 'poke' && typeof message.seq === 'number') onPoke(message.seq);
				else if (message?.type === 'seats' && Array.isArray(message.seats)) this.#become(message.seats, this.isOpen);
			},
			onState: (state) => {
				const isOpen = state.state === 'open';
				if (isOpen || state.state === 'waiting') this.isLost = !isOpen;
				this.#become(isOpen ? this.seats : [], isOpen);
				onLink(state);
			},
		});
	}

	#follow(): void {
		this.#socket?.close();
		this.#socket = null;
		this.#options.tabs.post('workspace', { asks: true });
	}

	#become(seats: readonly Seat[], isOpen: boolean): void {
		if (seats.length > 0 || this.seats.length > 0) this.seats = seats;
		this.isOpen = isOpen;
		this.#say();
	}

	#say(): void {
		this.#options.tabs.post('workspace', { seats: this.seats, isOpen: this.isOpen, isLost: this.isLost });
	}
}

function parse(text: string): { type?: unknown; seq?: unknown; seats?: any } | null {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}
