/** What `npm start` is told by the environment (docs/protocol.md, Ports and settings), and the secrets it makes once. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

export interface Ports {
	app: number;
	rooms: number;
	db: number;
}

/** A start that can't be: what is wrong and what to do. Shown without a stack. */
export class CannotStart extends Error {}

/** Which setting moves which part, and what the part is called. */
const parts = {
	app: { setting: 'CUEBOOK_PORT', name: 'the app', usual: 4173 },
	rooms: { setting: 'CUEBOOK_ROOMS_PORT', name: 'the rooms', usual: 1999 },
	db: { setting: 'CUEBOOK_DB_PORT', name: 'the database', usual: 8080 },
} as const;

type Environment = Record<string, string | undefined>;

/** The folder that holds everything that must outlive a restart. */
export const stateFrom = (env: Environment): string => resolve(root, env['CUEBOOK_STATE'] || '.cuebook');

/** The ports from the environment. Throws CannotStart for what is no port, or for one port asked for twice. */
export const portsFrom = (env: Environment): Ports => {
	const read = (part: keyof Ports): number => {
		const { setting, usual } = parts[part];
		const text = env[setting] || String(usual);
		const port = Number(text);
		if (!/^\d+$/.test(text) || port < 1 || port > 65_535) throw new CannotStart(`${setting} is “${text}”; it must be a port from 1 to 65535.`);
		return port;
	};
	const ports = { app: read('app'), rooms: read('rooms'), db: read('db') };
	if (new Set(Object.values(ports)).size < 3) throw new CannotStart(`The app, the rooms and the database need three ports; CUEBOOK_PORT, CUEBOOK_ROOMS_PORT and CUEBOOK_DB_PORT are ${Object.values(ports).join(', ')}.`);
	return ports;
};

const listen = (port: number, host?: string): Promise<number | null> =>
	new Promise((done) => {
		const server = createServer();
		server.once('error', () => done(null));
		server.listen({ port, exclusive: true, ...(host ? { host } : {}) }, () => {
			const { port: taken } = server.address() as { port: number };
			server.close(() => done(taken));
		});
	});

/** Ports with every 0 replaced by a free one. Throws CannotStart when a port is taken, naming the setting to change. */
export const claimPorts = async (ports: Ports): Promise<Ports> => {
	const claimed = { ...ports };
	for (const part of Object.keys(parts) as (keyof Ports)[]) {
		// Both: something on loopback only, or on every interface, is in the way alike.
		let port = 0;
		do port = (await listen(ports[part], '127.0.0.1')) ?? 0;
		while (ports[part] === 0 && Object.values(claimed).includes(port));
		if (port === 0 || (await listen(port)) === null) {
			const { name, setting } = parts[part];
			throw new CannotStart(`Port ${ports[part]} for ${name} is taken by another program. Stop that one, or choose another port: ${setting}=${ports[part] + 1} npm start`);
		}
		claimed[part] = port;
	}
	return claimed;
};

/** What the parts prove themselves with. Made at the first start, kept readable for this user only. */
export interface Secrets {
	ROOMS_SECRET: string;
	AUTH_SECRET: string;
	LIBSQL_AUTH_TOKEN: string;
	VAPID_PUBLIC_KEY: string;
	VAPID_PRIVATE_KEY: string;
}

/** The pair that this Cuebook signs its notifications with (RFC 8292), base64url. With another pair, devices have to turn notifications on again. */
export const newVapidKeys = (): Pick<Secrets, 'VAPID_PUBLIC_KEY' | 'VAPID_PRIVATE_KEY'> => {
	const { x, y, d } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }) as { x: string; y: string; d: string };
	const point = Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
	return { VAPID_PUBLIC_KEY: point.toString('base64url'), VAPID_PRIVATE_KEY: d };
};

/** The secrets of a state folder, made when there are none. Throws CannotStart when the file can't be read as such. */
export const secretsOf = (state: string): Secrets => {
	const file = join(state, 'secrets.json');
	if (existsSync(file)) {
		try {
			chmodSync(file, 0o600);
			const kept = JSON.parse(readFileSync(file, 'utf8')) as Partial<Secrets>;
			const { ROOMS_SECRET, AUTH_SECRET, LIBSQL_AUTH_TOKEN, VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY } = kept;
			if (ROOMS_SECRET && AUTH_SECRET && LIBSQL_AUTH_TOKEN) {
				const own = { ROOMS_SECRET, AUTH_SECRET, LIBSQL_AUTH_TOKEN };
				if (VAPID_PUBLIC_KEY && VAPID_PRIVATE_KEY) return { ...own, VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY };
				// Made by a version that pushed nothing: it is completed.
				const completed = { ...own, ...newVapidKeys() };
				writePrivate(file, completed);
				return completed;
			}
		} catch {
			// Told below.
		}
		throw new CannotStart(`${file} is damaged. Delete it to get new secrets: everyone signs in again, nothing else is lost.`);
	}
	const fresh = () => randomBytes(32).toString('base64url');
	const secrets = { ROOMS_SECRET: fresh(), AUTH_SECRET: fresh(), LIBSQL_AUTH_TOKEN: fresh(), ...newVapidKeys() };
	writePrivate(file, secrets);
	return secrets;
};

/** Writes JSON that only this user may read, whole or not at all. */
export const writePrivate = (file: string, value: unknown): void => {
	mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
	writeFileSync(`${file}.new`, `${JSON.stringify(value, null, '\t')}\n`, { mode: 0o600 });
	renameSync(`${file}.new`, file);
};
