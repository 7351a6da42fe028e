/** The app's server as a person's browser meets it: hooks, endpoints and better-auth over a real libSQL server, with a cookie jar each. */
import { randomInt } from 'node:crypto';
import type { RequestEvent } from '@sveltejs/kit';
import { afterAll, expect } from 'vitest';
import { openDatabase } from '#db/client.ts';
import type { Command } from '#domain/commands/command.ts';
import { seenBy, type Read, type Seen } from '#domain/commands/ground.ts';
import { commands } from '#domain/commands/index.ts';
import { applyMigrations } from '#db/migrate.ts';
import { startServer } from '#db/server.ts';
import { handle } from '../../src/hooks.server.ts';
import { startRooms, type RoomBehaviour } from './rooms.ts';

const endpoints = import.meta.glob('../../src/routes/**/+server.ts') as Record<string, () => Promise<Record<string, (event: RequestEvent) => Promise<Response>>>>;
const routes = Object.entries(endpoints).map(([file, load]) => {
	const path = file.replace('../../src/routes', '').replace('/+server.ts', '');
	return { load, params: path.split('[').length, pattern: new RegExp(`^${path.replace(/\[(\w+)\]/g, '(?<$1>[^/]+)')}$`) };
}).sort((a, b) => a.params - b.params); // As SvelteKit: the path that says more wins.

export const origin = 'http://cuebook.test';
const secrets = { AUTH_SECRET: 'a-secret-for-sessions-of-tests', ROOMS_SECRET: 'a-secret-for-rooms-of-tests' };

/** Starts a store, rooms and the app. Closed after the file's tests. */
export async function startApp(behave?: RoomBehaviour, env: Record<string, string> = {}) {
	const store = await startServer({ file: ':memory:', port: 0, token: 'test' });
	await applyMigrations({ url: store.url, authToken: 'test' });
	const rooms = await startRooms(secrets.ROOMS_SECRET, behave);
	const platform = { env: { APP_URL: origin, LIBSQL_URL: store.url, LIBSQL_AUTH_TOKEN: 'test', ROOMS_URL: rooms.url, ...secrets, ...env } };
	const db = openDatabase({ url: store.url, authToken: 'test' });
	afterAll(async () => {
		db.$client.close();
		await rooms.close();
		await store.close();
	});
	const after: Promise<unknown>[] = [];
	// Links are counted by address, in memory: each app's people come from one of their own, as files share a process.
	const address = `10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`;

	const respond = async (request: Request): Promise<Response> => {
		const url = new URL(request.url);
		const event = {
			request,
			url,
			locals: {},
			params: {},
			route: { id: routes.some(({ pattern }) => pattern.test(url.pathname)) ? url.pathname : null },
			platform: { ...platform, ctx: { waitUntil: (work: Promise<unknown>) => after.push(work) } },
			getClientAddress: () => address,
		} as unknown as RequestEvent;
		return handle({
			event,
			resolve: async () => {
				for (const { load, pattern } of routes) {
					const match = pattern.exec(url.pathname);
					if (!match) continue;
					event.params = { ...match.groups };
					const act = (await load())[request.method];
					return act ? act(event) : new Response(null, { status: 405 });
				}
				return new Response(null, { status: 404 });
			},
		}) as Promise<Response>;
	};

	/** A browser: keeps its cookies, sends the origin with writes. */
	const browser = () => {
		const cookies = new Map<string, string>();
		const send = async (path: string, init: RequestInit = {}): Promise<Response> => {
			const headers = new Headers(init.headers);
			if (cookies.size > 0) headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '));
			if (init.method === 'POST' && !headers.has('origin')) headers.set('origin', origin);
			const response = await respond(new Request(new URL(path, origin), { ...init, headers, redirect: 'manual' }));
			for (const line of response.headers.getSetCookie()) {
				const [pair = ''] = line.split(';');
				const at = pair.indexOf('=');
				if (/max-age=0/i.test(line)) cookies.delete(pair.slice(0, at));
				else cookies.set(pair.slice(0, at), pair.slice(at + 1));
			}
			return response;
		};
		const get = async (path: string) => read(await send(path));
		const post = async (path: string, body: unknown, headers: Record<string, string> = {}) =>
			read(await send(path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } }));
		/** `ground` = what the person saw when deciding (SY3). */
		const command = async (type: string, args: unknown, id = `command_${crypto.randomUUID()}`, ground: readonly Seen[] = []) => (await post('/api/commands', { id, type, args, ground })).body;
		/** Who is signed in here, and where. */
		const me = async (): Promise<{ id: string; workspace: string }> => {
			const { user, workspace } = (await get('/api/session')).body;
			return { id: user.id, workspace: workspace.id };
		};
		/** What a device that has synced now would send with a command (SY3). */
		const saw = async (type: keyof typeof commands, args: object): Promise<Seen[]> => {
			const { rows } = (await get('/api/sync?after=0&limit=2000')).body;
			const see: Read = (kind, id) => rows.findLast((row: any) => row.kind === kind && row.id === id)?.data ?? undefined;
			return seenBy((read) => (commands[type] as Command).ground!(args, read), see, see);
		};
		return { cookies, send, get, post, command, me, saw };
	};
	/** The owner's browser, signed in by the link that npm start prints. */
	const owner = async () => {
		const mine = browser();
		const { body } = await mine.post('/api/first-link', {}, { 'x-cuebook-start': secrets.ROOMS_SECRET });
		await mine.send(body.url);
		return mine;
	};
	/** The browser of a colleague who followed the invitation that somebody sent from `from`. */
	const invited = async (from: ReturnType<typeof browser>, email: string, role: string) => {
		expect(await from.command('invite-person', { email, role })).toMatchObject({ status: 'accepted' });
		await Promise.all(after);
		const { rows } = (await from.get('/api/sync?after=0&limit=2000')).body;
		const letter = rows.findLast((row: any) => row.kind === 'mail' && row.data.kind === 'invitation' && row.data.to[0] === email).data;
		const theirs = browser();
		await theirs.send(/http\S+/.exec(letter.text)![0]);
		return theirs;
	};
	return { db, rooms, browser, owner, invited, settled: () => Promise.all(after), secrets, platform };
}

export type Browser = ReturnType<Awaited<ReturnType<typeof startApp>>['browser']>;

const read = async (response: Response) => {
	const text = await response.text();
	return { status: response.status, body: text ? JSON.parse(text) : null };
};
