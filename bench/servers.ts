/** The servers that are compared, each a process of its own that can be killed and started again on the same state. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { callRoom } from '../party/call.ts';
import { token } from '../test/party/harness/client.ts';
import { freePort, secret } from '../test/party/harness/rooms.ts';
import { startWorkerd } from '../test/party/harness/workerd.ts';

export type Dialect = 'yjs' | 'hocuspocus';
export type Used = { cpu: number; storeCpu: number; memory: number };
export type Server = {
	name: string;
	dialect: Dialect;
	/** What its word that it has an edit means: `durable`, `in memory`, or none at all. */
	acknowledges: 'durable' | 'in memory' | 'never';
	/** A new document's id, made where the server wants it made. */
	make: () => Promise<string>;
	/** Where a client of a document connects. */
	address: (doc: string) => Promise<string>;
	/** CPU seconds used so far by the server, and by the store beside it that the others don't have; resident memory in MB. */
	used: () => Used;
	kill: () => Promise<void>;
	start: () => Promise<void>;
	end: () => Promise<void>;
};

const here = fileURLToPath(new URL('.', import.meta.url));
const newId = (): string => Array.from({ length: 20 }, () => 'abcdefghijklmnopqrstuvwxyz0123456789'[Math.floor(Math.random() * 36)]).join('');

/** From proc(5): times in ticks of 1/100 s, pages of 4 KB. */
function usedBy(pid: number): Used {
	const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
	return { cpu: (Number(fields[11]) + Number(fields[12])) / 100, storeCpu: 0, memory: (Number(fields[21]) * 4096) / 1024 / 1024 };
}

async function storeProcess(): Promise<{ vars: Record<string, string>; pid: number; end: () => void }> {
	const child = spawn(process.execPath, ['store.ts'], { cwd: here, stdio: ['pipe', 'pipe', 'inherit'] });
	process.once('exit', () => child.kill('SIGKILL'));
	const line = await new Promise<string>((resolve, reject) => {
		child.stdout.once('data', (data: Buffer) => resolve(data.toString()));
		child.once('exit', () => reject(new Error('the store did not start')));
	});
	return { vars: JSON.parse(line) as Record<string, string>, pid: child.pid!, end: () => child.stdin.end() };
}

/** Our room under workerd, as `npm start` runs it, with its store. */
export async function ours(): Promise<Server> {
	const store = await storeProcess();
	const rooms = await startWorkerd('partykit', store.vars);
	return {
		name: 'cuebook',
		dialect: 'yjs',
		acknowledges: 'durable',
		make: async () => {
			const id = `customer_${newId()}`;
			const made = await callRoom({ ROOMS_URL: rooms.url, ROOMS_SECRET: secret }, 'document', id, 'create', { workspace: 'w1', type: 'customer', args: { name: 'Bench' }, actor: { kind: 'user', id: 'ada' } });
			if (!made.ok) throw new Error(`no document: ${made.message}`);
			return id;
		},
		address: async (doc) => `${rooms.socketUrl}/parties/document/${doc}?ack=1&token=${await token(doc)}`,
		used: () => ({ ...usedBy(rooms.pid()!), storeCpu: usedBy(store.pid).cpu }),
		kill: rooms.kill,
		start: rooms.start,
		end: async () => (await rooms.end(), store.end()),
	};
}

/** What workerd itself takes: a room of the same host that only relays bytes (bench/floor). */
export async function floor(): Promise<Server> {
	const rooms = await startWorkerd('partykit', {}, 'bench/floor/partykit.json');
	const { kill, start, end } = rooms;
	const address = async (doc: string) => `${rooms.socketUrl}/parties/document/${doc}`;
	return { name: 'floor', dialect: 'yjs', acknowledges: 'never', make: async () => newId(), address, used: () => usedBy(rooms.pid()!), kill, start, end };
}

async function nodeServer(name: string, dialect: Dialect, acknowledges: Server['acknowledges'], command: string[], env: (port: number, folder: string) => Record<string, string>): Promise<Server> {
	const folder = mkdtempSync(join(tmpdir(), 'cuebook-bench-'));
	const port = await freePort();
	let child: ChildProcess | null = null;
	const kill = async () => {
		const running = child;
		child = null;
		if (!running || running.exitCode !== null) return;
		const gone = new Promise((resolve) => running.once('exit', resolve));
		running.kill('SIGKILL');
		await gone;
	};
	const start = async () => {
		child = spawn(process.execPath, command, { cwd: here, env: { ...process.env, ...env(port, folder) }, stdio: ['ignore', 'ignore', 'inherit'] });
		for (let tries = 0; tries < 1_000; tries++) {
			if (await fetch(`http://127.0.0.1:${port}/`).then(() => true, () => false)) return;
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
		throw new Error(`${name} did not start`);
	};
	process.once('exit', () => child?.kill('SIGKILL'));
	await start();
	const make = async () => `doc-${newId()}`;
	return { name, dialect, acknowledges, make, address: async (doc) => `ws://127.0.0.1:${port}/${doc}`, used: () => usedBy(child!.pid!), kill, start, end: async () => (await kill(), rmSync(folder, { recursive: true, force: true })) };
}

export const yWebsocket = (): Promise<Server> => nodeServer('y-websocket', 'yjs', 'never', ['node_modules/y-websocket/bin/server.cjs'], (port, folder) => ({ HOST: '127.0.0.1', PORT: String(port), YPERSISTENCE: join(folder, 'level') }));

export const hocuspocus = (): Promise<Server> => nodeServer('hocuspocus', 'hocuspocus', 'in memory', ['hocuspocus-server.ts'], (port, folder) => ({ PORT: String(port), FILE: join(folder, 'documents.sqlite') }));
