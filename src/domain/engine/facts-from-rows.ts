/** The truth of one moment about one customer, from its rows: the device's mirror and the server's store hold the same fields. */
import type { RecordedEvent } from '../events/event.ts';
import type { MirrorRows } from '../mirror.ts';
import type { WorkspaceSettings } from '../settings.ts';
import type { Value } from '../value.ts';
import type { ContactFacts, CustomerFacts, Facts } from './facts.ts';
import type { Run } from './run.ts';

/** A customer with what belongs to it. `lastTouchAt` = its latest interaction, ms UTC. */
export type CustomerRows = { customer: MirrorRows['customer']; contacts: MirrorRows['contact'][]; lastTouchAt: number | null };

type OwnRun = Pick<Run, 'id' | 'startedAt' | 'vars' | 'cause'>;
type About = { event?: Facts['event']; run?: OwnRun | null };

/**
 * Facts from rows. Without an event or a run they are what counts when nobody has entered yet. A run's triggering event is the one its
 * cause keeps, so that later steps still read it.
 */
export const factsFromRows = ({ customer, contacts, lastTouchAt }: CustomerRows, settings: WorkspaceSettings, { event = null, run = null }: About = {}): Facts => ({
	customer: customerFacts(customer, lastTouchAt),
	contacts: contacts.map(contactFacts),
	owner: settings.people.find((person) => person.id === customer.owner) ?? null,
	event: event ?? eventOf(run),
	run: run && { id: run.id, startedAt: run.startedAt, vars: run.vars },
	settings,
});

const customerFacts = ({ custom, ...row }: MirrorRows['customer'], lastTouchAt: number | null): CustomerFacts => {
	const { id, name, domain, externalId, parentId, stage, stageSince, owner, tags, team, mrr, renewalAt, createdAt } = row;
	return { ...(custom as Record<string, Value>), id, name, domain, externalId, parentId, stage, stageSince, owner, tags, team, mrr, renewalAt, createdAt, lastTouchAt };
};

const contactFacts = ({ custom, ...row }: MirrorRows['contact']): ContactFacts => {
	const { id, name, email, phone, title, roles, tags, createdAt, mergedFrom } = row;
	return { ...(custom as Record<string, Value>), id, name, email, phone, title, roles, tags, createdAt, mergedFrom };
};

const eventOf = (run: OwnRun | null): Facts['event'] =>
	run?.cause.by === 'event' ? { type: run.cause.eventType as RecordedEvent['type'], at: run.cause.at, data: run.cause.data, subjectId: run.cause.subjectId } : null;
