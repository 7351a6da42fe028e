/** What shows how the engine is doing: how late jobs began, what needs an administrator, and the runs that were put away (R15, R24). */
import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { at, json, mirrored } from './columns.ts';

/** How many jobs began within a bound of `latenessBounds` (src/domain/engine/lateness.ts), by minute. Two days are kept. */
export const latenessMinute = sqliteTable(
	'lateness_minute',
	{
		workspace: text('workspace').notNull(),
		/** Minutes since the epoch. */
		minute: integer('minute').notNull(),
		/** Place of the bound. */
		bucket: integer('bucket').notNull(),
		count: integer('count').notNull(),
		/** The latest of them, in ms. */
		worst: integer('worst').notNull(),
	},
	(t) => [primaryKey({ columns: [t.workspace, t.minute, t.bucket] })],
);

/** Something that needs an administrator, from when it was noticed until it is over: lateness, or what quarantined jobs have in common (ADR 45), told once when it opens and once when it closes; and each quarantined job, which isn't told. */
export const incident = sqliteTable(
	'incident',
	{
		...mirrored(),
		id: text('id').primaryKey(),
		kind: text('kind').$type<'lateness' | 'quarantine' | 'quarantined-job'>().notNull(),
		/** What it is about: a cause (`playbook:step`, `timer:playbook`), a run's step (`run:number`) or a timer (`job:id`); empty for lateness. */
		ref: text('ref').notNull(),
		detail: json<Record<string, unknown>>('detail').notNull(),
		openedAt: at('opened_at').notNull(),
		closedAt: at('closed_at'),
		/** How much of it was handed to the alert address: 0 nothing, 1 that it opened, 2 that it closed. A job alone counts as told. */
		told: integer('told').notNull().default(0),
	},
	(t) => [
		index('incident_seq').on(t.workspace, t.seq),
		uniqueIndex('incident_once').on(t.workspace, t.kind, t.ref).where(sql`closed_at IS NULL`),
		index('incident_untold').on(t.workspace).where(sql`told < 2`),
	],
);

/** A finished run, put away whole: its row keeps only what entry rules ask for, its intents only their keys. */
export const runArchive = sqliteTable('run_archive', {
	/** The run's id. */
	id: text('id').primaryKey(),
	workspace: text('workspace').notNull(),
	/** `{ run, steps, intents, events }`, as a run is read in full. */
	content: json<Record<string, unknown>>('content').notNull(),
	at: at('at').notNull(),
});
