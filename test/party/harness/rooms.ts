/**
 * Starts the real rooms on either of their hosts: PartyKit's own `partykit dev`, or the same classes as Durable Objects under
 * `wrangler dev`. Everything is killed as a process group, because both put workerd behind a Node process.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type HostName = 'partykit' | 'cloudflare';
export const hosts: HostName[] = process.env['PARTY_HOST'] ? [process.env['PARTY_HOST'] as HostName] : ['partykit', 'cloudflare'];
export const secret = 'a-secret-for-tests-of-rooms';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const from = 21_200;
const range = 2_000;
let next = Math.floor(Math.random() * range);

/** A free port between 21200 and 23199: below those that systems give to outgoing connections, and begun anywhere, so that test files that run at once don't meet. */
export async function freePort(): Promise<number> {
	for (let tries = 0; tries < range; tries++) {
		const port = from + (next++ % range);
		const isFree = await new Promise<boolean>((resolve) => {
			const server = createServer();
			server.once('error', () => resolve(false));
			server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
		});
		if (isFree) return port;
	}
	throw new Error(`No free port from ${from}.`);
}

const commandOf = (host: HostName, port: number, state: string, vars: Record<string, string>, config?: string): string[] => {
	const pairs = Object.entries(vars).flatMap(([key, value]) => ['--var', host === 'partykit' ? `${key}=${value}` : `${key}:${value}`]);
	if (host === 'partykit') return ['node_modules/partykit/dist/bin.mjs', 'dev', '--port', String(port), '--persist', state, '--no-hotkeys', '--disable-request-cf-fetch', ...(config ? ['-c', config] : []), ...pairs];
	return ['node_modules/wrangler/bin/wrangler.js', 'dev', '-c', 'wrangler.rooms.jsonc', '--ip', '127.0.0.1', '--port', String(port), '--inspector-port', '0', '--persist-to', state, '--show-interactive-dev-session=false', ...pairs];
};

export type Rooms = {
	url: string;
	socketUrl: string;
	/** `kill -9` of the whole process group, now. */
	kill: () => Promise<void>;
	/** Starts again on the same port and state. */
	start: () => Promise<void>;
	/** Kills and removes the state. */
	end: () => Promise<void>;
	/** What the host wrote so far. */
	output: () => string;
	/** The leader of the process group; null when none runs. */
	pid: () => number | null;
};

/** Starts the rooms with an empty state; resolves when they answer. `config`: other rooms than ours, by PartyKit's configuration. */
export async function startRooms(host: HostName, vars: Record<string, string> = {}, environment: Record<string, string> = {}, config?: string): Promise<Rooms> {
	const state = mkdtempSync(join(tmpdir(), 'cuebook-rooms-'));
	const port = await freePort();
	const url = `http://127.0.0.1:${port}`;
	const { kill, start, output, pid } = groupOf(url, () => {
		const args = commandOf(host, port, state, { ROOMS_URL: url, ROOMS_SECRET: secret, LIBSQL_URL: 'http://127.0.0.1:9', ...vars }, config);
		return spawn(process.execPath, args, { cwd: root, detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, CI: '1', WRANGLER_SEND_METRICS: 'false', NO_UPDATE_NOTIFIER: '1', ...environment } });
	});
	await start();
	return { url, socketUrl: url.replace('http', 'ws'), kill, start, output, pid, end: async () => (await kill(), rmSync(state, { recursive: true, force: true })) };
}

/** A process group that serves rooms at `url`: killed and started again. `begin` starts its leader, detached, with its output piped. */
export function groupOf(url: string, begin: () => ChildProcess): Pick<Rooms, 'kill' | 'start' | 'output' | 'pid'> {
	let child: ChildProcess | null = null;
	let output = '';
	// A test run that is ended from outside must leave no workerd behind.
	process.once('exit', () => child?.pid && process.kill(-child.pid, 'SIGKILL'));
	return {
		output: () => output,
		pid: () => child?.pid ?? null,
		kill: async () => {
			const running = child;
			child = null;
			if (!running?.pid || running.exitCode !== null) return;
			const gone = new Promise((resolve) => running.once('exit', resolve));
			process.kill(-running.pid, 'SIGKILL');
			await gone;
		},
		start: async () => {
			const started = (child = begin());
			for (const stream of [started.stdout!, started.stderr!]) stream.on('data', (data: Buffer) => (output = (output + data.toString()).slice(-200_000)));
			const by = Date.now() + 60_000;
			while (!(await isUp(url))) {
				if (Date.now() > by || started.exitCode !== null) throw new Error(`The rooms did not start at ${url}:\n${output}`);
				await new Promise((resolve) => setTimeout(resolve, 20));
			}
		},
	};
}

async function isUp(url: string): Promise<boolean> {
	try {
		return (await fetch(`${url}/parties/workspace/health/healthz`, { signal: AbortSignal.timeout(2_000) })).status === 200;
	} catch {
		return false;
	}
}
