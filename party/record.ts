/** One record of a room's log, a row or a snapshot: an update and who wrote it, as bytes in chunks that storage accepts (S3). */
import { createDecoder, readVarString, readVarUint8Array } from 'lib0/decoding';
import { createEncoder, toUint8Array, writeVarString, writeVarUint8Array } from 'lib0/encoding';
import type { Actor, Cause } from '#domain/events/event.ts';
import { checksum } from './checksum.ts';

/** Who wrote a path, and when the server received it (ms UTC); `position` is the log row that holds it. */
export type Author = { actor: Actor; cause: Cause | null; at: number; position: number };
/** What a record says besides the update: new Yjs client ids and whose they are, and the last author of each unpublished path (S11). */
export type Credits = { clients: [number, string][]; paths: [string, Author][] };
export type LogRecord = { update: Uint8Array; credits: Credits };

type Chunk = { bytes: Uint8Array; chunks: number; sum: number };

/** Values are kept under the 128 KiB that every host's storage takes. */
const chunkSize = 120 * 1024;

const pad = (n: number, digits: number): string => String(n).padStart(digits, '0');
/** The key of a record's chunk: keys sort by position, then by chunk. */
const keyOf = (kind: 'log' | 'snap', position: number, chunk: number): string => `${kind}:${pad(position, 12)}:${pad(chunk, 4)}`;
/** Every key of a record. */
export const keysOf = (kind: 'log' | 'snap', position: number, chunks: number): string[] => Array.from({ length: chunks }, (_, i) => keyOf(kind, position, i));

/** The storage entries of a record, and how many they are. */
export function entriesOf(kind: 'log' | 'snap', position: number, record: LogRecord): { entries: Record<string, Chunk>; chunks: number; size: number } {
	const encoder = createEncoder();
	writeVarUint8Array(encoder, record.update);
	writeVarString(encoder, JSON.stringify(record.credits));
	const bytes = toUint8Array(encoder);
	const chunks = Math.max(1, Math.ceil(bytes.length / chunkSize));
	const sum = checksum(bytes);
	const entries: Record<string, Chunk> = {};
	for (let i = 0; i < chunks; i++) entries[keyOf(kind, position, i)] = { bytes: bytes.slice(i * chunkSize, (i + 1) * chunkSize), chunks, sum };
	return { entries, chunks, size: bytes.length };
}

/** Records found in storage: by position, each whole or `null` when it is damaged or incomplete. */
export function recordsIn(found: Map<string, Chunk>): Map<number, { record: LogRecord | null; chunks: number; size: number }> {
	const parts = new Map<number, Chunk[]>();
	for (const [key, chunk] of found) {
		const position = Number(key.split(':')[1]);
		parts.set(position, [...(parts.get(position) ?? []), chunk]);
	}
	return new Map([...parts].map(([position, chunks]) => [position, { ...read(chunks), chunks: chunks.length }]));
}

function read(chunks: Chunk[]): { record: LogRecord | null; size: number } {
	try {
		const bytes = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.bytes.length, 0));
		let offset = 0;
		for (const chunk of chunks) {
			bytes.set(chunk.bytes, offset);
			offset += chunk.bytes.length;
		}
		if (chunks[0]!.chunks !== chunks.length || chunks[0]!.sum !== checksum(bytes)) return { record: null, size: bytes.length };
		const decoder = createDecoder(bytes);
		return { record: { update: readVarUint8Array(decoder), credits: JSON.parse(readVarString(decoder)) as Credits }, size: bytes.length };
	} catch {
		return { record: null, size: 0 };
	}
}
