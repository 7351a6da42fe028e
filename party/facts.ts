/** The truth of one moment about one customer, in the shape that the engine reads (domain/engine/facts.ts). */
import type { CustomerTruth } from '#db/facts.ts';
import type { ContactFacts, CustomerFacts, Facts } from '#domain/engine/facts.ts';
import type { Run } from '#domain/engine/run.ts';
import type { RecordedEvent } from '#domain/events/event.ts';
import type { WorkspaceSettings } from '#domain/settings.ts';
import type { Value } from '#domain/value.ts';

type About = { event?: Pick<RecordedEvent, 'type' | 'at' | 'data' | 'subjectId'> | null; run?: Run | null };

/** Facts from rows. A run's triggering event is the one its cause keeps, so that later steps still read it. */
export const factsOf = (truth: CustomerTruth, settings: WorkspaceSettings, { event = null, run = null }: About = {}): Facts => ({
	customer: customerFacts(truth),
	contacts: truth.contacts.map(contactFacts),
	owner: settings.people.find((person) => person.id === truth.customer.owner) ?? null,
	event: event ?? eventOf(run),
	run: run && { id: run.id, startedAt: run.startedAt, vars: run.vars },
	settings,
});

const customerFacts = ({ customer: row, lastTouchAt }: CustomerTruth): CustomerFacts => ({
	...(row.custom as Record<string, Value>),
	id: row.id,
	name: row.name,
	domain: row.domain,
	externalId: row.externalId,
	parentId: row.parentId,
	stage: row.stage,
	stageSince: row.stageSince,
	owner: row.owner,
	tags: row.tags,
	team: row.team,
	mrr: row.mrr,
	renewalAt: row.renewalAt,
	createdAt: row.createdAt,
	lastTouchAt,
});

const contactFacts = (row: CustomerTruth['contacts'][number]): ContactFacts => ({
	...(row.custom as Record<string, Value>),
	id: row.id,
	name: row.name,
	email: row.email,
	phone: row.phone,
	title: row.title,
	roles: row.roles,
	tags: row.tags,
	createdAt: row.createdAt,
});

const eventOf = (run: Run | null): Facts['event'] =>
	run?.cause.by === 'event' ? { type: run.cause.eventType as RecordedEvent['type'], at: run.cause.at, data: run.cause.data, subjectId: run.cause.subjectId } : null;
