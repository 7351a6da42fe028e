/**
 * Speaks Resend's `POST /emails` as its docs describe it: bearer key, `Idempotency-Key` kept for 24 h, the same answer for the same key,
 * 409 `invalid_idempotent_request` for the same key with another body, 429 with Retry-After, 422 for a bad address.
 */
import type { ServerResponse } from 'node:http';
import { startProvider, type Provider, type Seen } from './log.ts';

export type Fault = 'rate-limited' | 'server-error' | 'accept-then-cut' | 'refuse';
export type FakeResend = Provider & {
	/** Mails that were accepted, each once whatever was replayed. */
	accepted: { id: string; key: string; body: { from: string; to: string[]; subject: string; html: string } }[];
	/** What the next requests meet, in order. */
	faults: Fault[];
	/** Answers to the next requests wait for these, in order: what has arrived is accepted before. */
	holds: Promise<void>[];
};

export const startResend = async (port = 0): Promise<FakeResend> => {
	const kept = new Map<string, { body: string; id: string }>();
	const accepted: FakeResend['accepted'] = [];
	const faults: Fault[] = [];
	const holds: Promise<void>[] = [];
	const error = (response: ServerResponse, statusCode: number, name: string, message: string, headers = {}) =>
		response.writeHead(statusCode, { 'content-type': 'application/json', ...headers }).end(JSON.stringify({ statusCode, name, message }));
	const accept = ({ headers, body }: Seen): string => {
		const key = String(headers['idempotency-key'] ?? '');
		const id = kept.get(key)?.id ?? `mail-${accepted.length + 1}`;
		if (!kept.has(key) || key === '') accepted.push({ id, key, body: JSON.parse(body) });
		if (key !== '') kept.set(key, { body, id });
		return id;
	};
	const provider = await startProvider(async (seen, response, request) => {
		const { headers, body } = seen;
		if (!headers.authorization?.startsWith('Bearer re_')) return error(response, 401, 'missing_api_key', 'Missing API key in the authorization header.');
		const fault = faults.shift();
		if (fault === 'rate-limited') return error(response, 429, 'rate_limit_exceeded', 'Too many requests.', { 'retry-after': '7' });
		if (fault === 'server-error') return error(response, 500, 'internal_server_error', 'An unexpected error occurred.');
		if (fault === 'refuse') return error(response, 422, 'validation_error', 'Invalid `to` field.');
		const before = kept.get(String(headers['idempotency-key'] ?? ''));
		if (before && before.body !== body) return error(response, 409, 'invalid_idempotent_request', 'Same idempotency key used with a different request payload.');
		const id = accept(seen);
		await holds.shift();
		// Accepted, and the answer is lost: the ambiguous outcome.
		if (fault === 'accept-then-cut') return request.socket.destroy();
		return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ id }));
	}, port);
	return { ...provider, accepted, faults, holds };
};
