import { expect, test } from 'vitest';
import { labelOf, Push, type PushBrowser } from '../../../src/lib/sync/push.svelte.ts';

const key = 'BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8';
const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'base64url')).buffer;

/** A browser with a push service, and the app's server. */
function world() {
	const kept = { subscription: null as any, permission: 'default' as NotificationPermission, answer: 'granted' as NotificationPermission, isReachable: true, needsInstall: false, hasWorker: true, made: 0 };
	const server = { publicKey: key as string | null, devices: new Map<string, any>(), isUp: true, calls: [] as string[] };
	const pushManager = {
		getSubscription: async () => kept.subscription,
		subscribe: async ({ applicationServerKey }: { applicationServerKey: Uint8Array<ArrayBuffer> }) => {
			if (!kept.isReachable) throw new DOMException('Registration failed - push service error', 'AbortError');
			return (kept.subscription = {
				endpoint: `https://push.test/${++kept.made}`,
				options: { applicationServerKey: applicationServerKey.buffer },
				getKey: (name: string) => bytes(name === 'auth' ? 'BTBZMqHH6r4Tts7J_aSIgg' : key),
				unsubscribe: async () => ((kept.subscription = null), true),
			});
		},
	};
	const browser: PushBrowser = {
		registration: async () => (kept.hasWorker ? ({ pushManager } as any) : undefined),
		permission: () => kept.permission,
		ask: async () => (kept.permission = kept.answer),
		needsInstall: () => kept.needsInstall,
		label: () => 'Chrome, Android',
		language: () => 'it',
	};
	const call = async (path: string, body?: any, method = body === undefined ? 'GET' : 'POST'): Promise<any> => {
		server.calls.push(`${method} ${path}`);
		if (!server.isUp) return { ok: false, status: 0, code: 'offline', message: '' };
		if (method === 'GET') return { ok: true, value: { publicKey: server.publicKey, devices: [...server.devices.values()] } };
		if (method === 'DELETE') server.devices.delete(body.endpoint);
		else if (path === '/api/push') server.devices.set(body.endpoint, { ...body, failedSince: null });
		return { ok: true, value: {} };
	};
	return { kept, server, push: new Push(browser, call as any) };
}

test('MO1: off until it is turned on; then the server knows this device, its keys and its language', async () => {
	const { server, push, kept } = world();
	await push.look();
	expect(push.state).toBe('off');
	expect(await push.turnOn()).toEqual({ ok: true, value: {} });
	expect(push.state).toBe('on');
	expect([...server.devices.values()]).toEqual([{ endpoint: 'https://push.test/1', p256dh: key, auth: 'BTBZMqHH6r4Tts7J_aSIgg', topics: ['task', 'mail', 'mention'], language: 'it', label: 'Chrome, Android', failedSince: null }]);
	await push.choose([]);
	expect(push.topics).toEqual([]);
	expect(server.devices.get('https://push.test/1').topics).toEqual([]);
	await push.turnOff();
	expect([push.state, kept.subscription, server.devices.size]).toEqual(['off', null, 0]);
});

test.each([
	['the browser has no worker or no push', { hasWorker: false }, 'unsupported'],
	['an iPhone before the app is installed', { needsInstall: true }, 'needs-install'],
	['the site is blocked', { permission: 'denied' as const }, 'blocked'],
])('says why it can’t: %s', async (_what, over, state) => {
	const { kept, push } = world();
	Object.assign(kept, over);
	await push.look();
	expect(push.state).toBe(state);
});

test('says why it did not work, and leaves nothing half done', async () => {
	const { kept, server, push } = world();
	kept.answer = 'default';
	expect(await push.turnOn()).toEqual({ ok: false, code: 'dismissed' });
	Object.assign(kept, { answer: 'granted', isReachable: false });
	expect(await push.turnOn()).toEqual({ ok: false, code: 'no-service' });
	Object.assign(kept, { isReachable: true });
	server.isUp = false;
	expect(await push.turnOn()).toMatchObject({ ok: false, code: 'offline' });
	expect(kept.subscription).toBeNull();
	kept.answer = 'denied';
	expect(await push.turnOn()).toEqual({ ok: false, code: 'denied' });
	expect(push.state).toBe('blocked');
	server.isUp = true;
	server.publicKey = null;
	kept.permission = 'default';
	await push.look();
	expect(push.state).toBe('no-server');
});

test('a subscription that the server lost is told again; one of another key is renewed', async () => {
	const { kept, server, push } = world();
	await push.turnOn();
	server.devices.clear();
	await push.look();
	expect([...server.devices.keys()]).toEqual(['https://push.test/1']);
	server.publicKey = 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4';
	await push.look();
	expect(kept.subscription.endpoint).toBe('https://push.test/2');
	expect([...server.devices.keys()]).toContain('https://push.test/2');
	// Without the server it stays what it is.
	server.isUp = false;
	await push.look();
	expect(push.state).toBe('on');
});

test('a device is called what people call it', () => {
	expect(labelOf('Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36')).toBe('Chrome, Android');
	expect(labelOf('Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1')).toBe('Safari, iPhone');
	expect(labelOf('Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0')).toBe('Edge, Windows');
});
