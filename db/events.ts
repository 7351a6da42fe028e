/** Events as playbooks see them: in the order of their workspace's seq, each once. */
import { and, asc, eq, isNull, notInArray, sql } from 'drizzle-orm';
import type { RecordedEvent } from '#domain/events/event.ts';
import type { Database } from './client.ts';
import { isHolding } from './conflicts.ts';
import { given, givenList, kept } from './kept.ts';
import { event } from './schema/index.ts';
import { asJson, guard, seqNow, statement, type Statement } from './statement.ts';

/** An event, and whether a conflict on its field, which is over now, has kept playbooks from it (SY6). */
export type Undrained = RecordedEvent & { wasHeld: boolean };

// Written out: drizzle drops the table's name where only one is selected from, and these are subqueries.
const ofItsField = sql.raw(`conflict.subject_id = event.subject_id AND conflict.field = json_extract(event.data, '$.field')`);
const wasHeld = sql<number>`EXISTS (SELECT 1 FROM conflict WHERE ${ofItsField} AND conflict.seq >= event.seq)`;

const askUndrained = kept((database) => [
	database
		.select({ event, wasHeld })
		.from(event)
		.where(and(eq(event.workspace, given('workspace')), isNull(event.drainedAt), sql`NOT EXISTS (SELECT 1 FROM conflict WHERE ${ofItsField} AND ${isHolding})`, notInArray(event.id, givenList('but'))))
		.orderBy(asc(event.seq), asc(event.id))
		.limit(given('limit')),
]);

/** The next events that no playbook has seen yet, oldest first. Those of a field in conflict wait: they are not among them (SY6). `but` leaves some out. */
export const undrainedEvents = async (database: Database, workspace: string, now: number, limit: number, but: readonly string[] = []): Promise<Undrained[]> => {
	const [rows] = await askUndrained(database, { workspace, now, limit, but: JSON.stringify(but) });
	return rows.map((row) => ({ ...recordedOf(row.event), wasHeld: row.wasHeld === 1 }));
};

/** The events of one field that a conflict held back together, oldest first. */
export const heldEvents = async (database: Database, workspace: string, { subjectId, data }: RecordedEvent): Promise<RecordedEvent[]> => {
	const isOfField = sql`${event.subjectId} = ${subjectId} AND json_extract(${event.data}, '$.field') = ${String(data.field)}`;
	const rows = await database.select().from(event).where(and(eq(event.workspace, workspace), isNull(event.drainedAt), isOfField, wasHeld)).orderBy(asc(event.seq), asc(event.id));
	return rows.map(recordedOf);
};

/** An event from its row. */
export const recordedOf = (row: typeof event.$inferSelect): RecordedEvent => ({
	id: row.id,
	type: row.type as RecordedEvent['type'],
	subjectType: row.subjectType as RecordedEvent['subjectType'],
	subjectId: row.subjectId,
	customerId: row.customerId,
	at: row.at,
	actor: row.actor as RecordedEvent['actor'],
	cause: row.cause as RecordedEvent['cause'],
	data: row.data,
});

/** Whether playbooks have seen an event: what an ambiguous drain is read back by (R5). */
export const isDrained = async (database: Database, id: string): Promise<boolean> => {
	const rows = await database.select({ drainedAt: event.drainedAt }).from(event).where(eq(event.id, id));
	return rows[0]?.drainedAt != null;
};

/** Aborts the batch when another drain was faster. */
export const assertUndrained = (id: string): Statement => guard('EXISTS (SELECT 1 FROM event WHERE id = :id AND drained_at IS NULL)', { id });

/** Marks an event as seen by playbooks. */
export const markDrained = (id: string, now: number): Statement => statement('UPDATE event SET drained_at = :now WHERE id = :id AND drained_at IS NULL', { id, now });

/**
 * Records an event in the batch that changed its rows. After `bumpSeq` of the same workspace. An event with the same id is
 * there already: nothing happens.
 */
export const insertEvent = (workspace: string, recorded: RecordedEvent): Statement =>
	statement(
		`INSERT INTO event (id, workspace, seq, type, subject_type, subject_id, customer_id, at, actor, cause, data)
		 VALUES (:id, :workspace, ${seqNow}, :type, :subjectType, :subjectId, :customerId, :at, :actor, :cause, :data) ON CONFLICT (id) DO NOTHING`,
		{
			id: recorded.id,
			workspace,
			type: recorded.type,
			subjectType: recorded.subjectType,
			subjectId: recorded.subjectId,
			customerId: recorded.customerId,
			at: recorded.at,
			actor: asJson(recorded.actor),
			cause: asJson(recorded.cause),
			data: JSON.stringify(recorded.data),
		},
	);
