/** Message encryption for Web Push (RFC 8291: one aes128gcm record of RFC 8188), with Web Crypto alone: the same on workerd and in Node. */

/** A browser's own keys, base64url: its P-256 point and its authentication secret. */
export type SubscriberKeys = { p256dh: string; auth: string };
/** What is made anew for each message: our side of the key agreement, and the salt. Tests pass the RFC's own. */
export type Ephemeral = { keys: CryptoKeyPair; salt: Uint8Array<ArrayBuffer> };

/** The record size of the one record there is; the message must fit it (RFC 8291, 4). */
const recordSize = 4096;
const agreement = { name: 'ECDH', namedCurve: 'P-256' } as const;

export const fromBase64url = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
export const toBase64url = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

const utf8 = (text: string) => new TextEncoder().encode(text);
const joined = (...parts: Uint8Array[]): Uint8Array<ArrayBuffer> => {
	const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of parts) [at] = [at + part.length, whole.set(part, at)];
	return whole;
};

const derive = async (secret: Uint8Array<ArrayBuffer>, salt: Uint8Array<ArrayBuffer>, info: Uint8Array<ArrayBuffer>, length: number): Promise<Uint8Array<ArrayBuffer>> => {
	const key = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits']);
	return new Uint8Array(await crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt, info }, key, length * 8));
};

const fresh = async (): Promise<Ephemeral> => ({ keys: (await crypto.subtle.generateKey(agreement, true, ['deriveBits'])) as CryptoKeyPair, salt: crypto.getRandomValues(new Uint8Array(16)) });

/** The body to send for a message that only the subscriber can read. Throws when its keys are no P-256 keys, or the message is longer than 3,993 bytes. */
export const encrypt = async (message: Uint8Array, subscriber: SubscriberKeys, ephemeral?: Ephemeral): Promise<Uint8Array<ArrayBuffer>> => {
	if (message.length > recordSize - 103) throw new Error(`A push message of ${message.length} bytes is too long.`);
	const { keys, salt } = ephemeral ?? (await fresh());
	const theirs = fromBase64url(subscriber.p256dh);
	const ours = new Uint8Array((await crypto.subtle.exportKey('raw', keys.publicKey)) as ArrayBuffer);
	const theirKey = await crypto.subtle.importKey('raw', theirs, agreement, false, []);
	const shared = new Uint8Array(await crypto.subtle.deriveBits({ name: 'ECDH', public: theirKey } as unknown as SubtleCryptoDeriveKeyAlgorithm, keys.privateKey, 256));
	const secret = await derive(shared, fromBase64url(subscriber.auth), joined(utf8('WebPush: info\0'), theirs, ours), 32);
	const contentKey = await crypto.subtle.importKey('raw', await derive(secret, salt, utf8('Content-Encoding: aes128gcm\0'), 16), 'AES-GCM', false, ['encrypt']);
	const nonce = await derive(secret, salt, utf8('Content-Encoding: nonce\0'), 12);
	// 2 marks the last record (RFC 8188, 2).
	const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, contentKey, joined(message, Uint8Array.of(2))));
	const head = new Uint8Array(21);
	head.set(salt);
	new DataView(head.buffer).setUint32(16, recordSize);
	head[20] = ours.length;
	return joined(head, ours, sealed);
};
