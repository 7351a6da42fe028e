/** A recorded fact as a person would say it: "changed Stage from Onboarding to Adoption". */
import type { Actor, RecordedEvent } from '#domain/events/event.ts';
import type { ConflictChoice, MirrorKind, MirrorRows } from '#domain/mirror.ts';
import type { FieldType, WorkspaceSettings } from '#domain/settings.ts';
import { m } from '$lib/messages/messages.js';
import { getLocale } from '$lib/messages/runtime.js';
import { formatDate, formatMoney } from '$lib/ui/formats.ts';
import { agreementStatuses, type AgreementStatus } from './agreement-statuses.ts';
import { roleNames } from './contact-roles.ts';

type Mirror = { settings: WorkspaceSettings; row: <K extends MirrorKind>(kind: K, id: string) => MirrorRows[K] | undefined };

export function actorName(actor: Actor, mirror: Mirror): string {
	if (actor.kind === 'user') return mirror.row('person', actor.id)?.name ?? m.history_somebody();
	if (actor.kind === 'run') return m.history_playbook({ name: mirror.row('playbook', actor.playbookId)?.name ?? m.history_a_playbook() });
	if (actor.kind === 'import') return m.history_import({ name: mirror.row('person', actor.userId)?.name ?? m.history_somebody() });
	return m.history_cuebook();
}

const fieldNames: Record<string, () => string> = {
	name: m.customers_name, domain: m.customers_domain, externalId: m.customer_external_id, parentId: m.customer_parent, stage: m.customers_stage, owner: m.customers_owner, team: m.customer_team,
	email: m.contact_email, phone: m.contact_phone, title: m.contact_title, roles: m.contact_roles,
	status: m.agreement_status, mrr: m.customers_mrr, startAt: m.agreement_start, endAt: m.agreement_end, noticeDays: m.agreement_notice, isTacit: m.agreement_tacit,
};
const fixedTypes: Record<string, FieldType> = { owner: 'user', team: 'user', startAt: 'date', endAt: 'date', mrr: 'money', isTacit: 'boolean' };

/** What happened, without who. */
export function sentence(event: RecordedEvent, mirror: Mirror): string {
	const { data } = event;
	if (event.type.startsWith('conflict.')) return conflictSentence(event, mirror);
	const whose = event.subjectType === 'customer' ? '' : ((mirror.row(event.subjectType === 'agreement' ? 'agreement' : 'contact', event.subjectId)?.name ?? '') as string);
	const of = whose && event.subjectType !== 'playbook' ? m.history_of({ name: whose }) : '';
	if ('field' in data) {
		const field = String(data.field);
		return m.history_changed({ field: fieldName(field, mirror) + of, from: said(field, data.from, mirror), to: said(field, data.to, mirror) });
	}
	if ('tag' in data) {
		const name = mirror.row('tag', String(data.tag))?.name ?? String(data.tag);
		return (event.type.endsWith('added') ? m.history_tag_added({ name }) : m.history_tag_removed({ name })) + of;
	}
	const name = String(data.name ?? data.title ?? '');
	switch (event.type) {
		case 'customer.created': return m.history_customer_created();
		case 'customer.deleted': return m.history_customer_deleted();
		case 'customer.restored': return m.history_customer_restored();
		case 'customer.erased': return m.history_customer_erased();
		case 'contact.created': return m.history_contact_created({ name });
		case 'contact.removed': return m.history_contact_removed({ name });
		case 'contact.merged': return m.history_contact_merged({ name, into: mirror.row('contact', String(data.into))?.name ?? m.history_a_contact() });
		case 'contact.separated': return m.history_contact_separated({ name, from: mirror.row('contact', String(data.from))?.name ?? m.history_a_contact() });
		case 'agreement.created': return m.history_agreement_created({ name });
		case 'agreement.removed': return m.history_agreement_removed({ name });
		case 'task.created': return m.history_task_created({ name });
		case 'task.completed': return typeof data.answer === 'string' ? m.history_answered({ name, answer: data.answer }) : m.history_task_completed({ name });
		case 'interaction.logged': return m.history_interaction({ name });
		case 'note.created': return name === '' ? m.history_note_untitled() : data.kind === 'page' ? m.history_page_created({ name }) : m.history_note_created({ name });
		case 'note.removed': return m.history_note_removed({ name: name || m.notes_untitled() });
		case 'note.restored': return m.history_note_restored({ name: name || m.notes_untitled() });
		case 'task.reopened': return m.history_task_reopened({ name });
		case 'task.cancelled': return m.history_task_cancelled({ name });
		case 'content.healed': return m.history_healed();
		default: return event.type;
	}
}

/** How a conflict was found and how it ended (SY6). */
function conflictSentence({ type, data }: RecordedEvent, mirror: Mirror): string {
	const id = String(data.about);
	const field = fieldName(id, mirror);
	if (type === 'conflict.settled') return m.conflict_history_settled({ field, value: said(id, data.chosen, mirror) });
	if (type === 'conflict.expired') return m.conflict_history_expired({ field });
	const values = (data.choices as ConflictChoice[]).map(({ value, by }) => (by ? `${said(id, value, mirror)} (${actorName(by, mirror)})` : said(id, value, mirror)));
	return m.conflict_history_opened({ field, values: values.join(' · ') });
}

/** A field's name: built in, or the workspace's own. */
export const fieldName = (field: string, mirror: Mirror): string => fieldNames[field]?.() ?? mirror.settings.fields.find((known) => known.id === field)?.name ?? field;

/** A field's value as a person would say it. */
export function said(field: string, value: unknown, mirror: Mirror): string {
	if (value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) return m.history_nothing();
	if (Array.isArray(value)) return value.map((item) => said(field, item, mirror)).join(', ');
	const custom = mirror.settings.fields.find((known) => known.id === field);
	const type = fixedTypes[field] ?? custom?.type;
	if (field === 'stage') return mirror.row('stage', String(value))?.name ?? String(value);
	if (field === 'parentId') return mirror.row('customer', String(value))?.name ?? String(value);
	if (field === 'roles') return (roleNames() as Record<string, string>)[String(value)] ?? String(value);
	if (field === 'status') return agreementStatuses()[value as AgreementStatus]?.label ?? String(value);
	if (type === 'user') return mirror.row('person', String(value))?.name ?? String(value);
	if (type === 'choice') return custom?.options?.find((option) => option.id === value)?.label ?? String(value);
	if (type === 'boolean') return value ? m.ui_yes() : m.ui_no();
	if (type === 'date' && typeof value === 'number') return formatDate(value, getLocale(), 0);
	if (type === 'money' && typeof value === 'number') return formatMoney(value, getLocale());
	return String(value);
}
