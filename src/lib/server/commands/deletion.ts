/** Deleting a customer, and bringing it back within its grace (CU10). */
import { and, eq, isNull, ne } from 'drizzle-orm';
import { deleteCustomer as deleteStatements, documentsOf, restorable, restoreCustomer as restoreStatements } from '#db/deletions.ts';
import { customer } from '#db/schema/documents.ts';
import { forBatch } from '#db/statement.ts';
import { deletionGraceMs } from '#domain/commands/delete-customer.ts';
import type { EventType, RecordedEvent } from '#domain/events/event.ts';
import { callRoom } from '../rooms.ts';
import { accepted, derivedId, refused, type Deciding, type Handler } from './decision.ts';

type Args = { customerId: string };

const eventOf = async ({ args, member, commandId, now }: Deciding<Args>, type: EventType, data: Record<string, unknown>): Promise<RecordedEvent> => ({
	...{ id: await derivedId('event', commandId, type), type, subjectType: 'customer', subjectId: args.customerId, customerId: args.customerId },
	...{ at: now, actor: { kind: 'user', id: member.user.id }, cause: null, data },
});

/** Asks the rooms of everything about the customer. Who isn't reached finds out with the next change that it publishes. */
const askAll = async ({ db, settings, member, args }: Deciding<Args>, verb: 'shut' | 'publish'): Promise<void> => {
	for (const doc of await documentsOf(db, member.workspaceId, args.customerId)) await callRoom(settings, 'document', doc, verb, {});
};

export const deleteCustomer: Handler<Args> = async (deciding) => {
	const { db, args, member, now } = deciding;
	const [found] = await db.select({ name: customer.name }).from(customer).where(and(eq(customer.workspace, member.workspaceId), eq(customer.id, args.customerId), isNull(customer.deletedAt)));
	if (!found) return refused('no-such-customer');
	const erasesAt = now + deletionGraceMs;
	const event = await eventOf(deciding, 'customer.deleted', { name: found.name, erasesAt });
	const statements = deleteStatements({ workspace: member.workspaceId, id: args.customerId, name: found.name, by: member.user.id, at: now, erasesAt }, event);
	return accepted(forBatch(db, statements), { result: { erasesAt }, wakes: true, followUp: () => askAll(deciding, 'shut') });
};

export const restoreCustomer: Handler<Args> = async (deciding) => {
	const { db, args, member, now } = deciding;
	const there = await restorable(db, member.workspaceId, args.customerId);
	if (!there) return refused('not-restorable');
	if (there.externalId) {
		const same = and(eq(customer.workspace, member.workspaceId), eq(customer.externalId, there.externalId), isNull(customer.deletedAt), ne(customer.id, args.customerId));
		const [taken] = await db.select({ id: customer.id, name: customer.name }).from(customer).where(same);
		if (taken) return refused('external-id-taken', taken);
	}
	const statements = restoreStatements(member.workspaceId, args.customerId, now, await eventOf(deciding, 'customer.restored', { name: there.name }));
	return accepted(forBatch(db, statements), { wakes: true, followUp: () => askAll(deciding, 'publish') });
};
