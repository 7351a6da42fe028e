/**
 * Seeded chance in place of everything random: Yjs client ids, generated ids, jitter. Imported before anything else, because libraries keep
 * the platform's function from their first import on. Until a world says otherwise the platform's own answer.
 */
import { createHash, createHmac, randomFillSync, webcrypto } from 'node:crypto';

/** 0 ≤ n < 1. */
export type Chance = () => number;

/** Mulberry32: the same numbers from the same seed. */
export function seeded(seed: number): Chance {
	let state = seed | 0;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}

export const below = (chance: Chance, limit: number): number => Math.floor(chance() * limit);
export const pick = <T>(chance: Chance, from: readonly T[]): T => from[below(chance, from.length)]!;

let current: Chance | null = null;

/** All chance of this process comes from here until it is given back with null. */
export const useChance = (chance: Chance | null): void => void (current = chance);

const real = { random: Math.random };
Math.random = () => (current ?? real.random)();

function fill<T extends ArrayBufferView | null>(array: T): T {
	if (array === null) return array;
	const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
	if (current === null) randomFillSync(bytes);
	else for (let i = 0; i < bytes.length; i++) bytes[i] = below(current, 256);
	return array;
}

const hex = (length: number): string => Array.from({ length }, () => below(current ?? real.random, 16).toString(16)).join('');

type Key = { raw: Buffer; type: 'secret'; extractable: boolean; algorithm: object; usages: string[] };
/** Web Crypto's digests at once instead of on a thread: the order in which they end must not depend on the machine. */
const subtle = {
	importKey: async (_format: string, raw: ArrayBufferView | ArrayBuffer, { name, hash }: { name: string; hash: string | { name: string } }, extractable: boolean, usages: string[]): Promise<Key> => ({
		raw: bufferOf(raw),
		type: 'secret',
		extractable,
		algorithm: { name, hash: typeof hash === 'string' ? { name: hash } : hash },
		usages,
	}),
	sign: async (_algorithm: unknown, key: Key, data: ArrayBufferView | ArrayBuffer) => arrayOf(createHmac('sha256', key.raw).update(bufferOf(data)).digest()),
	verify: async (_algorithm: unknown, key: Key, signature: ArrayBufferView | ArrayBuffer, data: ArrayBufferView | ArrayBuffer) =>
		createHmac('sha256', key.raw).update(bufferOf(data)).digest().equals(bufferOf(signature)),
	digest: async (_algorithm: unknown, data: ArrayBufferView | ArrayBuffer) => arrayOf(createHash('sha256').update(bufferOf(data)).digest()),
};
const bufferOf = (data: ArrayBufferView | ArrayBuffer): Buffer => (data instanceof ArrayBuffer ? Buffer.from(data) : Buffer.from(data.buffer, data.byteOffset, data.byteLength));
const arrayOf = (data: Buffer): ArrayBuffer => new Uint8Array(data).buffer;

const own = { getRandomValues: fill, randomUUID: () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}` };
for (const target of new Set([webcrypto, globalThis.crypto])) for (const [name, value] of Object.entries(own)) Object.defineProperty(target, name, { value, configurable: true });
for (const [name, value] of Object.entries(subtle)) Object.defineProperty(webcrypto.subtle, name, { value, configurable: true });
