/** Customers that somebody deleted (CU10): until when they can come back, and that they were erased. */
import { index, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { sql } from 'drizzle-orm';
import { at, mirrored } from './columns.ts';

/** One row for each customer that is deleted, or was erased. One that was restored leaves a tombstone, which the next deletion takes over. */
export const deletion = sqliteTable(
	'deletion',
	{
		...mirrored(),
		/** The customer's id. */
		id: text('id').primaryKey(),
		/** Its name, for the list of what can be restored; blank once it is erased. */
		name: text('name').notNull(),
		by: text('by').notNull(),
		/** When it was deleted: the time that stands as `deleted_at` in everything that was deleted with it. */
		at: at('at').notNull(),
		/** From when on it is erased for good. */
		erasesAt: at('erases_at').notNull(),
		erasedAt: at('erased_at'),
	},
	(t) => [index('deletion_seq').on(t.workspace, t.seq), index('deletion_due').on(t.workspace, t.erasesAt).where(sql`deleted_at IS NULL`)],
);
