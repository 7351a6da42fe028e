/** What administrators and watchers are told of the engine (R15, R24). */
import { describe, expect, it } from 'vitest';
import { eq } from 'drizzle-orm';
import { activationJobs, insertStepJob } from '#db/jobs.ts';
import { noteLateness } from '#db/lateness.ts';
import { job, member } from '#db/schema/index.ts';
import { commit } from '#db/statement.ts';
import { startApp } from './app.ts';

const minute = 60_000;

describe('GET /healthz', async () => {
	let isRoomsUp = true;
	const app = await startApp(() => (isRoomsUp ? { failing: [] } : { code: 'broken', status: 500 }));
	const stranger = app.browser();
	const whole = { isHealthy: true, database: { ok: true }, migrations: { ok: true }, rooms: { ok: true }, lateness: { ok: true, overdueMs: 0, p99Ms: null } };

	it('answers 200 when store, tables and rooms answer and nothing is overdue, to anybody', async () => {
		expect(await stranger.get('/healthz')).toEqual({ status: 200, body: whole });
	});

	it('answers 503 and says what: the rooms; a job that two ticks missed; tables of an earlier version; the store', async () => {
		isRoomsUp = false;
		expect(await stranger.get('/healthz')).toEqual({ status: 503, body: { ...whole, isHealthy: false, rooms: { ok: false } } });
		isRoomsUp = true;
		const mine = await app.owner();
		const { workspace } = (await mine.get('/api/session')).body;
		await commit(app.db, [insertStepJob({ workspace: workspace.id, runId: 'r1', number: 1, dueAt: Date.now() - 10 * minute, epoch: 1 })]);
		const late = await stranger.get('/healthz');
		expect(late).toMatchObject({ status: 503, body: { isHealthy: false, lateness: { ok: false } } });
		expect(late.body.lateness.overdueMs).toBeGreaterThan(9 * minute);
		await app.db.delete(job);
		await app.db.$client.execute('UPDATE __drizzle_migrations SET created_at = created_at - 1000');
		expect(await stranger.get('/healthz')).toMatchObject({ status: 503, body: { database: { ok: true }, migrations: { ok: false } } });
		await app.db.$client.execute('DROP TABLE __drizzle_migrations');
		expect(await stranger.get('/healthz')).toMatchObject({ status: 503, body: { database: { ok: true }, migrations: { ok: false } } });
		app.platform.env.LIBSQL_URL = 'http://127.0.0.1:9';
		app.platform.env = { ...app.platform.env };
		expect(await stranger.get('/healthz')).toMatchObject({ status: 503, body: { database: { ok: false }, rooms: { ok: true }, lateness: { ok: false, overdueMs: null } } });
	});

	it('the app itself answers whatever else does', async () => {
		expect((await stranger.send('/healthz/app')).status).toBe(200);
	});
});

describe('GET /api/operations, and what an administrator does about it', async () => {
	const failing = [{ system: 'webhook api.acme.test', failures: 6, openUntil: 5 }];
	let isRoomsUp = true;
	const app = await startApp(({ verb }) => (verb !== 'state' ? {} : isRoomsUp ? { failing } : { code: 'broken', status: 500 }));
	const mine = await app.owner();
	const { workspace, user } = (await mine.get('/api/session')).body;

	it('gives figures, breakers from the room, and null for those when it can’t be asked', async () => {
		await commit(app.db, [noteLateness(workspace.id, [{ minute: Math.floor(Date.now() / minute), bucket: 3, count: 4, worst: 90 }]), insertStepJob({ workspace: workspace.id, runId: 'r1', number: 1, dueAt: Date.now() + minute, epoch: 1 })]);
		expect((await mine.get('/api/operations')).body).toMatchObject({ lateness: { minutes: { count: 4, p50: 90, p99: 90, worst: 90 } }, slots: [{ count: 4 }], jobs: { scheduled: 1 }, oldest: null, failing });
		isRoomsUp = false;
		expect((await mine.get('/api/operations')).body).toMatchObject({ failing: null, jobs: { scheduled: 1 } });
		isRoomsUp = true;
	});

	it('a quarantined timer is tried again by command, with its author; one that isn’t quarantined is held', async () => {
		expect(await mine.command('retry-timer', { playbookId: 'p1' })).toMatchObject({ status: 'held', reason: 'not-quarantined' });
		await commit(app.db, activationJobs({ workspace: workspace.id, playbookId: 'p1', schedule: null, isLasting: true, now: Date.now() }));
		await app.db.update(job).set({ quarantinedAt: 5, crashes: 3, attempt: 3, token: 'dead' }).where(eq(job.playbookId, 'p1'));
		expect(await mine.command('retry-timer', { playbookId: 'p1' })).toEqual({ status: 'accepted' });
		expect(await app.db.select().from(job).where(eq(job.playbookId, 'p1'))).toMatchObject([{ quarantinedAt: null, crashes: 0, attempt: 0, token: null }]);
		await app.settled();
		expect(app.rooms.calls.filter(({ verb }) => verb === 'wake')).not.toEqual([]);
	});

	it.each(['not a url', 'ftp://acme.test/x', 'javascript:alert(1)'])('the alert address is a web address: %s is refused', async (alertUrl) => {
		expect(await mine.command('change-workspace', { alertUrl })).toMatchObject({ status: 'refused', reason: 'not-valid' });
	});

	it('only administrators see the alert address and the figures', async () => {
		expect(await mine.command('change-workspace', { alertUrl: 'https://acme.test/alerts' })).toEqual({ status: 'accepted' });
		expect((await mine.get('/api/session')).body.workspace.alertUrl).toBe('https://acme.test/alerts');
		await app.db.update(member).set({ role: 'csm' }).where(eq(member.userId, user.id));
		expect((await mine.get('/api/session')).body.workspace.alertUrl).toBe(null);
		expect(await mine.get('/api/operations')).toMatchObject({ status: 403, body: { code: 'no-right' } });
		expect(await mine.command('retry-timer', { playbookId: 'p1' })).toMatchObject({ status: 'refused', reason: 'no-right' });
	});
});
