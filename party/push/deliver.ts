/** Hands one message to a browser's push service (RFC 8030). */
import { isPrivateHost, mayCallPrivate } from '../performers/private-host.ts';
import { retryAfterMs } from '../performers/performer.ts';
import type { Settings } from '../settings.ts';
import { encrypt, toBase64url, type SubscriberKeys } from './encrypt.ts';
import { vapidHeader, type VapidKeys } from './vapid.ts';

export const deliverTimeoutMs = 10_000;

export type Letter = SubscriberKeys & {
	endpoint: string;
	/** The JSON that the service worker gets. */
	text: string;
	/** An undelivered message of the same ref is replaced at the push service. */
	ref: string;
	/** How long the push service keeps it for a device that is off, in s. */
	ttlSeconds: number;
	isUrgent: boolean;
};

/** `gone`: the browser unsubscribed, for good. `retry`: later, after `afterMs` if the service said so. `failed`: this message won't ever be taken. */
export type Delivery = { kind: 'sent' } | { kind: 'gone' } | { kind: 'retry'; error: string; afterMs?: number } | { kind: 'failed'; error: string };

/** Delivers, and says how it went. `now` in ms. */
export const deliver = async (letter: Letter, keys: VapidKeys, settings: Settings, now: number): Promise<Delivery> => {
	const url = URL.canParse(letter.endpoint) ? new URL(letter.endpoint) : null;
	if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && isPrivateHost(url.hostname)))) return { kind: 'failed', error: 'The device’s push address is not an https address.' };
	if (isPrivateHost(url.hostname) && !mayCallPrivate(settings)) return { kind: 'failed', error: `“${url.hostname}” is a private address, which is no push service.` };
	try {
		const topic = toBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(letter.ref)))).slice(0, 32);
		const body = await encrypt(new TextEncoder().encode(letter.text), letter);
		const authorization = await vapidHeader(keys, url, now);
		const headers = { authorization, topic, ttl: String(letter.ttlSeconds), urgency: letter.isUrgent ? 'high' : 'normal', 'content-encoding': 'aes128gcm', 'content-type': 'application/octet-stream' };
		return await post(url, headers, body);
	} catch (error) {
		return { kind: 'failed', error: `The message could not be sealed: ${error instanceof Error ? error.message : String(error)}` };
	}
};

const post = async (url: URL, headers: Record<string, string>, body: Uint8Array<ArrayBuffer>): Promise<Delivery> => {
	let answer: Response;
	try {
		answer = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal: AbortSignal.timeout(deliverTimeoutMs) });
	} catch (error) {
		return { kind: 'retry', error: `${url.host} did not answer: ${error instanceof Error ? error.message : String(error)}` };
	}
	await answer.body?.cancel();
	if (answer.ok) return { kind: 'sent' };
	if (answer.status === 404 || answer.status === 410) return { kind: 'gone' };
	const error = `${url.host} answered ${answer.status}.`;
	if (answer.status !== 408 && answer.status !== 429 && answer.status < 500) return { kind: 'failed', error };
	const afterMs = retryAfterMs(answer.headers.get('retry-after'), Date.now());
	return { kind: 'retry', error, ...(afterMs === undefined ? {} : { afterMs }) };
};
