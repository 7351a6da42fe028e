import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readdirSync } from 'node:fs';
import type { IntentRequest } from '#domain/actions/action.ts';
import { Breaker } from '#party/breaker.ts';
import { documentEdit } from '#party/performers/document-edit.ts';
import { performers } from '#party/performers/index.ts';
import { mail } from '#party/performers/mail.ts';
import { retryAfterMs, type World } from '#party/performers/performer.ts';
import { isPrivateHost } from '#party/performers/private-host.ts';
import { webhook } from '#party/performers/webhook.ts';
import { startProvider, type Provider } from '../providers/log.ts';
import { startReceiver, type Receiver } from '../providers/receiver.ts';
import { startResend, type FakeResend } from '../providers/resend.ts';
import { runOf } from '../db/engine-book.ts';

const run = runOf('w1', 'r1', 'p1', 'c1', { lineage: ['p1:c1'] });
const world = (settings = {}, sending = {}): World =>
	({
		settings: { ROOMS_URL: 'http://127.0.0.1:9', ROOMS_SECRET: 'a-secret-for-tests-of-rooms', LIBSQL_URL: '', RESEND_URL: 'http://127.0.0.1:9', ...settings },
		sending: { timeZone: 'UTC', mailsADay: null, mailFrom: null, resendKey: null, webhookSecret: null, ...sending },
	}) as World;
const letter = (over: Partial<Extract<IntentRequest, { kind: 'mail' }>> = {}): Extract<IntentRequest, { kind: 'mail' }> => ({
	kind: 'mail',
	mailKind: 'automatic',
	from: null,
	replyTo: null,
	to: ['ana@acme.test'],
	cc: [],
	bcc: [],
	subject: 'Hello',
	html: '<p>Hello</p>',
	text: 'Hello',
	customerId: 'c1',
	...over,
});

test('every performer’s file is in the registry', () => {
	const files = readdirSync(new URL('../../party/performers', import.meta.url)).filter((name) => !['index.ts', 'performer.ts', 'private-host.ts'].includes(name));
	expect(files.map((name) => name.replace('.ts', '')).sort()).toEqual(Object.keys(performers).sort());
});

describe('mail', () => {
	let resend: FakeResend;
	beforeEach(async () => void (resend = await startResend()));
	afterEach(() => resend.close());
	const send = (request: IntentRequest, sending = {}) => mail.perform({ key: 'k1', workspace: 'w1', request: mail.freeze!(request as never, world({}, sending)), run, number: 1 }, world({ RESEND_URL: resend.url }, { resendKey: 're_1', ...sending }));

	test('without a key it is captured and nothing is sent', async () => {
		expect(await send(letter(), { resendKey: null })).toEqual({ kind: 'done', response: { captured: true }, isCaptured: true });
		expect(resend.seen).toEqual([]);
	});

	test.each([
		[null, null, 'Cuebook <cuebook@captured.invalid>'],
		[null, 'Acme Success <success@acme.test>', 'Acme Success <success@acme.test>'],
		[null, 'success@acme.test', 'success@acme.test'],
		[{ name: 'Roche, Camille "CR"\r\nBcc: x', email: 'c@acme.test' }, 'success@acme.test', '"Roche, Camille CRBcc: x" <c@acme.test>'],
	])('from %j with the workspace’s %j is %s', async (from, mailFrom, expected) => {
		expect((await send(letter({ from }), { mailFrom })).kind).toBe('done');
		expect(resend.accepted[0]!.body.from).toBe(expected);
	});

	test('R10 the key travels; cc, bcc and reply-to too', async () => {
		await send(letter({ cc: ['a@x.test'], bcc: ['b@x.test'], replyTo: 'r@x.test' }));
		expect(resend.seen[0]!.headers).toMatchObject({ 'idempotency-key': 'k1', authorization: 'Bearer re_1' });
		expect(JSON.parse(resend.seen[0]!.body)).toMatchObject({ cc: ['a@x.test'], bcc: ['b@x.test'], reply_to: 'r@x.test', to: ['ana@acme.test'] });
	});

	test('R11 the same key with another body is refused by the provider, and that is final', async () => {
		await send(letter());
		expect(await send(letter({ subject: 'Other' }))).toMatchObject({ kind: 'failed' });
	});

	test('nobody answers: ambiguous, to be asked again', async () => {
		const away = world({ RESEND_URL: 'http://127.0.0.1:9' }, { resendKey: 're_1' });
		expect(await mail.perform({ key: 'k1', workspace: 'w1', request: letter(), run, number: 1 }, away)).toMatchObject({ kind: 'retry', isAmbiguous: true });
	});
});

describe('webhook', () => {
	let receiver: Receiver;
	beforeEach(async () => void (receiver = await startReceiver()));
	afterEach(() => receiver.close());
	const request = (over = {}) => ({ kind: 'webhook', method: 'POST', url: `${receiver.url}/in`, headers: { 'x-own': '1', 'webhook-id': 'forged' }, body: '{}', ...over }) as Extract<IntentRequest, { kind: 'webhook' }>;

	test('its own headers can’t be forged, others go through', async () => {
		await webhook.perform({ key: 'k1', workspace: 'w1', request: request(), run, number: 1 }, world());
		expect(receiver.seen[0]!.headers).toMatchObject({ 'x-own': '1', 'webhook-id': 'k1', 'content-type': 'application/json' });
		expect(receiver.seen[0]!.headers['webhook-signature']).toBeUndefined();
	});

	test('at most 64 KB of an answer are kept', async () => {
		receiver.replies.push({ status: 200, body: 'é'.repeat(100_000) });
		const outcome = await webhook.perform({ key: 'k1', workspace: 'w1', request: request(), run, number: 1 }, world());
		expect(outcome.kind === 'done' && new TextEncoder().encode(String((outcome.response as { body: string }).body)).length).toBeLessThanOrEqual(64 * 1024 + 3);
	});

	test.each(['ftp://acme.test/x', 'not an address', 'file:///etc/passwd'])('%s is no http address', async (url) => {
		expect(await webhook.perform({ key: 'k1', workspace: 'w1', request: request({ url }), run, number: 1 }, world())).toMatchObject({ kind: 'failed' });
	});

	test('private addresses: by default only where the rooms are on loopback; the setting decides', async () => {
		const call = (settings: object) => webhook.perform({ key: 'k1', workspace: 'w1', request: request(), run, number: 1 }, world(settings));
		expect((await call({ ROOMS_URL: 'https://rooms.example.com' })).kind).toBe('failed');
		expect((await call({ ROOMS_URL: 'https://rooms.example.com', ALLOW_PRIVATE_WEBHOOKS: 'true' })).kind).toBe('done');
		expect((await call({ ALLOW_PRIVATE_WEBHOOKS: 'false' })).kind).toBe('failed');
	});

	test.each(['localhost', 'db.internal', '127.0.0.1', '10.1.2.3', '172.16.0.1', '172.31.255.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '[::1]', '[fd00::1]', '[fe80::1]', '[::ffff:7f00:1]', 'LOCALHOST.'])('%s is private', (host) =>
		expect(isPrivateHost(host)).toBe(true),
	);
	test.each(['example.com', '8.8.8.8', '172.32.0.1', '100.128.0.1', '[2606:4700::1111]', 'localhost.example.com'])('%s is not', (host) => expect(isPrivateHost(host)).toBe(false));
});

describe('document edits', () => {
	let room: Provider;
	const perform = (answer: { status: number; body?: string }) => {
		const request = { kind: 'document-edit', document: 'customer_1', edits: [{ edit: 'set-field', args: { field: 'stage', value: 's' } }] } as Extract<IntentRequest, { kind: 'document-edit' }>;
		return startProvider((_seen, response) => response.writeHead(answer.status).end(answer.body ?? '{}')).then(async (started) => {
			room = started;
			return documentEdit.perform({ key: 'k1', workspace: 'w1', request, run, number: 1 }, world({ ROOMS_URL: room.url }));
		});
	};
	afterEach(() => room.close());

	test('R19 S8 signed, with its key, its author and its cause', async () => {
		expect(await perform({ status: 200, body: '{"applied":true,"position":3}' })).toEqual({ kind: 'done', response: { applied: true, position: 3 } });
		expect(room.seen[0]!.path).toBe('/parties/document/customer_1/edit');
		expect(room.seen[0]!.headers['x-cuebook-signature']).toMatch(/^t=\d+,v1=[0-9a-f]{64}$/);
		expect(JSON.parse(room.seen[0]!.body)).toMatchObject({ key: 'k1', actor: { kind: 'run', id: 'r1', playbookId: 'p1' }, cause: { runId: 'r1', rootRunId: 'r1', depth: 0, lineage: ['p1:c1'], number: 1 } });
	});

	test.each([
		[404, 'failed'],
		[400, 'failed'],
		[503, 'retry'],
		[429, 'retry'],
	])('%d: %s', async (status, kind) => expect(await perform({ status })).toMatchObject({ kind }));
});

test('R16 a breaker opens after five failures in a row, for longer each time, and closes with a success', () => {
	const breaker = new Breaker();
	for (let i = 0; i < 4; i++) breaker.failed('x', 0);
	expect(breaker.openUntil('x', 0)).toBeNull();
	breaker.failed('x', 0);
	expect(breaker.openUntil('x', 9_999)).toBe(10_000);
	expect(breaker.openUntil('x', 10_000)).toBeNull();
	breaker.failed('x', 10_000);
	expect(breaker.openUntil('x', 10_000)).toBe(30_000);
	expect(breaker.openUntil('y', 10_000)).toBeNull();
	breaker.succeeded('x');
	expect(breaker.openUntil('x', 10_000)).toBeNull();
});

test('Retry-After as seconds or a date, never more than 6 h', () => {
	expect(retryAfterMs('7', 0)).toBe(7_000);
	expect(retryAfterMs(new Date(90_000).toUTCString(), 30_000)).toBe(60_000);
	expect(retryAfterMs('999999', 0)).toBe(6 * 3_600_000);
	expect(retryAfterMs('soon', 0)).toBeUndefined();
	expect(retryAfterMs(null, 0)).toBeUndefined();
});
