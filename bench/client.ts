/** One client script for all servers: y-protocols on a plain WebSocket, with each server's own word about what it has. */
import { createDecoder, hasContent, readVarString, readVarUint, readVarUint8Array } from 'lib0/decoding';
import { createEncoder, toUint8Array, writeVarString, writeVarUint, writeVarUint8Array } from 'lib0/encoding';
import WebSocket from 'ws';
import * as Y from 'yjs';
import type { Server } from './servers.ts';

export class BenchClient {
	readonly doc = new Y.Doc();
	/** Update frames sent, and how many of them the server said it has. */
	sent = 0;
	acknowledged = 0;
	/** Called after each update that came. */
	onUpdate: () => void = () => {};
	onAcknowledged: () => void = () => {};
	#socket!: WebSocket;
	#name = '';
	readonly #server: Server;

	constructor(server: Server) {
		this.#server = server;
		this.doc.on('update', (update: Uint8Array, origin: unknown) => origin !== this && this.#send(0, 2, update));
	}

	/** Opens a document; resolves when its content is here. */
	async open(doc: string): Promise<this> {
		this.#name = doc;
		const socket = (this.#socket = new WebSocket(await this.#server.address(doc), { perMessageDeflate: false }));
		socket.binaryType = 'arraybuffer';
		await new Promise<void>((resolve, reject) => {
			socket.once('error', reject);
			socket.once('close', (code) => reject(new Error(`closed with ${code}`)));
			socket.once('open', () => {
				if (this.#server.dialect === 'hocuspocus') this.#raw((encoder) => (writeVarUint(encoder, 2), writeVarUint(encoder, 0), writeVarString(encoder, 'bench'), writeVarString(encoder, '4.0.0')));
				this.#send(0, 0, Y.encodeStateVector(this.doc));
			});
			socket.on('message', (data: ArrayBuffer) => this.#read(new Uint8Array(data), resolve));
		});
		socket.removeAllListeners('close');
		return this;
	}

	close(): void {
		this.#socket.on('error', () => {});
		this.#socket.terminate();
	}

	#read(bytes: Uint8Array, synced: () => void): void {
		const decoder = createDecoder(bytes);
		if (this.#server.dialect === 'hocuspocus') readVarString(decoder);
		const kind = readVarUint(decoder);
		if (kind === 0 || (kind === 4 && this.#server.dialect === 'hocuspocus')) {
			const step = readVarUint(decoder);
			const body = readVarUint8Array(decoder);
			if (step === 0) return this.#send(0, 1, Y.encodeStateAsUpdate(this.doc, body));
			Y.applyUpdate(this.doc, body, this);
			this.onUpdate();
			if (step === 1) synced();
		} else if (kind === 100) {
			readVarUint8Array(decoder);
			this.acknowledged = readVarUint(decoder);
			this.onAcknowledged();
		} else if (kind === 8 && this.#server.dialect === 'hocuspocus' && hasContent(decoder)) {
			this.acknowledged += 1;
			this.onAcknowledged();
		}
	}

	#send(kind: number, step: number, body: Uint8Array): void {
		if (step > 0) this.sent += 1;
		this.#raw((encoder) => (writeVarUint(encoder, kind), writeVarUint(encoder, step), writeVarUint8Array(encoder, body)));
	}

	#raw(write: (encoder: ReturnType<typeof createEncoder>) => void): void {
		const encoder = createEncoder();
		if (this.#server.dialect === 'hocuspocus') writeVarString(encoder, this.#name);
		write(encoder);
		this.#socket.send(toUint8Array(encoder));
	}
}
