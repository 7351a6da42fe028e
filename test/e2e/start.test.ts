import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { claimPorts, root } from '../../scripts/settings.ts';

const state = mkdtempSync(join(tmpdir(), 'cuebook-start-'));
afterAll(() => rmSync(state, { recursive: true, force: true }));

interface Running {
	child: ChildProcess;
	said: () => string;
	ended: Promise<unknown[]>;
}

/** `npm start` as a person's shell would run it. */
const npmStart = (env: Record<string, string>): Running => {
	const child = spawn('node', [join(root, 'scripts', 'run.mjs'), 'start'], { cwd: root, env: { ...process.env, CUEBOOK_STATE: state, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
	let said = '';
	for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk) => (said += String(chunk)));
	return { child, said: () => said, ended: once(child, 'exit') };
};

const linkFrom = async ({ child, said }: Running): Promise<string> => {
	for (;;) {
		const link = /Sign in \(works once\): (\S+)/.exec(said())?.[1];
		if (link) return link;
		if (child.exitCode !== null) throw new Error(`npm start ended: ${said()}`);
		await pause(100);
	}
};

/** Every process below this one: pid and command. */
const descendants = (pid: number): number[] => {
	const all = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n').map((line) => line.trim().split(/\s+/).map(Number));
	const below = (parent: number): number[] => all.filter(([, ppid]) => ppid === parent).flatMap(([child]) => [child!, ...below(child!)]);
	return below(pid);
};
const isAlive = (pid: number): boolean => {
	try {
		// A zombie has ended; only its parent has not looked yet.
		return !/^\S+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
	} catch {
		return false;
	}
};

const freePorts = async () => {
	const { app, rooms, db } = await claimPorts({ app: 0, rooms: 0, db: 0 });
	return { CUEBOOK_PORT: String(app), CUEBOOK_ROOMS_PORT: String(rooms), CUEBOOK_DB_PORT: String(db) };
};

const signIn = async (link: string) => {
	const response = await fetch(link, { redirect: 'manual' });
	const cookie = response.headers.getSetCookie().map((set) => set.split(';')[0]).join('; ');
	const session = await fetch(new URL('/api/session', link), { headers: { cookie } });
	expect(session.status).toBe(200);
	return (await session.json()) as { user: { id: string }; workspaces: { id: string }[] };
};

test('npm start: everything answers, the link signs in once, Ctrl-C leaves nothing, a second start keeps the data', async () => {
	const ports = await freePorts();
	const first = npmStart(ports);
	const link = await linkFrom(first);
	const before = await signIn(link);
	expect(before.workspaces).toHaveLength(1);
	const again = await fetch(link, { redirect: 'manual' });
	expect(again.headers.getSetCookie().join()).not.toContain('session_token=');
	expect(statSync(join(state, 'secrets.json')).mode & 0o077).toBe(0);
	expect(statSync(join(state, 'rooms.json')).mode & 0o077).toBe(0);

	const second = npmStart(await freePorts());
	expect(await second.ended).toEqual([1, null]);
	expect(second.said()).toContain('already runs');

	const processes = descendants(first.child.pid!);
	expect(processes.length).toBeGreaterThan(3);
	first.child.kill('SIGINT');
	expect(await first.ended).toEqual([0, null]);
	expect(processes.filter(isAlive)).toEqual([]);

	const third = npmStart(ports);
	const after = await signIn(await linkFrom(third));
	expect([after.user.id, after.workspaces]).toEqual([before.user.id, before.workspaces]);
	// Killed like a crash: its parts notice by themselves.
	const left = descendants(third.child.pid!);
	for (const pid of [third.child.pid!, left[0]!]) process.kill(pid, 'SIGKILL');
	await third.ended;
	await expect.poll(() => left.filter(isAlive), { timeout: 10_000 }).toEqual([]);
});

test('a taken port is said with the setting that moves it, and nothing is started', async () => {
	const ports = await freePorts();
	const busy = createServer().listen(Number(ports.CUEBOOK_ROOMS_PORT), '127.0.0.1');
	await once(busy, 'listening');
	const run = npmStart(ports);
	expect(await run.ended).toEqual([1, null]);
	expect(run.said()).toContain(`Port ${ports.CUEBOOK_ROOMS_PORT} for the rooms is taken`);
	expect(run.said()).toContain('CUEBOOK_ROOMS_PORT=');
	busy.close();
	const wrong = npmStart({ ...ports, CUEBOOK_DB_PORT: 'eighty' });
	expect(await wrong.ended).toEqual([1, null]);
	expect(wrong.said()).toContain('CUEBOOK_DB_PORT is “eighty”');
});

test('a part that dies is named, and the others are stopped with it', async () => {
	const run = npmStart(await freePorts());
	await linkFrom(run);
	const processes = descendants(run.child.pid!);
	const database = processes.find((pid) => {
		const command = execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
		return command.includes('db/server.ts') && !command.includes('leash');
	});
	process.kill(database!, 'SIGKILL');
	expect(await run.ended).toEqual([1, null]);
	expect(run.said()).toContain('The database ended unexpectedly');
	expect(processes.filter(isAlive)).toEqual([]);
});
