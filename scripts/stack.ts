/** The whole product on one machine: store, rooms and app as three process groups. `npm start`, `npm run dev` and the tests stand on it. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyMigrations } from '../db/migrate.ts';
import { tick } from '../party/tick.ts';
import { buildApp } from './build.ts';
import { Part } from './part.ts';
import { CannotStart, claimPorts, root, secretsOf, writePrivate, type Ports, type Secrets } from './settings.ts';

export interface StackOptions {
	/** The folder of everything that outlives a restart. */
	state: string;
	/** 0 takes a free one. */
	ports: Ports;
	/** More settings for the app and the rooms (docs/protocol.md): RESEND_URL, RESEND_API_KEY … */
	env?: Record<string, string>;
	/** `built` by Vite and served as in production (default), `dev` with hot reload, or `none`: store and rooms only. */
	app?: 'built' | 'dev' | 'none';
	/** False trusts the build that is there. */
	build?: boolean;
	/** Told what is happening, for people. */
	say?: (line: string) => void;
	/** Told when a part ends by itself; the others still run. */
	onLost?: (name: string, lastWords: string) => void;
	/** Milliseconds between outside ticks (60,000). 0: none but those asked for. */
	tickEvery?: number;
	/** Cuts a start short; everything is stopped and startStack throws. */
	signal?: AbortSignal;
}

export interface Stack {
	appUrl: string;
	roomsUrl: string;
	dbUrl: string;
	/** The store's auth token. */
	token: string;
	secrets: Secrets;
	/** Wakes every workspace's automation now (R3). */
	tick(): Promise<{ woken: number; problems: string[] }>;
	/** A one-time sign-in link for the first user, who is made when there is none. */
	firstLink(): Promise<string>;
	killRooms(signal: NodeJS.Signals): Promise<void>;
	restartRooms(): Promise<void>;
	killDatabase(signal?: NodeJS.Signals): Promise<void>;
	restartDatabase(): Promise<void>;
	stop(): Promise<void>;
}

// Nothing of this asks, opens a browser, or calls home.
const quiet = { CI: '1', NO_UPDATE_NOTIFIER: '1', WRANGLER_SEND_METRICS: 'false', WRANGLER_SEND_ERROR_REPORTS: 'false', WRANGLER_HIDE_BANNER: 'true', WRANGLER_LOG_SANITIZE: 'true', CLOUDFLARE_CF_FETCH_ENABLED: 'false', BROWSER: 'none' };

const program = (...path: string[]) => [process.execPath, join(root, ...path)];

/**
 * When a process began, as the system counts it: tells it from another that got its number later. Empty where the system doesn't say (then the
 * number alone decides), `gone` for one that is dead and only not yet taken away.
 */
const birthOf = (pid: number): string => {
	try {
		// proc(5): after the name in brackets come the state (field 3) and, 19 fields on, the start time (field 22).
		const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
		return fields[0] === 'Z' ? 'gone' : (fields[19] ?? '');
	} catch {
		return '';
	}
};

/** One stack for each state folder: two would overwrite each other's rooms. */
const lockState = (state: string): (() => void) => {
	const file = join(state, 'running.pid');
	mkdirSync(state, { recursive: true, mode: 0o700 });
	try {
		const [number, born = ''] = readFileSync(file, 'utf8').split(' ');
		const pid = Number(number);
		if (pid !== process.pid && process.kill(pid, 0) && birthOf(pid) === born) throw new CannotStart(`Cuebook already runs on ${state} (process ${pid}). Stop it, or choose another folder: CUEBOOK_STATE=… npm start`);
	} catch (error) {
		if (error instanceof CannotStart) throw error; // Else nobody holds it.
	}
	writeFileSync(file, `${process.pid} ${birthOf(process.pid)}`);
	return () => rmSync(file, { force: true });
};

/** Starts everything and waits until it answers. Throws CannotStart for what a person must change first; then nothing is left running. */
export const startStack = async ({ state, ports: wanted, env = {}, app: kind = 'built', build = true, say = () => undefined, onLost = () => undefined, tickEvery = 60_000, signal }: StackOptions): Promise<Stack> => {
	const unlock = lockState(state);
	const started: Part[] = [];
	let timer: NodeJS.Timeout | undefined;
	const stop = async () => {
		clearInterval(timer);
		for (const part of started.reverse()) await part.stop();
		unlock();
	};
	try {
		const ports = await claimPorts(wanted);
		const secrets = secretsOf(state);
		const [dbUrl, roomsUrl, appUrl] = [`http://127.0.0.1:${ports.db}`, `http://127.0.0.1:${ports.rooms}`, `http://localhost:${ports.app}`];
		const settings = { LIBSQL_URL: dbUrl, ROOMS_URL: roomsUrl, APP_URL: appUrl, ...secrets, ...env };
		const part = (name: string, file: string, health: string, command: string[], partEnv: Record<string, string> = {}) =>
			new Part({ name, command, health, env: { ...quiet, ...partEnv }, log: join(state, `${file}.log`), onLost: (lost) => onLost(lost.name, lost.lastWords) });
		const start = async (one: Part) => (started.push(one), await one.start(signal), one);
		for (const file of ['database', 'rooms', 'app']) rmSync(join(state, `${file}.log`), { force: true });

		// Before the rooms: a build writes the routes' tsconfig.json anew, which their host watches, and they would begin again.
		if (kind === 'built' && build) {
			say('Building the app (only when its sources changed) …');
			await buildApp(signal);
		}
		say('Starting the database …');
		const database = await start(part('The database', 'database', `${dbUrl}/health`, [...program('db', 'server.ts'), '--file', join(state, 'cuebook.db'), '--port', String(ports.db)], { CUEBOOK_DB_TOKEN: secrets.LIBSQL_AUTH_TOKEN }));
		await applyMigrations({ url: dbUrl, authToken: secrets.LIBSQL_AUTH_TOKEN });

		say('Starting the rooms …');
		const roomsConfig = join(state, 'rooms.json');
		writePrivate(roomsConfig, roomsConfigFrom(settings));
		const partykit = [...program('node_modules', 'partykit', 'dist', 'bin.mjs'), 'dev', '--config', roomsConfig, '--port', String(ports.rooms), '--persist', join(state, 'rooms'), '--disable-request-cf-fetch', '--no-hotkeys'];
		const rooms = await start(part('The rooms', 'rooms', `${roomsUrl}/parties/workspace/start/healthz`, partykit));

		if (kind !== 'none') {
			const appConfig = join(state, 'app.json');
			writePrivate(appConfig, appConfigFrom(settings));
			const health = `http://127.0.0.1:${ports.app}/healthz/app`;
			if (kind === 'built') {
				say('Starting the app …');
				const wrangler = [...program('node_modules', 'wrangler', 'bin', 'wrangler.js'), 'dev', '--config', appConfig, '--port', String(ports.app), '--ip', '127.0.0.1', '--local', '--inspector-port', '0', '--persist-to', join(state, 'app'), '--show-interactive-dev-session=false', '--log-level', 'warn'];
				await start(part('The app', 'app', health, wrangler));
			} else {
				say('Starting the app, with hot reload …');
				const vite = [...program('node_modules', 'vite', 'bin', 'vite.js'), 'dev', '--port', String(ports.app), '--host', '127.0.0.1', '--strictPort', '--clearScreen', 'false'];
				await start(part('The app', 'app', health, vite, { CUEBOOK_APP_CONFIG: appConfig }));
			}
		}

		const tickSettings = { LIBSQL_URL: dbUrl, LIBSQL_AUTH_TOKEN: secrets.LIBSQL_AUTH_TOKEN, ROOMS_URL: roomsUrl, ROOMS_SECRET: secrets.ROOMS_SECRET };
		const tickAndSay = () =>
			tick(tickSettings).then(
				({ problems }) => problems.forEach((problem) => say(`The automation of workspace ${problem} could not be woken; trying again in a minute.`)),
				(error: unknown) => say(`The outside tick failed (${(error as Error).message}); trying again in a minute.`),
			);
		if (tickEvery > 0) {
			await tickAndSay();
			timer = setInterval(() => void tickAndSay(), tickEvery);
		}
		return {
			appUrl,
			roomsUrl,
			dbUrl,
			token: secrets.LIBSQL_AUTH_TOKEN,
			secrets,
			tick: () => tick(tickSettings),
			firstLink: () => firstLink(`http://127.0.0.1:${ports.app}`, secrets.ROOMS_SECRET),
			killRooms: (signal) => rooms.kill(signal),
			restartRooms: () => rooms.start(),
			killDatabase: (signal = 'SIGKILL') => database.kill(signal),
			restartDatabase: () => database.start(),
			stop,
		};
	} catch (error) {
		await stop();
		throw error;
	}
};

const firstLink = async (appUrl: string, secret: string): Promise<string> => {
	const response = await fetch(`${appUrl}/api/first-link`, { method: 'POST', headers: { 'x-cuebook-start': secret } });
	const text = await response.text();
	if (!response.ok) throw new Error(`The app made no sign-in link: ${response.status} ${text.slice(0, 500)}`);
	return (JSON.parse(text) as { url: string }).url;
};

/** partykit.json with absolute paths, and this stack's settings. The secrets stay out of the command line. */
const roomsConfigFrom = (vars: Record<string, string>): object => {
	const config = JSON.parse(readFileSync(join(root, 'partykit.json'), 'utf8')) as { main: string; parties: Record<string, string> };
	const absolute = (path: string) => join(root, path);
	return { ...config, main: absolute(config.main), parties: Object.fromEntries(Object.entries(config.parties).map(([name, path]) => [name, absolute(path)])), vars };
};

/** wrangler.jsonc likewise, for `wrangler dev` and, under `vite dev`, for the adapter's platform proxy. */
const appConfigFrom = (vars: Record<string, string>): object => {
	const text = readFileSync(join(root, 'wrangler.jsonc'), 'utf8').replace(/^\s*\/\/.*$/gm, '');
	const { $schema: _, assets, main, ...config } = JSON.parse(text) as { $schema?: string; main: string; assets: { directory: string; binding: string } };
	return { ...config, main: join(root, main), assets: { ...assets, directory: join(root, assets.directory) }, vars };
};
