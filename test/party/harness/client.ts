/** A raw client of the document socket: no provider between the test and the wire. */
import { createDecoder, readVarString, readVarUint, readVarUint8Array } from 'lib0/decoding';
import { createEncoder, toUint8Array, writeVarUint, writeVarUint8Array } from 'lib0/encoding';
import { SignJWT } from 'jose';
import WebSocket from 'ws';
import * as Y from 'yjs';
import { callRoom, type Answer, type Party } from '#party/call.ts';
import { secret } from './rooms.ts';

/** `iat`: when it was issued, in s UTC; else now. */
export type Claims = { sub?: string; name?: string; colour?: string; role?: string; workspace?: string; iat?: number };

/** A room token as the app makes it. */
export const token = (room: string, claims: Claims = {}, life = '120s'): Promise<string> =>
	new SignJWT({ name: claims.sub ?? 'ada', colour: '#123456', role: 'csm', workspace: 'w1', room, sub: 'ada', ...claims }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime(life).sign(new TextEncoder().encode(secret));

/** A signed call, as the app makes it. */
export const call = (url: string, party: Party, room: string, verb: string, body: unknown = {}): Promise<Answer> => callRoom({ ROOMS_URL: url, ROOMS_SECRET: secret }, party, room, verb, body);

/** How long a wait for a condition lasts, at most: ms. Many times what a quiet machine needs; what is promised faster says so itself. */
const patience = 60_000;

/** Waits until `read` gives something other than false, null or undefined, and returns it. What takes longer is asked for less often. */
export async function until<T>(read: () => T | Promise<T>, what: string, within = patience): Promise<Exclude<T, false | null | undefined>> {
	const start = Date.now();
	for (;;) {
		const value = await read();
		if (value !== false && value !== null && value !== undefined) return value as Exclude<T, false | null | undefined>;
		const waited = Date.now() - start;
		if (waited > within) throw new Error(`Waited ${within} ms in vain: ${what}`);
		await new Promise((resolve) => setTimeout(resolve, Math.min(100, Math.max(10, waited / 20))));
	}
}

export class Client {
	readonly doc = new Y.Doc();
	/** Everything the room sent, by kind. */
	readonly frames: Uint8Array[] = [];
	readonly texts: string[] = [];
	readonly refusals: { code: string; message: string }[] = [];
	/** Update frames sent, and how many of them are acknowledged. */
	sent = 0;
	acknowledged = 0;
	savedVector: Map<number, number> = new Map();
	hasSynced = false;
	closed: { code: number; reason: string } | null = null;
	/** Awareness entries as received: client id → state. */
	readonly states = new Map<number, Record<string, unknown> | null>();
	#socket!: WebSocket;
	readonly #answersSync: boolean;

	constructor(answersSync = true) {
		this.#answersSync = answersSync;
		this.doc.on('update', (update: Uint8Array, origin: unknown) => origin !== this && this.#socket?.readyState === WebSocket.OPEN && this.sendUpdate(update));
	}

	/** Connects; resolves when synced, or when the room hung up. */
	static async open(socketUrl: string, room: string, claims: Claims = {}, options: { ack?: boolean; query?: string; doc?: Y.Doc } = {}): Promise<Client> {
		const client = new Client();
		if (options.doc) Y.applyUpdate(client.doc, Y.encodeStateAsUpdate(options.doc));
		await client.connect(`${socketUrl}/parties/document/${room}?token=${await token(room, claims)}${options.ack === false ? '' : '&ack=1'}${options.query ?? ''}`);
		return client;
	}

	async connect(url: string): Promise<void> {
		this.closed = null;
		this.hasSynced = false;
		this.sent = this.acknowledged = 0;
		const socket = (this.#socket = new WebSocket(url));
		socket.binaryType = 'arraybuffer';
		socket.on('message', (data: ArrayBuffer | Buffer, isBinary: boolean) => (isBinary ? this.#receive(new Uint8Array(data as ArrayBuffer)) : this.texts.push(new TextDecoder().decode(data as ArrayBuffer))));
		socket.on('close', (code, reason) => (this.closed = { code, reason: reason.toString() }));
		socket.on('error', () => (this.closed ??= { code: 1006, reason: 'error' }));
		socket.on('open', () => this.send(frame(0, 0, Y.encodeStateVector(this.doc))));
		await until(() => this.hasSynced || this.closed !== null, 'sync');
	}

	send(data: Uint8Array | string): void {
		if (typeof data !== 'string' && data[0] === 0 && (data[1] === 1 || data[1] === 2)) this.sent += 1;
		this.#socket.send(data);
	}

	sendUpdate(update: Uint8Array): void {
		this.send(frame(0, 2, update));
	}

	/** Sends awareness of any client id: also one that isn't ours. */
	sendAwareness(entries: [number, number, unknown][]): void {
		const encoder = createEncoder();
		writeVarUint(encoder, entries.length);
		for (const [client, clock, state] of entries) {
			writeVarUint(encoder, client);
			writeVarUint(encoder, clock);
			const text = new TextEncoder().encode(JSON.stringify(state));
			writeVarUint8Array(encoder, text);
		}
		this.send(frame(1, null, toUint8Array(encoder)));
	}

	/** Resolves when everything sent so far is acknowledged (or refused). */
	async settled(within = patience): Promise<void> {
		await until(() => this.acknowledged >= this.sent || this.closed, `acknowledgement of ${this.sent} frames`, within);
	}

	/** Hangs up. */
	async close(): Promise<void> {
		if (this.closed) return;
		this.#socket.close();
		await until(() => this.closed, 'close');
	}

	#receive(bytes: Uint8Array): void {
		this.frames.push(bytes);
		const decoder = createDecoder(bytes);
		const kind = readVarUint(decoder);
		if (kind === 0) {
			const step = readVarUint(decoder);
			const body = readVarUint8Array(decoder);
			if (step === 0) return this.#answersSync ? this.send(frame(0, 1, Y.encodeStateAsUpdate(this.doc, body))) : undefined;
			Y.applyUpdate(this.doc, body, this);
			if (step === 1) this.hasSynced = true;
		} else if (kind === 1) {
			const entries = createDecoder(readVarUint8Array(decoder));
			for (let left = readVarUint(entries); left > 0; left--) {
				const client = readVarUint(entries);
				readVarUint(entries);
				this.states.set(client, JSON.parse(readVarString(entries)));
			}
		} else if (kind === 100) {
			this.savedVector = Y.decodeStateVector(readVarUint8Array(decoder));
			this.acknowledged = readVarUint(decoder);
		} else if (kind === 101) this.refusals.push(JSON.parse(readVarString(decoder)));
	}
}

function frame(kind: number, step: number | null, body: Uint8Array): Uint8Array {
	const encoder = createEncoder();
	writeVarUint(encoder, kind);
	if (step !== null) writeVarUint(encoder, step);
	writeVarUint8Array(encoder, body);
	return toUint8Array(encoder);
}
