/** A recorded fact: noun + past. Written in the batch that changed the rows (S11). */
export type Actor = { kind: 'user'; id: string } | { kind: 'run'; id: string; playbookId: string } | { kind: 'import'; id: string; userId: string } | { kind: 'system'; id: string };

/** Why an edit came, when a playbook made it: carried through rooms so that loops stop (R19). `number`: of the run's step that asked for it; events of earlier versions don't tell. */
export type Cause = { runId: string; rootRunId: string; depth: number; lineage: string[]; number?: number | undefined };

export const eventTypes = [
	'customer.created',
	'customer.field-changed',
	'customer.stage-changed',
	'customer.owner-changed',
	'customer.tag-added',
	'customer.tag-removed',
	'customer.team-changed',
	'contact.created',
	'contact.field-changed',
	'contact.role-changed',
	'contact.tag-added',
	'contact.tag-removed',
	'contact.removed',
	'agreement.created',
	'agreement.changed',
	'agreement.removed',
	'playbook.created',
	'playbook.published',
	'playbook.activated',
	'playbook.paused',
	'playbook.deactivated',
	'task.created',
	'task.completed',
	'interaction.logged',
	'content.healed',
	'note.created',
	'note.removed',
	'note.restored',
	'template.created',
	'task.reopened',
	'task.cancelled',
	'conflict.opened',
	'conflict.settled',
	'conflict.expired',
	'contact.merged',
	'contact.separated',
	'customer.deleted',
	'customer.restored',
	'customer.erased',
] as const;
export type EventType = (typeof eventTypes)[number];

/**
 * `data` by type: changes carry `{ field, from, to }` (stage-changed has field `stage`, owner-changed `owner`);
 * tags carry `{ tag }`; merged ones `{ name, into }`, separated ones `{ name, from }` (ids of contacts); created ones carry the name; conflicts `{ conflict, about: field, choices, chosen? }`.
 */
export type RecordedEvent = {
	id: string;
	type: EventType;
	subjectType: 'customer' | 'contact' | 'agreement' | 'playbook' | 'task' | 'interaction' | 'note' | 'template';
	subjectId: string;
	customerId: string | null;
	/** ms UTC, server receive time. */
	at: number;
	actor: Actor;
	cause: Cause | null;
	data: Record<string, unknown>;
};
