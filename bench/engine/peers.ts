/**
 * The engines that ours is compared with, in their defaults: graphile-worker on PostgreSQL and BullMQ on redis, both from Debian packages
 * (`apt-get install postgresql redis-server`). Each gets a store of its own in a folder of its own.
 */
/* eslint-disable @typescript-eslint/ban-ts-comment -- what the bench installs into bench/node_modules is there or isn't */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '../../test/party/harness/client.ts';
import { freePort } from '../../test/party/harness/rooms.ts';
import { pause } from '../figures.ts';
import { farAway, type Contestant } from './contestant.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
/** Jobs of one insertion. */
const chunk = 10_000;

/** A worker in a process of its own, and what it says. */
class PeerWorker {
	readonly late: number[] = [];
	readonly #args: string[];
	#child: ChildProcess | null = null;

	constructor(...args: string[]) {
		this.#args = args;
		process.once('exit', () => this.#child?.kill('SIGKILL'));
	}

	async start(): Promise<void> {
		const child = (this.#child = spawn(process.execPath, [join(here, 'peer-worker.ts'), ...this.#args], { cwd: join(here, '..'), stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }));
		let isReady = false;
		child.on('message', (late: number[]) => ((isReady = true), void this.late.push(...late)));
		await until(() => isReady, 'the worker is ready', 60_000);
	}

	async kill(): Promise<void> {
		const child = this.#child!;
		const gone = new Promise((resolve) => child.once('exit', resolve));
		child.kill('SIGKILL');
		await gone;
	}
}

/** Where a program is, in PATH or in `folders`. Throws, saying what to install, when it is nowhere. */
const found = (program: string, folders: string[], debian: string): string => {
	const folder = [...(process.env['PATH'] ?? '').split(delimiter), ...folders].find((one) => one !== '' && existsSync(join(one, program)));
	if (!folder) throw new Error(`${program} is neither in PATH nor where Debian keeps it. Install it (apt-get install ${debian}), or leave out who needs it by --servers.`);
	return join(folder, program);
};

/** What is asked of a peer whose jobs `add` puts in and whose `left` says how many of those due by then aren't done. */
const contestant = (name: string, worker: PeerWorker, add: (count: number, dueAt: number, url?: string) => Promise<void>, left: (dueAt: number) => Promise<number>, end: () => Promise<void>): Contestant => ({
	name,
	pend: (count) => add(count, Date.now() + farAway),
	burst: async (count, lead, apartMs = 0) => {
		worker.late.length = 0;
		const dueAt = Date.now() + lead;
		if (apartMs === 0) await add(count, dueAt);
		else for (let n = 0; n < count; n++) await add(1, dueAt + n * apartMs);
		if (Date.now() > dueAt) throw new Error(`${name}: ${count} jobs could not be put in within ${lead} ms.`);
		const last = dueAt + (count - 1) * apartMs;
		await until(() => worker.late.length >= count, `${count} jobs begin`, 300_000);
		await until(async () => (await left(last)) === 0, `${count} jobs end`, 300_000);
		return { lateness: [...worker.late], drain: Date.now() - last };
	},
	effects: (count, url) => add(count, Date.now(), url),
	kill: () => worker.kill(),
	start: () => worker.start(),
	end: async () => (await worker.kill().catch(() => undefined), await end()),
});

/** PostgreSQL's programs: of PATH, else the newest that Debian installed. */
const postgresql = (): { initdb: string; postgres: string } => {
	const debian = '/usr/lib/postgresql';
	const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)).map((one) => join(debian, one, 'bin')) : [];
	return { initdb: found('initdb', versions, 'postgresql'), postgres: found('postgres', versions, 'postgresql') };
};
const redisServer = (): string => found('redis-server', ['/usr/bin', '/usr/local/bin'], 'redis-server');

/** What each peer needs on the machine, by name. Throws, saying what to install. */
export const needs: Record<string, () => unknown> = { 'graphile-worker': postgresql, 'graphile-batched': postgresql, 'bullmq': redisServer };

/** graphile-worker; `isBatched` with its local queue and batched completion. */
export const graphile = async (isBatched: boolean): Promise<Contestant> => {
	const { initdb, postgres } = postgresql();
	const folder = mkdtempSync(join(tmpdir(), 'cuebook-postgres-'));
	// PostgreSQL doesn't run as root: there, as the user that its package made.
	const idOf = (option: string) => Number(spawnSync('id', [option, 'postgres'], { encoding: 'utf8' }).stdout);
	const as = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
	if (as.uid !== undefined) chownSync(folder, as.uid, as.gid);
	const data = join(folder, 'data');
	const port = await freePort();
	const made = spawnSync(initdb, ['-D', data, '-A', 'trust', '-U', 'postgres'], { ...as, cwd: folder, encoding: 'utf8' });
	if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
	const server = spawn(postgres, ['-D', data, '-p', String(port), '-k', folder, '-c', 'listen_addresses=127.0.0.1'], { ...as, cwd: folder, stdio: 'ignore' });
	process.once('exit', () => server.kill('SIGQUIT'));
	const address = `postgres://postgres@127.0.0.1:${port}/postgres`;
	// @ts-ignore
	const { default: pg } = await import('pg');
	const pool = new pg.Pool({ connectionString: address, max: 2 });
	pool.on('error', () => undefined);
	await until(() => pool.query('SELECT 1').then(() => true, () => false), 'PostgreSQL answers', 30_000);
	const worker = new PeerWorker(isBatched ? 'graphile-batched' : 'graphile', address);
	await worker.start();
	let ids = 0;
	const add = async (count: number, dueAt: number, url?: string) => {
		for (let from = 0; from < count; from += chunk) {
			const size = Math.min(chunk, count - from);
			await pool.query(
				`SELECT count(*) FROM graphile_worker.add_jobs((SELECT array_agg(json_populate_record(null::graphile_worker.job_spec, json_build_object('identifier', 'bench', 'run_at', to_timestamp($1::float8 / 1000),
					'payload', json_build_object('dueAt', $1::float8, 'id', n::text, 'url', $2::text)))) FROM generate_series($3::int, $4::int) n))`,
				[dueAt, url ?? null, ids, ids + size - 1],
			);
			ids += size;
		}
		if (count > 1) await pool.query('ANALYZE');
	};
	const left = async (dueAt: number) => Number((await pool.query(`SELECT count(*) FROM graphile_worker._private_jobs WHERE run_at <= to_timestamp($1::float8 / 1000)`, [dueAt + 1])).rows[0].count);
	const end = async () => {
		await pool.end();
		const gone = new Promise((resolve) => server.once('exit', resolve));
		server.kill('SIGQUIT');
		await gone;
		rmSync(folder, { recursive: true, force: true });
	};
	return contestant(isBatched ? 'graphile-worker, batched' : 'graphile-worker', worker, add, left, end);
};

/** BullMQ. */
export const bullmq = async (): Promise<Contestant> => {
	const folder = mkdtempSync(join(tmpdir(), 'cuebook-redis-'));
	const port = await freePort();
	const server = spawn(redisServer(), ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes', '--appendfsync', 'everysec', '--save', ''], { stdio: 'ignore' });
	process.once('exit', () => server.kill('SIGKILL'));
	// @ts-ignore
	const { Queue } = await import('bullmq');
	const url = `redis://127.0.0.1:${port}`;
	const queue = new Queue('bench', { connection: { url } });
	queue.on('error', () => undefined);
	await queue.waitUntilReady();
	const worker = new PeerWorker('bullmq', url);
	await worker.start();
	let [ids, pending] = [0, 0];
	const add = async (count: number, dueAt: number, called?: string) => {
		if (dueAt > Date.now() + farAway / 2) pending += count;
		for (let from = 0; from < count; from += chunk)
			await queue.addBulk(Array.from({ length: Math.min(chunk, count - from) }, () => ({ name: 'bench', data: { dueAt, id: String(ids++), ...(called ? { url: called } : {}) }, opts: { delay: Math.max(0, dueAt - Date.now()) } })));
	};
	const left = async () => {
		await pause(10);
		const counts = await queue.getJobCounts('delayed', 'wait', 'active', 'prioritized');
		return Object.values(counts as Record<string, number>).reduce((sum, one) => sum + one, 0) - pending;
	};
	const end = async () => {
		await queue.close();
		const gone = new Promise((resolve) => server.once('exit', resolve));
		server.kill('SIGKILL');
		await gone;
		rmSync(folder, { recursive: true, force: true });
	};
	return contestant('BullMQ', worker, add, left, end);
};
