/** The truth of one moment about one record: what conditions read and texts are filled from. Read anew whenever a job fires. */
import type { RecordedEvent } from '../events/event.ts';
import type { Person, WorkspaceSettings } from '../settings.ts';
import type { Value } from '../value.ts';

/**
 * Keys of `customer`: id, name, domain, externalId, parentId, stage, stageSince, owner, tags, team, mrr, renewalAt,
 * createdAt, lastTouchAt, and every custom field by its id (`f_…`).
 */
export type CustomerFacts = Record<string, Value> & { id: string; name: string };
/** Keys of a contact: id, name, email, phone, title, roles, tags, createdAt, and custom fields by id; `mergedFrom` are the ids that it also goes by (CU5). */
export type ContactFacts = Record<string, Value> & { id: string; name: string; email: string | null; roles: string[]; tags: string[]; mergedFrom: string[] };

export type Facts = {
	customer: CustomerFacts;
	contacts: ContactFacts[];
	owner: Person | null;
	event: Pick<RecordedEvent, 'type' | 'at' | 'data' | 'subjectId'> | null;
	run: { id: string; startedAt: number; vars: Record<string, unknown> } | null;
	settings: WorkspaceSettings;
};
