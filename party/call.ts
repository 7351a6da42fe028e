/** One room calls another: by signed HTTP to ROOMS_URL, because a room woken by its alarm has no other way (R25, S8). */
import { hmacWith, isSigned, sign, signatureHeader } from '#domain/access/signature.ts';

/** Hex HMAC-SHA-256 with the host's Web Crypto. */
export const hmac = hmacWith(crypto.subtle, new TextEncoder());

export type Party = 'document' | 'automation' | 'workspace';
export type Answer = { ok: true; value: any } | { ok: false; status: number; message: string };

/** How long a call between rooms may take, in ms, unless its caller knows better. */
const callTimeoutMs = 10_000;

/**
 * Posts `body` to a room's verb and reads its JSON answer. A refusal, a missing room or an unreachable host is returned
 * (status 0 = nobody answered: the call may or may not have arrived, so its verb must be idempotent).
 */
export async function callRoom(settings: { ROOMS_URL: string; ROOMS_SECRET: string }, party: Party, room: string, verb: string, body: unknown, timeoutMs = callTimeoutMs): Promise<Answer> {
	const path = `/parties/${party}/${room}/${verb}`;
	const text = JSON.stringify(body);
	try {
		const signature = await sign(hmac, settings.ROOMS_SECRET, Date.now(), { method: 'POST', path, body: text });
		const response = await fetch(new URL(path, settings.ROOMS_URL).href, {
			method: 'POST',
			body: text,
			headers: { 'content-type': 'application/json', [signatureHeader]: signature },
			signal: AbortSignal.timeout(timeoutMs),
		});
		if (!response.ok) return { ok: false, status: response.status, message: await response.text() };
		return { ok: true, value: await response.json() };
	} catch (error) {
		return { ok: false, status: 0, message: error instanceof Error ? error.message : String(error) };
	}
}

type SignedRequest = { method: string; url: string; text: () => Promise<string>; headers: { get: (name: string) => string | null } };

/** Checks a request to a room: its verb and JSON body when it is signed, else the answer to send: to a look at its health, or a refusal (S8). */
export async function signedCall(request: SignedRequest, secret: string): Promise<{ verb: string; body: unknown } | Response> {
	const path = new URL(request.url).pathname;
	if (request.method === 'GET' && path.endsWith('/healthz')) return new Response('ok');
	const body = await request.text();
	const isTrusted = await isSigned(hmac, secret, Date.now(), { method: request.method, path, body }, request.headers.get(signatureHeader));
	if (!isTrusted) return refusal(401, 'not-signed', 'This call carries no valid signature: only the app and the rooms may call it.');
	if (request.method !== 'POST') return refusal(405, 'not-post', 'Internal calls are POST.');
	try {
		return { verb: path.split('/')[4] ?? '', body: JSON.parse(body) };
	} catch {
		return refusal(400, 'not-json', 'The body is not JSON.');
	}
}

/** The room's name in a request's path, `/parties/<party>/<room>/…`: also true after a cold alarm wake, when `room.id` throws (R25). */
export const roomOf = (url: string): string => new URL(url).pathname.split('/')[3] ?? '';

export const answer = (value: unknown): Response => Response.json(value);

/** A refusal with its reason code and what to do, as JSON. */
export const refusal = (status: number, code: string, message: string): Response => Response.json({ code, message }, { status });
