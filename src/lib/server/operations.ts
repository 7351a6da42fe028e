/** How the engine is doing: a workspace's figures for its administrators, and the whole server's health for whoever watches over it (R24). */
import type { Database } from '#db/client.ts';
import { databaseNow } from '#db/clock.ts';
import journal from '#db/migrations/meta/_journal.json' with { type: 'json' };
import { readHealth, readOperations } from '#db/operations.ts';
import { lateWindow } from '#domain/engine/lateness.ts';
import type { Failing, Operations } from '#domain/engine/operations.ts';
import type { Settings } from './environment.ts';
import { callRoom } from './rooms.ts';
import type { Member } from './session.ts';

/** `GET /api/operations`. */
export const operationsFor = async (db: Database, settings: Settings, { workspaceId }: Member): Promise<Operations> => {
	const [figures, room] = await Promise.all([databaseNow(db).then((now) => readOperations(db, workspaceId, now)), callRoom<{ failing: Failing[] }>(settings, 'automation', `${workspaceId}_0`, 'state', {})]);
	return { ...figures, failing: room.ok ? room.value.failing : null };
};

/** The tables' version that this app was built with: their last migration's time, in ms. */
const wantedVersion = Math.max(...journal.entries.map(({ when }) => when));
/** A claimable job that is overdue for longer than this was missed by two ticks of the minute (R3). In ms. */
const overdueAllowed = 120_000;
/** How long a part may take to answer, in ms. */
const patience = 5_000;

export type Health = {
	isHealthy: boolean;
	database: { ok: boolean };
	migrations: { ok: boolean };
	rooms: { ok: boolean };
	/** In ms; p99 over five minutes, null when no job began. */
	lateness: { ok: boolean; overdueMs: number | null; p99Ms: number | null };
};

/** `GET /healthz`: whether everything that the app needs answers. Says nothing that isn't for strangers; never throws. */
export const healthOf = async (db: Database, settings: Settings): Promise<Health> => {
	const [store, room] = await Promise.all([inTime(storeHealth(db)), inTime(callRoom(settings, 'automation', 'health_0', 'state', {}))]);
	const database = { ok: store !== null };
	const migrations = { ok: store !== null && store.version >= wantedVersion };
	const lateness = { ok: store !== null && store.overdueMs <= overdueAllowed, overdueMs: store?.overdueMs ?? null, p99Ms: store?.lateness?.p99 ?? null };
	const rooms = { ok: room?.ok ?? false };
	return { isHealthy: database.ok && migrations.ok && rooms.ok && lateness.ok, database, migrations, rooms, lateness };
};

/** Tables that aren't there yet are a store that answers. */
const storeHealth = async (db: Database) => {
	const now = await databaseNow(db);
	return readHealth(db, now, now - lateWindow).catch((error: unknown) => {
		if (!/no such (table|column)/.test(String(error))) throw error;
		return { version: 0, overdueMs: 0, lateness: null };
	});
};

/** What came in time, else null. */
const inTime = <T>(work: Promise<T>): Promise<T | null> => {
	const { promise, resolve } = Promise.withResolvers<null>();
	const timer = setTimeout(() => resolve(null), patience);
	return Promise.race([work.catch(() => null), promise]).finally(() => clearTimeout(timer));
};
