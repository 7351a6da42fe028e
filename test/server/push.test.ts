import { createECDH } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eq } from 'drizzle-orm';
import { push, pushSubscription, session } from '#db/schema/index.ts';
import { secretsOf } from '../../scripts/settings.ts';
import { startApp } from './app.ts';

const publicKey = 'BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8';
const device = (n: number, over = {}) => ({ endpoint: `https://push.test/device/${n}`, p256dh: publicKey, auth: 'BTBZMqHH6r4Tts7J_aSIgg', topics: ['task'], language: 'fr', label: 'Chrome, Android', ...over });

describe('notifications of a device (MO1)', async () => {
	const app = await startApp(undefined, { VAPID_PUBLIC_KEY: publicKey });
	const rows = () => app.db.select().from(pushSubscription);
	type Browser = ReturnType<typeof app.browser>;
	const drop = async (browser: Browser, endpoint: string) =>
		(await browser.send('/api/push', { method: 'DELETE', body: JSON.stringify({ endpoint }), headers: { 'content-type': 'application/json', origin: 'http://cuebook.test' } })).status;

	it('tells a member what to subscribe to, and keeps their device under the session that asked', async () => {
		expect(await app.browser().get('/api/push')).toMatchObject({ status: 401, body: { code: 'signed-out' } });
		const mine = await app.owner();
		expect(await mine.get('/api/push')).toEqual({ status: 200, body: { publicKey, devices: [] } });
		expect(await mine.post('/api/push', device(1))).toEqual({ status: 200, body: {} });
		expect((await mine.get('/api/push')).body.devices).toEqual([{ endpoint: 'https://push.test/device/1', label: 'Chrome, Android', topics: ['task'], createdAt: expect.any(Number), lastOkAt: null, failedSince: null }]);
		const [row] = await rows();
		expect((await app.db.select().from(session)).map(({ id }) => id)).toContain(row!.sessionId);
		// Asking again changes what for, and is still one device.
		await mine.post('/api/push', device(1, { topics: [] }));
		expect((await rows()).map(({ id, topics }) => [id, topics])).toEqual([[row!.id, []]]);
		expect(await drop(mine, device(1).endpoint)).toBe(200);
		expect(await rows()).toEqual([]);
	});

	it.each([
		['an address that is not https', { endpoint: 'http://push.test/1' }, 'https'],
		['no address', { endpoint: 'push' }, 'URL'],
		['a key that is none', { p256dh: 'no key' }, 'p256dh'],
		['an unknown topic', { topics: ['weather'] }, 'topics'],
	])('refuses %s, and says what is wrong', async (_what, over, says) => {
		const mine = await app.owner();
		expect(await mine.post('/api/push', device(2, over))).toMatchObject({ status: 400, body: { code: 'not-valid', message: expect.stringContaining(says) } });
	});

	it('sends a test only to a device of one’s own that is subscribed, and wakes the automation', async () => {
		const mine = await app.owner();
		expect(await mine.post('/api/push/test', { endpoint: device(3).endpoint })).toMatchObject({ status: 404, body: { code: 'not-subscribed' } });
		await mine.post('/api/push', device(3));
		app.rooms.calls.length = 0;
		expect(await mine.post('/api/push/test', { endpoint: device(3).endpoint })).toMatchObject({ status: 200 });
		await app.settled();
		expect(app.rooms.calls).toMatchObject([{ party: 'automation', verb: 'wake' }]);
		expect(await app.db.select().from(push)).toMatchObject([{ topic: 'test', state: 'waiting' }]);
	});

	it('S6: signing out ends the session that the subscription lives by', async () => {
		const mine = await app.owner();
		await mine.post('/api/push', device(4));
		const [row] = await app.db.select().from(pushSubscription).where(eq(pushSubscription.endpoint, device(4).endpoint));
		await mine.post('/api/auth/sign-out', {});
		expect(await app.db.select().from(session).where(eq(session.id, row!.sessionId))).toEqual([]);
	});
});

it('without keys it says that nothing is sent', async () => {
	const app = await startApp();
	const mine = await app.owner();
	expect(await mine.get('/api/push')).toEqual({ status: 200, body: { publicKey: null, devices: [] } });
	expect(await mine.post('/api/push', device(1))).toMatchObject({ status: 409, body: { code: 'no-push' } });
});

it('npm start makes the keys once, and completes the secrets of a version that had none', () => {
	const state = mkdtempSync(join(tmpdir(), 'cuebook-secrets-'));
	try {
		const before = { ROOMS_SECRET: 'r'.repeat(20), AUTH_SECRET: 'a'.repeat(20), LIBSQL_AUTH_TOKEN: 't' };
		writeFileSync(join(state, 'secrets.json'), JSON.stringify(before));
		const made = secretsOf(state);
		expect(made).toMatchObject(before);
		expect(JSON.parse(readFileSync(join(state, 'secrets.json'), 'utf8'))).toEqual(made);
		expect(secretsOf(state)).toEqual(made);
		const pair = createECDH('prime256v1');
		pair.setPrivateKey(made.VAPID_PRIVATE_KEY, 'base64url');
		expect(pair.getPublicKey('base64url')).toBe(made.VAPID_PUBLIC_KEY);
	} finally {
		rmSync(state, { recursive: true });
	}
});
