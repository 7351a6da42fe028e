/** Frames of the document socket (docs/protocol.md): the y-protocols' own, and our two answers. */
import { createDecoder, readVarUint, readVarUint8Array, type Decoder } from 'lib0/decoding';
import { createEncoder, toUint8Array, writeVarString, writeVarUint, writeVarUint8Array, type Encoder } from 'lib0/encoding';

export const frameKinds = { sync: 0, awareness: 1, queryAwareness: 3, saved: 100, refused: 101 } as const;

/** An update is at most this long, in bytes (S5): 1 MB, a little under the 1 MiB where PartyKit's workerd hangs up by itself. */
export const updateLimit = 1_000_000;
/** A frame may be longer than its update by its own few bytes. */
export const frameLimit = updateLimit + 64;

export type Frame =
	| { kind: 'step1'; vector: Uint8Array }
	| { kind: 'step2' | 'update'; update: Uint8Array }
	| { kind: 'awareness'; states: Uint8Array }
	| { kind: 'query-awareness' };

/** Reads a frame; null when it is none of the known ones or is cut short. */
export function frameIn(bytes: Uint8Array): Frame | null {
	try {
		const decoder = createDecoder(bytes);
		const kind = readVarUint(decoder);
		if (kind === frameKinds.sync) return syncIn(decoder);
		if (kind === frameKinds.awareness) return { kind: 'awareness', states: readVarUint8Array(decoder) };
		return kind === frameKinds.queryAwareness ? { kind: 'query-awareness' } : null;
	} catch {
		return null;
	}
}

function syncIn(decoder: Decoder): Frame | null {
	const step = readVarUint(decoder);
	if (step === 0) return { kind: 'step1', vector: readVarUint8Array(decoder) };
	if (step === 1 || step === 2) return { kind: step === 1 ? 'step2' : 'update', update: readVarUint8Array(decoder) };
	return null;
}

/** Whether a frame that is not parsed (too large) would have carried an update: it counts among those the room answers for. */
export const isUpdateFrame = (bytes: Uint8Array): boolean => bytes[0] === frameKinds.sync && (bytes[1] === 1 || bytes[1] === 2);

const encoded = (write: (encoder: Encoder) => void): Uint8Array => {
	const encoder = createEncoder();
	write(encoder);
	return toUint8Array(encoder);
};

/** Made in one piece: every update that goes out passes here. */
function sync(step: 0 | 1 | 2, bytes: Uint8Array): Uint8Array {
	let head = 3;
	for (let rest = bytes.length; rest > 127; rest = Math.floor(rest / 128)) head += 1;
	const frame = new Uint8Array(head + bytes.length);
	frame[0] = frameKinds.sync;
	frame[1] = step;
	let at = 2;
	for (let rest = bytes.length; at < head; rest = Math.floor(rest / 128)) frame[at++] = (rest % 128) + (at < head ? 128 : 0);
	frame.set(bytes, head);
	return frame;
}

/** Asks for what the room lacks. */
export const step1 = (vector: Uint8Array): Uint8Array => sync(0, vector);
/** Gives what the client lacks. */
export const step2 = (update: Uint8Array): Uint8Array => sync(1, update);
export const update = (bytes: Uint8Array): Uint8Array => sync(2, bytes);

export const awareness = (states: Uint8Array): Uint8Array =>
	encoded((encoder) => {
		writeVarUint(encoder, frameKinds.awareness);
		writeVarUint8Array(encoder, states);
	});

export const queryAwareness = (): Uint8Array => encoded((encoder) => writeVarUint(encoder, frameKinds.queryAwareness));

/** Everything in `vector`, and the first `frames` update frames of this socket, are durable or refused (S4). */
export const saved = (vector: Uint8Array, frames: number): Uint8Array =>
	encoded((encoder) => {
		writeVarUint(encoder, frameKinds.saved);
		writeVarUint8Array(encoder, vector);
		writeVarUint(encoder, frames);
	});

export type RefusalCode = 'no-right' | 'too-large' | 'too-fast' | 'document-too-large' | 'malformed' | 'healed';

/** An update was not taken, and why. */
export const refused = (code: RefusalCode, message: string): Uint8Array =>
	encoded((encoder) => {
		writeVarUint(encoder, frameKinds.refused);
		writeVarString(encoder, JSON.stringify({ code, message }));
	});
