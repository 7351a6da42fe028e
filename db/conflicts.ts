/** Conflicts as automation sees them (SY6): which fields wait for a person. Only the store decides whether their time is over (R1). */
import { and, eq, inArray, sql, type SQL } from 'drizzle-orm';
import type { Database } from './client.ts';
import { given, givenList, kept } from './kept.ts';
import { conflict } from './schema/index.ts';
import { statement } from './statement.ts';

const limit = `(conflict.opened_at + (SELECT conflict_hours FROM workspace WHERE workspace.id = conflict.workspace) * 3600000)`;
const limitOf = sql.raw(limit);

/** Holds for a row of `conflict` whose time is over at `now` (SQL, ms): nobody settled it. */
export const isOverdue = (now: string): string => `conflict.state = 'open' AND conflict.deleted_at IS NULL AND ${limit} <= ${now}`;

/** Holds for a row of `conflict` that keeps automation off its field at the given `now`: open, within its time, and money or a date if it is a custom field. */
export const isHolding: SQL = sql`conflict.state = 'open' AND conflict.deleted_at IS NULL AND ${limitOf} > ${given('now')}
	AND (conflict.field NOT GLOB 'f_*' OR EXISTS (SELECT 1 FROM field WHERE field.workspace = conflict.workspace AND field.id = conflict.field AND field.deleted_at IS NULL AND field.type IN ('money', 'date')))`;

export type OpenConflict = { customerId: string; subject: 'customer' | 'contact' | 'agreement'; field: string; /** ms UTC */ until: number };

/** The query for those of a workspace's customers, given as the list `customers`, at a given `now`. */
export const conflictsOf = (database: Database, customers: string) =>
	database
		.select({ customerId: conflict.customerId, subject: conflict.subjectType, field: conflict.field, until: sql<number>`${limitOf}` })
		.from(conflict)
		.where(and(eq(conflict.workspace, given('workspace')), inArray(conflict.customerId, givenList(customers)), isHolding));

const askOpen = kept((database) => [conflictsOf(database, 'customers')]);

/** The conflicts of some customers that automation waits for, and until when at most. */
export const openConflicts = async (database: Database, workspace: string, customerIds: string[], now: number): Promise<OpenConflict[]> =>
	(await askOpen(database, { workspace, customers: JSON.stringify(customerIds), now }))[0];

/** Conflicts that nobody settled in time: they are to be told so, the oldest first. */
export const overdueConflicts = async (database: Database, workspace: string, now: number, limit: number): Promise<{ id: string; customerId: string }[]> =>
	(await database.$client.execute(statement(`SELECT id, customer_id FROM conflict WHERE workspace = :workspace AND ${isOverdue(':now')} ORDER BY opened_at LIMIT :limit`, { workspace, now, limit })))
		.rows.map((row) => ({ id: row.id as string, customerId: row.customer_id as string }));
