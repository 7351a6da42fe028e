/**
 * How the app and the rooms prove to each other who is calling (S8): an HMAC over time, method, path and body, good for 30 s.
 * Pure: the digest is passed in, because the domain knows no ambient `crypto`.
 */

/** How long a signature is good for, in ms, in both directions of clock skew. */
const signatureLifeMs = 30_000;
/** The header that carries it. */
export const signatureHeader = 'x-cuebook-signature';

/** Hex HMAC-SHA-256 of a text. */
export type Hmac = (secret: string, text: string) => Promise<string>;

/** The part of Web Crypto's `crypto.subtle` that is needed; structural, so that every host's own type fits. */
export type Subtle = {
	importKey: (format: 'raw', key: any, algorithm: { name: 'HMAC'; hash: 'SHA-256' }, extractable: boolean, usages: 'sign'[]) => Promise<any>;
	sign: (algorithm: 'HMAC', key: any, data: any) => Promise<ArrayBuffer>;
};

/** Makes an Hmac from Web Crypto: `hmacWith(crypto.subtle, new TextEncoder())`. */
export function hmacWith(subtle: Subtle, encoder: { encode: (text: string) => Uint8Array }): Hmac {
	return async (secret, text) => {
		const key = await subtle.importKey('raw', encoder.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
		const digest = new Uint8Array(await subtle.sign('HMAC', key, encoder.encode(text)));
		return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
	};
}

/** What is signed: `path` is the URL's path without host and query, `body` the exact text sent. */
export type SignedCall = { method: string; path: string; body: string };

const textOf = (at: number, call: SignedCall): string => `${at}.${call.method.toUpperCase()}.${call.path}.${call.body}`;

/** The header's value for a call made at `at` (ms UTC). */
export async function sign(hmac: Hmac, secret: string, at: number, call: SignedCall): Promise<string> {
	return `t=${at},v1=${await hmac(secret, textOf(at, call))}`;
}

/** Whether the header proves the call, at `now` (ms UTC). A missing, malformed, old or foreign signature is false; so is an empty secret. */
export async function isSigned(hmac: Hmac, secret: string, now: number, call: SignedCall, header: string | null): Promise<boolean> {
	const match = /^t=(\d{1,15}),v1=([0-9a-f]{64})$/.exec(header ?? '');
	if (!match || secret === '') return false;
	const at = Number(match[1]);
	if (Math.abs(now - at) > signatureLifeMs) return false;
	return isEqualInConstantTime(await hmac(secret, textOf(at, call)), match[2]!);
}

/** Compares without telling by its duration where two texts of one length differ. */
function isEqualInConstantTime(a: string, b: string): boolean {
	if (a.length !== b.length) return false;
	let difference = 0;
	for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
	return difference === 0;
}
