/** Moving runs to another version of their playbook (BE2): one row for each time somebody did, and what became of each run. */
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { MigrationState } from '#domain/mirror.ts';
import type { Moved, StepMap } from '#domain/engine/migrate.ts';
import { at, json, mirrored } from './columns.ts';

/** A job carries it out, a run a batch; the counts grow in those batches. */
export const migration = sqliteTable(
	'migration',
	{
		...mirrored(),
		id: text('id').primaryKey(),
		playbookId: text('playbook_id').notNull(),
		/** The version that they move to. */
		version: integer('version').notNull(),
		map: json<StepMap>('map').notNull(),
		/** Who did it, a program's name (else null), and why. */
		by: text('by').notNull(),
		name: text('name'),
		reason: text('reason').notNull(),
		state: text('state').$type<MigrationState>().notNull(),
		/** How many were under way on other versions when it began. */
		total: integer('total').notNull(),
		kept: integer('kept').notNull().default(0),
		moved: integer('moved').notNull().default(0),
		ended: integer('ended').notNull().default(0),
		/** Those that stayed on their version. */
		stayed: integer('stayed').notNull().default(0),
		/** Who undid it, and why; null before. */
		undoneBy: json<{ by: string; name: string | null; reason: string }>('undone_by'),
		/** When it is undone: those that went back, and those that could not. */
		returned: integer('returned').notNull().default(0),
		notReturned: integer('not_returned').notNull().default(0),
		startedAt: at('started_at').notNull(),
		endedAt: at('ended_at'),
	},
	(t) => [index('migration_seq').on(t.workspace, t.seq)],
);

/** What became of one run. */
export const migratedRun = sqliteTable(
	'migrated_run',
	{
		migrationId: text('migration_id').notNull(),
		runId: text('run_id').notNull(),
		outcome: text('outcome').$type<'keep' | 'move' | 'end' | 'stayed'>().notNull(),
		/** Why it stayed. */
		code: text('code'),
		/** What it was before, to go back to; null when it stayed. */
		undo: json<Moved>('undo'),
		/** When the move was undone: `returned`, or why the run could not go back. */
		back: text('back'),
	},
	(t) => [primaryKey({ columns: [t.migrationId, t.runId] })],
);
