/** The workspace's socket: pokes that there is something to pull, and who is on which record (SY7, SY8). */
import { RoomSocket, type RoomSocketOptions } from './room-socket.ts';

export type Seat = { userId: string; name: string; colour: string; doc: string | null };

export type WorkspaceLinkOptions = Pick<RoomSocketOptions, 'environment' | 'fetchToken'> & {
	workspace: string;
	onPoke: (seq: number) => void;
	/** The link opened (pokes may have been missed) or was lost, or the room ended it. */
	onLink: (state: RoomSocket['state']) => void;
};

export class WorkspaceLink {
	#socket: RoomSocket;
	seats = $state.raw<readonly Seat[]>([]);
	isOpen = $state(false);

	constructor({ workspace, onPoke, onLink, ...options }: WorkspaceLinkOptions) {
		this.#socket = new RoomSocket({
			...options,
			room: workspace,
			party: 'workspace',
			onOpen: () => {},
			onMessage: (data) => {
				const message = typeof data === 'string' ? parse(data) : null;
				if (message?.type === 'poke' && typeof message.seq === 'number') onPoke(message.seq);
				else if (message?.type === 'seats' && Array.isArray(message.seats)) this.seats = message.seats;
			},
			onState: (state) => {
				this.isOpen = state.state === 'open';
				if (!this.isOpen && this.seats.length > 0) this.seats = [];
				onLink(state);
			},
		});
	}

	close(): void {
		this.#socket.close();
	}
}

function parse(text: string): { type?: unknown; seq?: unknown; seats?: any } | null {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}
