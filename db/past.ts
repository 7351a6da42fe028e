/** A customer's rows with what was removed, and what was recorded after a moment: the ground to go back from (BE7). */
import { and, eq, gt, isNull, sql } from 'drizzle-orm';
import type { Recorded, RowsNow } from '#domain/engine/rewind.ts';
import type { Database } from './client.ts';
import { recordedOf } from './events.ts';
import { agreement, contact, customer, event, interaction } from './schema/index.ts';

/** Null when the workspace never had this customer. One that was deleted is read all the same. */
export async function readPast(db: Database, workspace: string, customerId: string, at: number): Promise<{ now: RowsNow; recorded: Recorded } | null> {
	const own = and(eq(event.workspace, workspace), eq(event.customerId, customerId));
	const [customers, contacts, agreements, touches, events, stages] = await db.batch([
		db.select().from(customer).where(and(eq(customer.workspace, workspace), eq(customer.id, customerId))),
		db.select().from(contact).where(and(eq(contact.workspace, workspace), eq(contact.customerId, customerId))).orderBy(contact.createdAt, contact.id),
		db.select().from(agreement).where(and(eq(agreement.workspace, workspace), eq(agreement.customerId, customerId))),
		db.select({ at: interaction.at }).from(interaction).where(and(eq(interaction.workspace, workspace), eq(interaction.customerId, customerId), isNull(interaction.deletedAt))),
		db.select().from(event).where(and(own, gt(event.at, at))),
		db.select({ at: sql<number | null>`MAX(${event.at})` }).from(event).where(and(own, eq(event.type, 'customer.stage-changed'), sql`${event.at} <= ${at}`)),
	]);
	if (!customers[0]) return null;
	const isRemoved = <R extends { deletedAt: number | null }>(row: R) => ({ ...row, isRemoved: row.deletedAt !== null });
	return {
		now: { customer: customers[0], contacts: contacts.map(isRemoved), agreements: agreements.map(isRemoved), touchedAt: touches.map((touch) => touch.at) },
		recorded: { at, after: events.map(recordedOf), stageSince: stages[0]?.at ?? null },
	};
}
