/** The real room classes on a host of this process: started when somebody comes, put to sleep when idle, killed at any moment. */
import * as Y from 'yjs';
import Document from '#party/document.ts';
import { isUpdateFrame } from '#party/frames.ts';
import type { RoomRequest } from '#party/host.ts';
import Workspace from '#party/workspace.ts';
import { createDecoder, readVarUint, readVarUint8Array, readVarString } from 'lib0/decoding';
import type { Chance } from './chance.ts';
import Sweeper from './sweeper.ts';
import { owners, type Clock, type Owner } from './clock.ts';
import { Disk } from './disk.ts';
import type { LineEnd, RoomEnd } from './wire.ts';

type Room = {
	onConnect?: (socket: any, context: { request: { url: string } }) => Promise<void>;
	onMessage?: (message: any, socket: any) => unknown;
	onClose?: (socket: any) => Promise<void>;
	onRequest: (request: RoomRequest) => Promise<Response>;
	onAlarm?: () => Promise<void>;
};
export type RoomClass = new (host: any) => Room;
export type RoomClasses = { document: RoomClass; workspace: RoomClass; automation: RoomClass };
export const realRooms: RoomClasses = { document: Document, workspace: Workspace, automation: Sweeper };

/** What is asked of an instance that is gone has no answer. */
class Gone extends TypeError {}

/** `ends`: the sockets it holds. `end` is its death; `cut` takes its storage from it, and it doesn't know. */
type Instance = { room: Room; owner: Owner; gone: Promise<never>; ends: Set<LineEnd>; end: () => void; cut: () => void };

export class RoomHost implements RoomEnd {
	readonly disk: Disk;
	readonly party: string;
	readonly id: string;
	readonly #house: House;
	#instance: Instance | null = null;
	/** Instances that were cut off, and go on beside the one that counts (S11). */
	#stale = new Set<Instance>();
	/** The sockets of whichever instance counts: they outlive its sleep. */
	#ends = new Set<LineEnd>();
	#alarm: number | null = null;

	constructor(house: House, party: string, id: string) {
		this.#house = house;
		this.party = party;
		this.id = id;
		this.disk = new Disk(house.clock, house.chance);
		this.disk.onAlarm = (at) => this.#arm(at);
	}

	async connect(socket: LineEnd, url: string): Promise<void> {
		this.#ends.add(socket);
		socket.onSend = (data) => this.#said(socket, data);
		await this.#run((room) => room.onConnect?.(socket, { request: { url } }), socket);
	}

	message(socket: LineEnd, data: string | Uint8Array): void {
		if (!socket.isOpen) return;
		if (typeof data !== 'string' && isUpdateFrame(data)) socket.updates.push(bodyOf(data));
		this.#run((room) => room.onMessage?.(typeof data === 'string' ? data : data.slice().buffer, socket), socket).catch((error) => this.#threw('a message', error));
	}

	close(socket: LineEnd): void {
		const stale = this.#staleOf(socket);
		if (!(stale?.ends ?? this.#ends).delete(socket)) return;
		this.#run((room) => room.onClose?.(socket), socket, stale).catch((error) => this.#threw('a close', error));
	}

	async request(request: Request): Promise<Response> {
		const seen = { method: request.method, url: request.url, headers: request.headers, text: () => request.text() };
		return (await this.#run((room) => room.onRequest(seen))) as Response;
	}

	/** `kill -9`: what isn't on disk is lost, sockets break. */
	kill(): void {
		for (const old of this.#stale) this.#endStale(old);
		this.#leave();
		this.disk.crash();
	}

	/**
	 * The instance is cut off from its storage, and doesn't know: what it asks for arrives `lag` ms late, and it goes on with its sockets for
	 * `lives` ms, while another one starts from what is on disk (S11).
	 */
	cutOff(lag: number, lives: number): void {
		const old = this.#instance;
		if (old === null) return;
		this.#instance = null;
		old.cut();
		old.owner.lag = lag;
		old.ends = this.#ends;
		this.#ends = new Set();
		this.disk.crash();
		this.#stale.add(old);
		this.#house.clock.later(lives, () => this.#endStale(old));
	}

	/** Sleeps if it is idle: only its storage and its sockets' states stay (S18). */
	sleep(): boolean {
		if (this.#instance === null || this.#instance.owner.timers > 0) return false;
		this.#instance.owner.isDead = true;
		this.#instance = null;
		return true;
	}

	/** Everything merged so far by the instance that runs, without asking it. */
	get isRunning(): boolean {
		return this.#instance !== null;
	}

	#staleOf(socket: LineEnd): Instance | null {
		for (const old of this.#stale) if (old.ends.has(socket)) return old;
		return null;
	}

	#endStale(old: Instance): void {
		if (!this.#stale.delete(old)) return;
		old.owner.isDead = true;
		old.end();
		for (const end of old.ends) end.line.forgetServer();
	}

	#leave(): void {
		if (this.#instance) {
			this.#instance.owner.isDead = true;
			this.#instance.end();
		}
		this.#instance = null;
		for (const end of this.#ends) end.line.forgetServer();
		this.#ends.clear();
	}

	#threw(at: string, error: unknown): void {
		if (!(error instanceof Gone)) this.#house.broken(`${this.id} threw at ${at}`, error);
	}

	/** Runs something in the instance that holds a socket, or in the one that counts. */
	#run<T>(act: (room: Room) => T, socket?: LineEnd, stale = socket ? this.#staleOf(socket) : null): Promise<Awaited<T>> {
		const { room, owner, gone } = stale ?? (this.#instance ??= this.#start());
		return Promise.race([owners.run(owner, async () => act(room)), gone]) as Promise<Awaited<T>>;
	}

	#start(): Instance {
		const owner: Owner = { isDead: false, skew: this.#house.skew, timers: 0 };
		let isCut = false;
		let end = () => {};
		const gone = new Promise<never>((_, reject) => (end = () => ((isCut = true), reject(new Gone('the room is gone')))));
		gone.catch(() => {});
		const instance = { owner, gone, end: () => end(), cut: () => (isCut = true), ends: this.#ends } as unknown as Instance;
		const host = {
			id: this.id,
			env: this.#house.env,
			storage: this.disk.mount(() => isCut),
			getConnections: () => [...instance.ends].filter((socket) => socket.isOpen),
		};
		instance.room = owners.run(owner, () => new this.#house.classes[this.party as keyof RoomClasses](host));
		return instance;
	}

	#arm(at: number | null): void {
		this.#alarm = at;
		if (at === null) return;
		this.#house.clock.later(at - this.#house.clock.now, () => {
			if (this.#alarm !== at) return;
			this.#alarm = this.disk.alarm = null;
			this.#run((room) => room.onAlarm?.()).catch(() => {});
		});
	}

	/** S4, at the moment of saying it: what is acknowledged is on disk. */
	#said(socket: LineEnd, data: string | Uint8Array): void {
		if (this.party !== 'document' || typeof data === 'string') return;
		const decoder = createDecoder(data);
		const kind = readVarUint(decoder);
		if (kind === 101 && JSON.parse(readVarString(decoder)).code !== 'healed') socket.hasRefused = true;
		if (kind !== 100) return;
		const vector = Y.decodeStateVector(readVarUint8Array(decoder));
		const frames = readVarUint(decoder);
		const onDisk = Y.decodeStateVector(Y.encodeStateVector(this.disk.content));
		for (const [client, clock] of vector) if ((onDisk.get(client) ?? 0) < clock) this.#house.broken(`S4: ${this.id} acknowledged ${client}:${clock}, on disk is ${onDisk.get(client) ?? 0}`);
		if (frames > socket.updates.length) this.#house.broken(`S4: ${this.id} acknowledged ${frames} frames of a socket that sent ${socket.updates.length}`);
		if (!socket.hasRefused) {
			const snapshot = Y.snapshot(this.disk.content);
			for (const update of socket.updates.slice(socket.answered, frames)) if (!Y.snapshotContainsUpdate(snapshot, update)) this.#house.broken(`S4: ${this.id} acknowledged a frame that is not on disk`);
		}
		socket.answered = Math.max(socket.answered, frames);
	}
}

/** All rooms of a world. */
export class House {
	readonly clock: Clock;
	readonly chance: Chance;
	readonly env: Record<string, unknown>;
	readonly classes: RoomClasses;
	readonly broken: (what: string, error?: unknown) => void;
	/** How far the rooms' clocks are ahead, in ms: of instances started from now on. */
	skew = 0;
	readonly #rooms = new Map<string, RoomHost>();

	constructor(options: Pick<House, 'clock' | 'chance' | 'env' | 'classes' | 'broken'>) {
		({ clock: this.clock, chance: this.chance, env: this.env, classes: this.classes, broken: this.broken } = options);
	}

	at(party: string, id: string): RoomHost {
		const key = `${party}/${id}`;
		const found = this.#rooms.get(key) ?? new RoomHost(this, party, id);
		this.#rooms.set(key, found);
		return found;
	}

	/** The room of an address `/parties/<party>/<room>/…`. */
	of(url: string): RoomHost {
		const [, , party = '', id = ''] = new URL(url).pathname.split('/');
		return this.at(party, id);
	}

	get all(): RoomHost[] {
		return [...this.#rooms.values()];
	}

	readonly serve = (request: Request): Promise<Response> => this.of(request.url).request(request);
}

/** The update in a sync frame. */
function bodyOf(data: Uint8Array): Uint8Array {
	const decoder = createDecoder(data);
	readVarUint(decoder);
	readVarUint(decoder);
	return readVarUint8Array(decoder);
}
