/** Moves of runs to another version as they go (BE2): the move's row, which devices follow, what became of each run, and the job that does it. */
import { and, asc, desc, eq, isNotNull, sql } from 'drizzle-orm';
import type { MigrationState } from '#domain/mirror.ts';
import type { Moved, StepMap } from '#domain/engine/migrate.ts';
import type { Database } from './client.ts';
import { isLive } from './runs.ts';
import { migratedRun, migration, run } from './schema/index.ts';
import { asJson, guard, seqNow, statement, type Statement } from './statement.ts';

export type Migration = typeof migration.$inferSelect;
export type MigratedRun = typeof migratedRun.$inferSelect;

/** A move by id; null when the workspace has none such. */
export const readMigration = async (database: Database, workspace: string, id: string): Promise<Migration | null> =>
	(await database.select().from(migration).where(and(eq(migration.workspace, workspace), eq(migration.id, id))))[0] ?? null;

/** Runs under way on another version than `version`, that began by `until` (ms). Gone ones have none. */
const isElsewhere = (playbookId: string, version: number, workspace: string) => and(eq(run.workspace, workspace), eq(run.playbookId, playbookId), sql`${run.version} <> ${version}`, sql.raw(`run.${isLive}`), sql`${run.deletedAt} IS NULL`);

/** How many runs of a playbook are under way on other versions. */
export const countElsewhere = async (database: Database, workspace: string, playbookId: string, version: number): Promise<number> =>
	(await database.select({ n: sql<number>`COUNT(*)` }).from(run).where(isElsewhere(playbookId, version, workspace)))[0]!.n;

export type NewMigration = Pick<Migration, 'id' | 'workspace' | 'playbookId' | 'version' | 'by' | 'name' | 'reason' | 'total' | 'startedAt'> & { map: StepMap };

/** A move, and the job that carries it out. Aborts when one of the same playbook is under way. */
export const insertMigration = (made: NewMigration): Statement[] => [
	guard(`NOT EXISTS (SELECT 1 FROM migration WHERE workspace = :workspace AND playbook_id = :playbookId AND state IN ('moving', 'returning'))`, { workspace: made.workspace, playbookId: made.playbookId }),
	statement(
		`INSERT INTO migration (id, workspace, seq, playbook_id, version, map, "by", name, reason, state, total, started_at)
		 VALUES (:id, :workspace, ${seqNow}, :playbookId, :version, :map, :by, :name, :reason, 'moving', :total, :startedAt)`,
		{ ...made, map: JSON.stringify(made.map) },
	),
	insertJob(made.workspace, made.id, made.startedAt),
];

const insertJob = (workspace: string, id: string, now: number): Statement =>
	statement(`INSERT INTO job (workspace, shard, kind, payload, due_at, visible_at, epoch) VALUES (:workspace, 0, 'migration', :payload, :now, :now, 1)`, { workspace, payload: JSON.stringify({ migration: id }), now });

/** Whether a move of the playbook is under way, or being undone. */
export const isMigrating = async (database: Database, workspace: string, playbookId: string): Promise<boolean> =>
	(await database.select({ id: migration.id }).from(migration).where(and(eq(migration.workspace, workspace), eq(migration.playbookId, playbookId), sql`${migration.state} IN ('moving', 'returning')`)).limit(1)).length > 0;

/** Aborts unless the move is in this state. */
export const assertState = (id: string, state: MigrationState): Statement => guard('EXISTS (SELECT 1 FROM migration WHERE id = :id AND state = :state)', { id, state });

/** Sets a move's state, behind `bumpSeq`; `endedAt` (ms) null while something is to be done. */
export const setState = (workspace: string, id: string, state: MigrationState, endedAt: number | null): Statement =>
	statement(`UPDATE migration SET seq = ${seqNow}, state = :state, ended_at = :endedAt WHERE id = :id`, { workspace, id, state, endedAt });

/** Begins to undo a move, behind a guard on the state that it is in. */
export const beginReturn = ({ workspace, id, state }: Migration, by: NonNullable<Migration['undoneBy']>, now: number): Statement[] => [
	assertState(id, state),
	setState(workspace, id, 'returning', null),
	statement('UPDATE migration SET undone_by = :by WHERE id = :id', { id, by: JSON.stringify(by) }),
	insertJob(workspace, id, now),
];

/** The next runs that a move says nothing of yet, by id after `after`. */
export const runsToMove = async (database: Database, { id, workspace, playbookId, version, startedAt }: Migration, after: string, limit: number): Promise<{ id: string; subjectId: string }[]> =>
	database
		.select({ id: run.id, subjectId: run.subjectId })
		.from(run)
		.where(and(isElsewhere(playbookId, version, workspace), sql`${run.startedAt} <= ${startedAt}`, sql`${run.id} > ${after}`, sql`NOT EXISTS (SELECT 1 FROM migrated_run m WHERE m.migration_id = ${id} AND m.run_id = ${run.id})`))
		.orderBy(asc(run.id))
		.limit(limit);

/** The next runs that a move has moved and that nobody has tried to take back. */
export const runsToReturn = async (database: Database, id: string, limit: number): Promise<(MigratedRun & { undo: Moved })[]> =>
	(await database.select().from(migratedRun).where(and(eq(migratedRun.migrationId, id), isNotNull(migratedRun.undo), sql`${migratedRun.back} IS NULL`)).orderBy(asc(migratedRun.runId)).limit(limit)) as (MigratedRun & { undo: Moved })[];

const column = { keep: 'kept', move: 'moved', end: 'ended', stayed: 'stayed' } as const;

/** What became of a run, in the batch that did it: once. Aborts unless the move still goes on. */
export const keepOutcome = (of: Migration, runId: string, outcome: MigratedRun['outcome'], { code = null, undo = null }: { code?: string | null; undo?: Moved | null }): Statement[] => [
	assertState(of.id, 'moving'),
	guard('NOT EXISTS (SELECT 1 FROM migrated_run WHERE migration_id = :id AND run_id = :runId)', { id: of.id, runId }),
	statement('INSERT INTO migrated_run (migration_id, run_id, outcome, code, undo) VALUES (:id, :runId, :outcome, :code, :undo)', { id: of.id, runId, outcome, code, undo: asJson(undo) }),
	statement(`UPDATE migration SET seq = ${seqNow}, ${column[outcome]} = ${column[outcome]} + 1 WHERE id = :id`, { workspace: of.workspace, id: of.id }),
];

/** Whether a run went back, in the batch that did it: once. */
export const keepReturn = (of: Migration, runId: string, back: string): Statement[] => [
	assertState(of.id, 'returning'),
	guard('EXISTS (SELECT 1 FROM migrated_run WHERE migration_id = :id AND run_id = :runId AND back IS NULL)', { id: of.id, runId }),
	statement('UPDATE migrated_run SET back = :back WHERE migration_id = :id AND run_id = :runId', { id: of.id, runId, back }),
	statement(`UPDATE migration SET seq = ${seqNow}, ${back === 'returned' ? 'returned = returned' : 'not_returned = not_returned'} + 1 WHERE id = :id`, { workspace: of.workspace, id: of.id }),
];

/** Whether anything is kept of a run in a move: what an ambiguous commit is read back by (R5). */
export const outcomeOf = async (database: Database, id: string, runId: string): Promise<MigratedRun | null> =>
	(await database.select().from(migratedRun).where(and(eq(migratedRun.migrationId, id), eq(migratedRun.runId, runId))))[0] ?? null;

/** The runs that stayed, or could not go back, with why; at most `limit`. */
export const leftBehind = async (database: Database, workspace: string, id: string, limit: number): Promise<{ runId: string; subjectId: string; code: string }[]> =>
	database
		.select({ runId: migratedRun.runId, subjectId: run.subjectId, code: sql<string>`COALESCE(NULLIF(${migratedRun.back}, 'returned'), ${migratedRun.code})` })
		.from(migratedRun)
		.innerJoin(run, eq(run.id, migratedRun.runId))
		.where(and(eq(migratedRun.migrationId, id), eq(run.workspace, workspace), sql`(${migratedRun.outcome} = 'stayed' OR ${migratedRun.back} <> 'returned')`))
		.orderBy(desc(migratedRun.back), asc(migratedRun.runId))
		.limit(limit);
