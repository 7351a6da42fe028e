/**
 * A push service that speaks RFC 8030, with browsers that subscribed to it: it verifies who sends (RFC 8292) and opens what was sent
 * as the browser would (RFC 8291), with Node's own cryptography, and keeps a log of both. Tests judge by the log.
 */
import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';
import { importJWK, jwtVerify } from 'jose';
import type { PushMessage } from '../../src/domain/push.ts';
import { startProvider, type Provider } from './log.ts';

/** What a browser tells its app after subscribing. */
export type Subscribed = { endpoint: string; p256dh: string; auth: string };
export type Delivered = { endpoint: string; message: PushMessage; topic: string; ttl: number; urgency: string; sender: { aud: unknown; sub: unknown; exp: number } };
export type Reply = { status: number; headers?: Record<string, string> };
export type PushService = Provider & {
	/** A new browser of this service. */
	subscribe: () => Subscribed;
	/** Messages that were taken, opened. */
	delivered: Delivered[];
	/** What the next requests are answered instead of 201, in order. */
	replies: Reply[];
};

/** Opens an aes128gcm record with the browser's keys. */
const opened = (body: Buffer, keys: ReturnType<typeof createECDH>, auth: Buffer): string => {
	const [salt, length] = [body.subarray(0, 16), body[20]!];
	const sender = body.subarray(21, 21 + length);
	const hkdf = (secret: Buffer, with_: Buffer, info: Buffer, size: number) => Buffer.from(hkdfSync('sha256', secret, with_, info, size));
	const secret = hkdf(keys.computeSecret(sender), auth, Buffer.concat([Buffer.from('WebPush: info\0'), keys.getPublicKey(), sender]), 32);
	const key = hkdf(secret, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
	const sealed = body.subarray(21 + length);
	const decipher = createDecipheriv('aes-128-gcm', key, hkdf(secret, salt, Buffer.from('Content-Encoding: nonce\0'), 12));
	decipher.setAuthTag(sealed.subarray(-16));
	const text = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
	if (text.at(-1) !== 2) throw new Error('not the last record');
	return text.subarray(0, -1).toString('utf8');
};

/** Starts one for senders with this public key. `now` is the clock that tokens are judged by. */
export const startPushService = async (publicKey: string, now: () => number = Date.now): Promise<PushService> => {
	const browsers = new Map<string, { keys: ReturnType<typeof createECDH>; auth: Buffer }>();
	const [delivered, replies]: [Delivered[], Reply[]] = [[], []];
	const point = Buffer.from(publicKey, 'base64url');
	const senderKey = await importJWK({ kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') }, 'ES256');
	const provider = await startProvider(async ({ path, headers, bytes }, response) => {
		const refuse = (status: number, why: string, more = {}) => response.writeHead(status, { 'content-type': 'text/plain', ...more }).end(why);
		const browser = browsers.get(path);
		if (!browser) return refuse(410, 'unsubscribed');
		const told = /^vapid t=([^,]+), k=(\S+)$/.exec(headers.authorization ?? '');
		if (!told || told[2] !== publicKey) return refuse(401, 'no VAPID token of the key that was subscribed to');
		const verified = await jwtVerify(told[1]!, senderKey, { audience: provider.url, currentDate: new Date(now()) }).catch((error: Error) => error);
		if (verified instanceof Error) return refuse(403, verified.message);
		if (!/^\d+$/.test(String(headers.ttl))) return refuse(400, 'no TTL');
		if (headers.topic && !/^[A-Za-z0-9_-]{1,32}$/.test(String(headers.topic))) return refuse(400, 'a bad Topic');
		if (headers['content-encoding'] !== 'aes128gcm' || bytes.length > 4096) return refuse(400, 'not one aes128gcm record');
		const reply = replies.shift();
		if (reply) return refuse(reply.status, 'as told', reply.headers);
		const { aud, sub, exp } = verified.payload;
		const message = JSON.parse(opened(bytes, browser.keys, browser.auth)) as PushMessage;
		delivered.push({ endpoint: `${provider.url}${path}`, message, topic: String(headers.topic), ttl: Number(headers.ttl), urgency: String(headers.urgency), sender: { aud, sub, exp: exp! } });
		response.writeHead(201, { location: `${provider.url}/message/${delivered.length}` }).end();
	});
	const subscribe = (): Subscribed => {
		const keys = createECDH('prime256v1');
		const [p256dh, auth, path] = [keys.generateKeys(), randomBytes(16), `/push/${randomBytes(12).toString('hex')}`];
		browsers.set(path, { keys, auth });
		return { endpoint: `${provider.url}${path}`, p256dh: p256dh.toString('base64url'), auth: auth.toString('base64url') };
	};
	return { ...provider, subscribe, delivered, replies };
};
