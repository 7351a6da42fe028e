/** A customer's rows with what was removed, and what was recorded after a moment: the ground to go back from (BE7). */
import { and, asc, eq, gt, isNull, lte, sql } from 'drizzle-orm';
import type { Begun, Recorded, RowsNow } from '#domain/engine/rewind.ts';
import type { Database } from './client.ts';
import { recordedOf } from './events.ts';
import { agreement, contact, customer, event, interaction } from './schema/index.ts';

/** How far the clocks of a room and of the store may be apart, in ms (R20 alerts at 5 s). */
const skewMs = 60_000;

/** Null when the workspace never had this customer. One that was deleted is read all the same. `begun`: the step that began at `at`. */
export async function readPast(db: Database, workspace: string, customerId: string, at: number, begun: Begun | null = null): Promise<{ now: RowsNow; recorded: Recorded } | null> {
	const own = and(eq(event.workspace, workspace), eq(event.customerId, customerId));
	// As the rewinding tells it (cameAfter).
	const before = begun
		? sql`CASE WHEN json_extract(${event.cause}, '$.runId') = ${begun.runId} AND json_extract(${event.cause}, '$.number') IS NOT NULL THEN json_extract(${event.cause}, '$.number') < ${begun.number} ELSE ${event.at} <= ${at} END`
		: lte(event.at, at);
	const [customers, contacts, agreements, touches, events, stages] = await db.batch([
		db.select().from(customer).where(and(eq(customer.workspace, workspace), eq(customer.id, customerId))),
		db.select().from(contact).where(and(eq(contact.workspace, workspace), eq(contact.customerId, customerId))).orderBy(contact.createdAt, contact.id),
		db.select().from(agreement).where(and(eq(agreement.workspace, workspace), eq(agreement.customerId, customerId))),
		db.select({ at: interaction.at }).from(interaction).where(and(eq(interaction.workspace, workspace), eq(interaction.customerId, customerId), isNull(interaction.deletedAt))),
		db.select().from(event).where(and(own, gt(event.at, at - (begun ? skewMs : 0)))).orderBy(asc(event.at), asc(event.seq)),
		db.select({ at: sql<number | null>`MAX(${event.at})` }).from(event).where(and(own, eq(event.type, 'customer.stage-changed'), before)),
	]);
	if (!customers[0]) return null;
	const isRemoved = <R extends { deletedAt: number | null }>(row: R) => ({ ...row, isRemoved: row.deletedAt !== null });
	return {
		now: { customer: customers[0], contacts: contacts.map(isRemoved), agreements: agreements.map(isRemoved), touchedAt: touches.map((touch) => touch.at) },
		recorded: { at, begun, after: events.map(recordedOf), stageSince: stages[0]?.at ?? null },
	};
}
