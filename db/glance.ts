/**
 * What there is to do for an automation room, read in one exchange: a workspace in which nothing is due costs its room this and nothing else.
 * Whoever then does it reads for itself what exactly; only the store decides (R1).
 */
import { lateBound, lateWindow } from '#domain/engine/lateness.ts';
import { hasFinished } from './archive.ts';
import type { Database } from './client.ts';
import { databaseClock } from './clock.ts';
import { isOverdue } from './conflicts.ts';
import { isErasable } from './erasure.ts';
import { dueSince, isClaimable } from './jobs.ts';
import { statement } from './statement.ts';

export type Glance = {
	/** The database's clock, ms UTC (R20). */
	now: number;
	/** The workspace's seq: what open screens are poked with. */
	seq: number;
	/** The job that may be claimed next: from when on (an expired lease by its end), and when it was due, both ms UTC. */
	next: { at: number; dueAt: number } | null;
	/** Events that no playbook has seen. Those of a field in conflict are among them, and wait (SY6). */
	hasEvents: boolean;
	/** Conflicts that nobody settled in time (SY6). */
	hasOverdueConflicts: boolean;
	/** Something that an administrator may have to hear of, or that is over (R15, R24). */
	hasIncidents: boolean;
	/** Deleted customers whose grace is over (CU10). */
	hasErasable: boolean;
	/** Finished runs that can be put away. */
	hasFinished: boolean;
};

const next = `FROM job WHERE workspace = :workspace AND shard = :shard AND ${isClaimable} ORDER BY visible_at LIMIT 1`;

const text = `SELECT given.now, (SELECT seq FROM workspace WHERE id = :workspace) AS seq, (SELECT visible_at ${next}) AS next_at, (SELECT ${dueSince} ${next}) AS next_due_at,
	EXISTS (SELECT 1 FROM event WHERE workspace = :workspace AND drained_at IS NULL) AS has_events,
	EXISTS (SELECT 1 FROM conflict WHERE workspace = :workspace AND ${isOverdue('given.now')}) AS has_overdue,
	EXISTS (SELECT 1 FROM incident WHERE workspace = :workspace AND told < 2)
		OR EXISTS (SELECT 1 FROM job WHERE workspace = :workspace AND quarantined_at IS NOT NULL AND playbook_id IS NOT NULL)
		OR EXISTS (SELECT 1 FROM lateness_minute WHERE workspace = :workspace AND minute >= (given.now - ${lateWindow}) / 60000 AND worst > ${lateBound}) AS has_incidents,
	EXISTS (SELECT 1 FROM deletion WHERE ${isErasable('given.now')}) AS has_erasable,
	EXISTS (SELECT 1 FROM run WHERE ${hasFinished('given.now')}) AS has_finished
	FROM (SELECT COALESCE(:now, ${databaseClock}) AS now) AS given`;

/** Glances at one shard of a workspace. `now` null: by the database's clock; a test gives its own, ms. Throws when the store can't be reached. */
export const readGlance = async (database: Database, workspace: string, shard: number, now: number | null = null): Promise<Glance> => {
	const [row] = (await database.$client.execute(statement(text, { workspace, shard, now }))).rows;
	const at = row!.next_at as number | null;
	return {
		now: row!.now as number,
		seq: (row!.seq as number | null) ?? 0,
		next: at === null ? null : { at, dueAt: row!.next_due_at as number },
		hasEvents: row!.has_events === 1,
		hasOverdueConflicts: row!.has_overdue === 1,
		hasIncidents: row!.has_incidents === 1,
		hasErasable: row!.has_erasable === 1,
		hasFinished: row!.has_finished === 1,
	};
};
