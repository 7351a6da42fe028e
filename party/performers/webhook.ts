/** Calls somebody's address, signed by Standard Webhooks (standardwebhooks.com): a constant id, a fresh timestamp, an HMAC. */
import { Webhook } from 'standardwebhooks';
import type { IntentRequest } from '#domain/actions/action.ts';
import { errorText } from '#domain/engine/error.ts';
import { isPrivateHost, mayCallPrivate } from './private-host.ts';
import { retryAfterMs, type Outcome, type Performer } from './performer.ts';

type Request = Extract<IntentRequest, { kind: 'webhook' }>;

const timeoutMs = 20_000;
/** Bytes of an answer that are kept for later steps. */
const mostBytes = 64 * 1024;
/** Headers that are ours or the host's to set. */
const reserved = new Set(['host', 'content-length', 'connection', 'transfer-encoding', 'webhook-id', 'webhook-timestamp', 'webhook-signature', 'idempotency-key']);

export const webhook: Performer<Request> = {
	timeoutMs,
	isKeyed: true,
	async perform({ key, request }, { settings, sending }): Promise<Outcome> {
		const url = URL.canParse(request.url) ? new URL(request.url) : null;
		if (!url || !/^https?:$/.test(url.protocol)) return { kind: 'failed', error: errorText('webhook-address', { url: request.url }) };
		if (isPrivateHost(url.hostname) && !mayCallPrivate(settings))
			return { kind: 'failed', error: errorText('webhook-private', { host: url.hostname }) };
		const headers = new Headers({ 'content-type': 'application/json', 'user-agent': 'Cuebook' });
		for (const [name, value] of Object.entries(request.headers)) if (!reserved.has(name.toLowerCase())) headers.set(name, value);
		headers.set('webhook-id', key);
		headers.set('idempotency-key', key);
		const at = new Date();
		headers.set('webhook-timestamp', String(Math.floor(at.getTime() / 1_000)));
		if (sending.webhookSecret) headers.set('webhook-signature', new Webhook(sending.webhookSecret).sign(key, at, request.body ?? ''));
		try {
			// Redirects are not followed: they would lead around the check of the address.
			const answer = await fetch(url, { method: request.method, headers, body: request.body, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
			const response = { status: answer.status, body: await bodyOf(answer) };
			if (answer.ok) return { kind: 'done', response };
			const about = { host: url.host, status: String(answer.status) };
			if (answer.status === 429 || answer.status === 408 || answer.status >= 500) {
				const afterMs = retryAfterMs(answer.headers.get('retry-after'), Date.now());
				return { kind: 'retry', error: errorText('webhook-answered', about), isAmbiguous: false, ...(afterMs === undefined ? {} : { afterMs }) };
			}
			return { kind: 'failed', error: errorText(answer.status === 410 ? 'webhook-gone' : 'webhook-answered', about), response };
		} catch (error) {
			return { kind: 'retry', error: errorText('webhook-silent', { host: url.host, answer: error instanceof Error ? error.message : String(error) }), isAmbiguous: true };
		}
	},
};

/** The first 64 KB of an answer: JSON when it is, else text. The rest is not read. */
const bodyOf = async (answer: Response): Promise<unknown> => {
	if (!answer.body) return null;
	const reader = answer.body.getReader();
	const decoder = new TextDecoder();
	let text = '';
	for (let size = 0; ; ) {
		const { done, value } = await reader.read();
		if (done) break;
		text += decoder.decode(value.subarray(0, mostBytes - size), { stream: true });
		size += value.byteLength;
		if (size >= mostBytes) {
			await reader.cancel();
			break;
		}
	}
	try {
		return JSON.parse(text);
	} catch {
		return text === '' ? null : text;
	}
};
