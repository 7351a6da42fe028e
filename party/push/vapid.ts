/** Who sends (RFC 8292, VAPID): a token for the push service, signed by the key that the browser subscribed to. */
import { importJWK, SignJWT } from 'jose';
import { fromBase64url, toBase64url } from './encrypt.ts';

/** base64url: the public P-256 point (65 bytes) and the private number (32); `subject` is a mailto: or https: address of who runs this. */
export type VapidKeys = { publicKey: string; privateKey: string; subject: string };

/** A token lives so long, in s: at most a day is allowed (RFC 8292, 2). */
const lifeSeconds = 12 * 3600;

/** The `Authorization` header for one push service. `now` in ms. Throws when the keys are no pair of P-256. */
export const vapidHeader = async ({ publicKey, privateKey, subject }: VapidKeys, endpoint: URL, now: number): Promise<string> => {
	const point = fromBase64url(publicKey);
	if (point.length !== 65 || point[0] !== 4) throw new Error('VAPID_PUBLIC_KEY is not an uncompressed P-256 key in base64url.');
	const key = await importJWK({ kty: 'EC', crv: 'P-256', d: privateKey, x: toBase64url(point.subarray(1, 33)), y: toBase64url(point.subarray(33)) }, 'ES256');
	const token = await new SignJWT({})
		.setProtectedHeader({ typ: 'JWT', alg: 'ES256' })
		.setAudience(endpoint.origin)
		.setSubject(subject)
		.setExpirationTime(Math.floor(now / 1_000) + lifeSeconds)
		.sign(key);
	return `vapid t=${token}, k=${publicKey}`;
};
