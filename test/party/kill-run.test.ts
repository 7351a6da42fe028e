/** What survives `kill -9`: judged by the provider's own log, never by ours. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { and, eq, sql } from 'drizzle-orm';
import { openDatabase, type Database } from '#db/client.ts';
import { applyMigrations } from '#db/migrate.ts';
import { enrolRun } from '#db/entries.ts';
import { job, mail, run, workspace } from '#db/schema/index.ts';
import { bumpSeq, commit } from '#db/statement.ts';
import { startResend, type FakeResend } from '../providers/resend.ts';
import { addCustomer, addPlaybook, definitionOf, fillWorkspace, runOf } from '../db/engine-book.ts';
import { mailTo, waitFor } from './bench.ts';
import { call, until } from './harness/client.ts';
import { freePort, startRooms, type Rooms } from './harness/rooms.ts';
import { startWorkerd } from './harness/workerd.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;
let port: number;
let mailPort: number;
let store: ChildProcess;
let database: Database;
let resend: FakeResend;
let rooms: Rooms;

const address = () => ({ url: `http://127.0.0.1:${port}`, authToken: 'kill' });
const startStore = async () => {
	store = spawn(process.execPath, ['db/server.ts', '--file', join(folder, 'book.db'), '--port', String(port), '--token', 'kill'], { cwd: root, stdio: 'ignore' });
	await until(async () => (await fetch(`http://127.0.0.1:${port}/health`).catch(() => null))?.ok, 'the store answers', 15_000);
};
const killStore = async () => {
	const gone = new Promise((resolve) => store.once('exit', resolve));
	store.kill('SIGKILL');
	await gone;
};
const tick = () => call(rooms.url, 'automation', 'w1_0', 'wake');
const vars = () => ({ LIBSQL_URL: address().url, LIBSQL_AUTH_TOKEN: 'kill', RESEND_URL: `http://127.0.0.1:${mailPort}` });

// The same rooms for every test, as a restarted machine would find them; the store and the provider are new.
beforeAll(async () => {
	[port, mailPort] = [await freePort(), await freePort()];
	rooms = await startWorkerd('partykit', vars());
});
beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), 'cuebook-kill-'));
	await startStore();
	await applyMigrations(address());
	database = openDatabase(address());
	resend = await startResend(mailPort);
	await fillWorkspace(database, 'w1');
	await database.update(workspace).set({ resendKey: 're_test' });
});
afterEach(async () => {
	await killStore();
	await resend.close();
	rmSync(folder, { recursive: true, force: true });
});
afterAll(() => rooms?.end());

/** A run whose wait is over in `seconds`, and then a mail. */
const waiting = async (seconds: number) => {
	const now = Date.now();
	await addCustomer(database, 'w1', 'c1');
	await addPlaybook(database, 'w1', 'p1', definitionOf([waitFor(seconds / 60), mailTo()]));
	await commit(database, [bumpSeq('w1'), ...enrolRun(runOf('w1', 'r1', 'p1', 'c1', { startedAt: now }), { stepId: 'wait', dueAt: now + seconds * 1_000 })]);
	await tick();
	return now + seconds * 1_000;
};
/** With what the rooms said, when it does not come. */
const completed = (within: number) =>
	until(async () => (await database.select().from(run).where(eq(run.id, 'r1')))[0]!.state === 'completed', 'the run ends', within).catch((error: Error) => {
		throw new Error(`${error.message}\n${rooms.output()}`);
	});

test('R1 R3 the rooms are killed during a wait and started before its end: the mail goes out once, at its time', async () => {
	const dueAt = await waiting(8);
	await rooms.kill();
	await rooms.start();
	expect(Date.now(), 'the rooms are back before the end of the wait').toBeLessThan(dueAt);
	await tick();
	await completed(Math.max(0, dueAt - Date.now()) + 20_000);
	expect(resend.accepted.map((one) => [one.key, one.body.to])).toEqual([['r1-2-0', ['ana@c1.test']]]);
	expect(resend.seen[0]!.at).toBeGreaterThanOrEqual(dueAt);
	expect(resend.seen[0]!.at - dueAt).toBeLessThan(2_000);
	expect(await database.select({ state: mail.state }).from(mail)).toEqual([{ state: 'sent' }]);
}, 120_000);

test('R3 the rooms’ whole process group is killed during a wait and away at its end: the mail goes out once, within 65 s of the start', async () => {
	const bare = rooms;
	rooms = await startRooms('partykit', vars());
	try {
		const dueAt = await waiting(1.5);
		await rooms.kill();
		await until(() => Date.now() > dueAt, 'the time passes');
		expect(resend.seen).toEqual([]);
		const startedAt = Date.now();
		await rooms.start();
		await tick();
		await completed(65_000);
		expect(resend.accepted.map((one) => [one.key, one.body.to])).toEqual([['r1-2-0', ['ana@c1.test']]]);
		expect(resend.seen.length).toBe(1);
		expect(resend.seen[0]!.at - startedAt).toBeLessThan(65_000);
	} finally {
		await rooms.end();
		rooms = bare;
	}
}, 120_000);

/** As many due mails, each to a customer of its own. */
const burst = async (count: number) => {
	await addPlaybook(database, 'w1', 'p1', definitionOf([mailTo(), waitFor(0, 'end')]));
	const ids = Array.from({ length: count }, (_, i) => `burst_${i}`);
	for (const id of ids) await addCustomer(database, 'w1', id);
	const now = Date.now();
	await commit(database, [bumpSeq('w1'), ...ids.flatMap((id) => enrolRun(runOf('w1', `r_${id}`, 'p1', id, { startedAt: now }), { stepId: 'mail', dueAt: now }))]);
};
const allEnd = (count: number, within: number) =>
	until(
		async () => {
			void tick();
			await new Promise((resolve) => setTimeout(resolve, 500));
			const [done] = await database.select({ count: sql<number>`COUNT(*)` }).from(run).where(and(eq(run.state, 'completed'))).catch(() => [{ count: 0 }]);
			return done!.count === count;
		},
		`${count} runs end`,
		within,
	);
const judge = async (count: number) => {
	expect(resend.accepted.length).toBe(count);
	expect(new Set(resend.accepted.map((one) => one.key)).size).toBe(count);
	expect(new Set(resend.accepted.flatMap((one) => one.body.to)).size).toBe(count);
	expect(await database.select().from(job)).toEqual([]);
	expect((await database.select().from(mail)).filter((one) => one.state === 'sent').length).toBe(count);
};

/** Both in one burst: what was claimed at a kill waits for its lease to end, a minute, and one minute is enough. */
test('R4 R5 R7 R9 R11 in the middle of 80 mails the store is killed, and then the rooms: nothing is lost, nothing goes out twice', async () => {
	await burst(80);
	void tick();
	await until(() => resend.accepted.length >= 15, 'the burst is under way', 30_000);
	await killStore();
	const atStore = resend.accepted.length;
	expect(atStore).toBeLessThan(80);
	await startStore();
	await until(() => (void tick(), resend.accepted.length >= atStore + 10), 'it goes on', 90_000);
	await rooms.kill();
	expect(resend.accepted.length).toBeLessThan(80);
	await rooms.start();
	await allEnd(80, 110_000);
	await judge(80);
}, 250_000);
