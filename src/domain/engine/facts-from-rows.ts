/** The truth of one moment about one customer, from its rows: the device's mirror and the server's store hold the same fields. */
import type { MirrorRows } from '../mirror.ts';
import type { WorkspaceSettings } from '../settings.ts';
import type { Value } from '../value.ts';
import type { Facts } from './facts.ts';

/** A customer with what belongs to it. `lastTouchAt` = its latest interaction, ms UTC. */
export type CustomerRows = { customer: MirrorRows['customer']; contacts: MirrorRows['contact'][]; lastTouchAt: number | null };

/** Facts without an event or a run: what counts when nobody has entered yet. */
export const factsFromRows = ({ customer, contacts, lastTouchAt }: CustomerRows, settings: WorkspaceSettings): Facts => {
	const { id, name, domain, externalId, parentId, stage, stageSince, owner, tags, team, mrr, renewalAt, createdAt } = customer;
	return {
		customer: { ...(customer.custom as Record<string, Value>), id, name, domain, externalId, parentId, stage, stageSince, owner, tags, team, mrr, renewalAt, createdAt, lastTouchAt },
		contacts: contacts.map(({ custom, customerId: _, ...own }) => ({ ...(custom as Record<string, Value>), id: own.id, name: own.name, email: own.email, phone: own.phone, title: own.title, roles: own.roles, tags: own.tags, createdAt: own.createdAt })),
		owner: settings.people.find((person) => person.id === owner) ?? null,
		event: null,
		run: null,
		settings,
	};
};
