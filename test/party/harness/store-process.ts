/** The store as a process of its own, which can be killed and started again on the same file. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase, type Database } from '../../../db/client.ts';
import { applyMigrations } from '../../../db/migrate.ts';
import { until } from './client.ts';
import { freePort } from './rooms.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const token = 'a-token-for-the-store';

export type StoreProcess = {
	database: Database;
	/** Where it answers, as the rooms' settings. */
	vars: { LIBSQL_URL: string; LIBSQL_AUTH_TOKEN: string };
	pid: () => number;
	/** `kill -9`, now. */
	kill: () => Promise<void>;
	/** Starts again on the same port and file; resolves when it answers. */
	start: () => Promise<void>;
	/** Kills it and removes the file. */
	end: () => Promise<void>;
};

/** Starts a store with the schema and nothing in it. */
export const startStoreProcess = async (port?: number): Promise<StoreProcess> => {
	const folder = mkdtempSync(join(tmpdir(), 'cuebook-store-'));
	const taken = port ?? (await freePort());
	const url = `http://127.0.0.1:${taken}`;
	let child: ChildProcess | null = null;
	process.once('exit', () => child?.kill('SIGKILL'));
	const start = async () => {
		child = spawn(process.execPath, ['db/server.ts', '--file', join(folder, 'book.db'), '--port', String(taken), '--token', token], { cwd: root, stdio: 'ignore' });
		await until(async () => (await fetch(`${url}/health`).catch(() => null))?.ok, 'the store answers', 30_000);
	};
	const kill = async () => {
		const running = child!;
		const gone = new Promise((resolve) => running.once('exit', resolve));
		if (running.exitCode !== null || running.signalCode !== null) return;
		running.kill('SIGKILL');
		await gone;
	};
	await start();
	await applyMigrations({ url, authToken: token });
	const database = openDatabase({ url, authToken: token });
	return { database, vars: { LIBSQL_URL: url, LIBSQL_AUTH_TOKEN: token }, pid: () => child!.pid!, kill, start, end: async () => (await kill(), database.$client.close(), rmSync(folder, { recursive: true, force: true })) };
};
