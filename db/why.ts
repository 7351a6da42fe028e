/** What explains entries (BE6, CO5): a record's events that may have started a playbook, the last change of each value, its runs there. */
import { and, desc, eq, inArray, lte, sql } from 'drizzle-orm';
import type { EventType, RecordedEvent } from '#domain/events/event.ts';
import type { Database } from './client.ts';
import { recordedOf } from './events.ts';
import { event, run, runArchive } from './schema/index.ts';

/** Events of one customer of these types, the newest first. */
export async function eventsOfTypes(db: Database, workspace: string, customerId: string, types: readonly EventType[], limit: number): Promise<RecordedEvent[]> {
	if (types.length === 0) return [];
	const rows = await db.select().from(event).where(and(eq(event.workspace, workspace), eq(event.customerId, customerId), inArray(event.type, [...types]))).orderBy(desc(event.at), desc(event.seq)).limit(limit);
	return rows.map(recordedOf);
}

/** For each of these moments (ms): the last event of each kind and field of a customer up to then. */
export async function lastChangesUntil(db: Database, workspace: string, customerId: string, moments: readonly number[]): Promise<RecordedEvent[][]> {
	// A bare column beside MAX() is that of the row with the maximum: the last one of its group.
	const lastOfEach = (until: number) =>
		db.select().from(event).where(
			sql`${event.id} IN (SELECT id FROM (SELECT id, MAX(at) FROM event WHERE workspace = ${workspace} AND customer_id = ${customerId} AND at <= ${until} GROUP BY type, json_extract(data, '$.field')))`,
		);
	const found: RecordedEvent[][] = [];
	for (const until of moments) found.push((await lastOfEach(until)).map(recordedOf));
	return found;
}

/** The newest runs of a record in a playbook, begun at `until` (ms) at the latest. Those that were put away tell their cause as they did before (db/archive.ts). */
export async function runsIn(db: Database, workspace: string, playbookId: string, subjectId: string, until: number, limit: number): Promise<(typeof run.$inferSelect)[]> {
	const rows = await db
		.select({ run, archived: sql<string | null>`${runArchive.content} ->> '$.run.cause'` })
		.from(run)
		.leftJoin(runArchive, eq(runArchive.id, run.id))
		.where(and(eq(run.workspace, workspace), eq(run.playbookId, playbookId), eq(run.subjectId, subjectId), lte(run.startedAt, until)))
		.orderBy(desc(run.startedAt))
		.limit(limit);
	return rows.map((row) => (row.archived === null ? row.run : { ...row.run, cause: JSON.parse(row.archived) as (typeof row.run)['cause'] }));
}
