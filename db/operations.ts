/** How the engine is doing, for administrators and for whoever watches over the server (R15, R24). Times in ms UTC. */
import { latenessOf, type Lateness, type LatenessCount } from '#domain/engine/lateness.ts';
import type { Figures } from '#domain/engine/operations.ts';
import type { Database } from './client.ts';
import { dueSince, isClaimable } from './jobs.ts';
import { usedOf, usedSince } from './quotas.ts';
import { statement, type Statement } from './statement.ts';

/** Rooms of a workspace (R17): names them, so that the index of due jobs is used. */
const shards = `shard IN (${Array.from({ length: 16 }, (_, shard) => shard).join(', ')})`;
/** Due jobs are counted to here: more would take the store's time from the engine's work. */
const mostCounted = 10_000;
const minute = 60_000;
/** A bar of the chart. */
const slotMs = 15 * minute;

const countsSince = (workspace: string, since: number, slot: number): Statement =>
	statement(
		`SELECT minute - minute % CAST(:slot AS INTEGER) AS slot, bucket, SUM(count) AS count, MAX(worst) AS worst FROM lateness_minute WHERE workspace = :workspace AND minute >= :since GROUP BY 1, 2`,
		{ workspace, since: Math.floor(since / minute), slot: slot / minute },
	);
const countsOf = (rows: readonly Record<string, unknown>[]): (LatenessCount & { slot: number })[] =>
	rows.map((row) => ({ slot: row.slot as number, bucket: row.bucket as number, count: row.count as number, worst: row.worst as number }));

/** A workspace's figures at `now`, the database's clock. */
export const readOperations = async (database: Database, workspace: string, now: number): Promise<Figures> => {
	const about = { workspace, now };
	const due = `FROM job WHERE workspace = :workspace AND ${shards} AND visible_at <= :now AND quarantined_at IS NULL`;
	const [minutes, hour, day, oldest, waiting, all, working, stuck, space, used] = await database.$client.batch(
		[
			countsSince(workspace, now - 5 * minute, minute * 1e6),
			countsSince(workspace, now - 60 * minute, minute * 1e6),
			countsSince(workspace, now - 1_440 * minute, slotMs),
			statement(`SELECT ${dueSince} AS due_at, run_id, playbook_id ${due} AND ${isClaimable} ORDER BY visible_at LIMIT 1`, about),
			statement(`SELECT COALESCE(SUM(can), 0) AS due, COUNT(*) AS n FROM (SELECT (${isClaimable}) AS can ${due} LIMIT ${mostCounted})`, about),
			statement('SELECT COUNT(*) AS n FROM job WHERE workspace = :workspace AND quarantined_at IS NULL', { workspace }),
			statement('SELECT COUNT(*) AS n FROM job WHERE token IS NOT NULL AND workspace = :workspace AND visible_at > :now AND quarantined_at IS NULL', about),
			statement(`SELECT COUNT(*) AS n FROM incident WHERE workspace = :workspace AND kind = 'quarantined-job' AND closed_at IS NULL`, { workspace }),
			statement('SELECT is_paused FROM workspace WHERE id = :workspace', { workspace }),
			usedSince(workspace, now - 1_440 * minute),
		],
		'read',
	);
	const slots = new Map<number, LatenessCount[]>();
	for (const one of countsOf(day!.rows)) slots.set(one.slot, [...(slots.get(one.slot) ?? []), one]);
	const first = oldest!.rows[0];
	const one = (result: typeof all): number => result!.rows[0]!.n as number;
	const [dueNow, counted] = [waiting!.rows[0]!.due as number, waiting!.rows[0]!.n as number];
	return {
		at: now,
		isPaused: space!.rows[0]?.is_paused === 1,
		lateness: { minutes: latenessOf(countsOf(minutes!.rows)), hour: latenessOf(countsOf(hour!.rows)), day: latenessOf(countsOf(day!.rows)) },
		slots: [...slots].map(([slot, counts]) => ({ at: slot * minute, ...latenessOf(counts)! })).sort((a, b) => a.at - b.at),
		oldest: first ? { dueAt: first.due_at as number, runId: first.run_id as string | null, playbookId: first.playbook_id as string | null } : null,
		jobs: { scheduled: Math.max(0, one(all) - counted - one(working)), due: dueNow, working: one(working), held: counted - dueNow, quarantined: one(stuck), isMore: counted === mostCounted },
		quotas: usedOf(used!.rows),
	};
};

/** For all workspaces: which version of the tables is there (ms, as its migration says), how long the oldest claimable job is overdue, and the lateness since a time. */
export const readHealth = async (database: Database, now: number, since: number): Promise<{ version: number; overdueMs: number; lateness: Lateness | null }> => {
	const [version, overdue, counts] = await database.$client.batch(
		[
			'SELECT MAX(created_at) AS version FROM __drizzle_migrations',
			statement(`SELECT MIN((SELECT ${dueSince} FROM job WHERE workspace = space.id AND ${shards} AND visible_at <= :now AND ${isClaimable} ORDER BY visible_at LIMIT 1)) AS due_at FROM workspace space`, { now }),
			statement('SELECT bucket, SUM(count) AS count, MAX(worst) AS worst FROM workspace space JOIN lateness_minute ON lateness_minute.workspace = space.id AND minute >= :since GROUP BY bucket', { since: Math.floor(since / minute) }),
		],
		'read',
	);
	const dueAt = overdue!.rows[0]!.due_at as number | null;
	return { version: Number(version!.rows[0]!.version), overdueMs: Math.max(0, now - (dueAt ?? now)), lateness: latenessOf(countsOf(counts!.rows)) };
};
