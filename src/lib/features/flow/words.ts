/** What the registries' ids are called, in the reader's language: triggers, actions, operators, fields, parameters. A test proves that none is missing. */
import type { Operator } from '#domain/conditions/condition.ts';
import type { ConditionField } from '#domain/conditions/fields.ts';
import { m } from '$lib/messages/messages.js';

type Words = Readonly<Record<string, () => string>>;

/** The word for an id; an id without one is shown as it is, so that nothing vanishes. */
export const wordOf = (words: Words, id: string): string => (Object.hasOwn(words, id) ? words[id]!() : id);

export const triggerWords: Words = {
	manual: m.trigger_manual, 'customer-created': m.trigger_customer_created, 'customer-field-changed': m.trigger_customer_field_changed, 'stage-changed': m.trigger_stage_changed,
	'stage-unchanged': m.trigger_stage_unchanged, 'scheduled-once': m.trigger_scheduled_once, 'scheduled-recurring': m.trigger_scheduled_recurring,
};
export const triggerHints: Words = {
	manual: m.trigger_manual_hint, 'customer-created': m.trigger_customer_created_hint, 'customer-field-changed': m.trigger_customer_field_changed_hint, 'stage-changed': m.trigger_stage_changed_hint,
	'stage-unchanged': m.trigger_stage_unchanged_hint, 'scheduled-once': m.trigger_scheduled_once_hint, 'scheduled-recurring': m.trigger_scheduled_recurring_hint,
};
export const actionWords: Words = {
	'change-customer': m.action_change_customer, 'change-contact-tag': m.action_change_contact_tag, 'create-task': m.action_create_task, 'send-email': m.action_send_email, 'send-email-after-validation': m.action_send_email_after_validation,
	'send-internal-email': m.action_send_internal_email, 'call-webhook': m.action_call_webhook, 'run-playbook': m.action_run_playbook, 'ask-question': m.action_ask_question,
};
export const kindWords: Words = { wait: m.step_wait, split: m.step_split, question: m.step_question, stop: m.step_stop };
export const groupWords: Words = { customer: m.action_group_customer, task: m.action_group_task, message: m.action_group_message, outside: m.action_group_outside, flow: m.action_group_flow };

export const operatorWords = {
	is: m.operator_is, 'is-not': m.operator_is_not, 'any-of': m.operator_any_of, 'none-of': m.operator_none_of, contains: m.operator_contains, 'not-contains': m.operator_not_contains,
	'is-empty': m.operator_is_empty, 'is-not-empty': m.operator_is_not_empty, before: m.operator_before, after: m.operator_after, 'within-last-days': m.operator_within_last_days,
	'within-next-days': m.operator_within_next_days, greater: m.operator_greater, less: m.operator_less, between: m.operator_between,
} satisfies Record<Operator, () => string>;

const fieldWords: Words = {
	field_customer_name: m.field_customer_name, field_customer_domain: m.field_customer_domain, field_customer_externalId: m.field_customer_externalId, field_customer_parentId: m.field_customer_parentId,
	field_customer_stage: m.field_customer_stage, field_customer_stageSince: m.field_customer_stageSince, field_customer_owner: m.field_customer_owner, field_customer_tags: m.field_customer_tags,
	field_customer_team: m.field_customer_team, field_customer_mrr: m.field_customer_mrr, field_customer_renewalAt: m.field_customer_renewalAt, field_customer_createdAt: m.field_customer_createdAt,
	field_customer_lastTouchAt: m.field_customer_lastTouchAt, field_contact_name: m.field_contact_name, field_contact_email: m.field_contact_email, field_contact_phone: m.field_contact_phone,
	field_contact_title: m.field_contact_title, field_contact_roles: m.field_contact_roles, field_contact_tags: m.field_contact_tags, field_contact_createdAt: m.field_contact_createdAt,
	field_event_type: m.field_event_type, field_event_at: m.field_event_at, field_event_field: m.field_event_field, field_event_from: m.field_event_from, field_event_to: m.field_event_to,
	field_event_tag: m.field_event_tag, field_run_startedAt: m.field_run_startedAt,
};
export const fieldGroupWords: Words = { customer: m.field_group_customer, contact: m.field_group_contact, event: m.field_group_event, run: m.field_group_run, owner: m.field_group_owner, workspace: m.field_group_workspace };

/** The name of a condition's field. */
export const fieldLabel = ({ label }: Pick<ConditionField, 'label'>): string => ('key' in label ? wordOf(fieldWords, label.key) : label.name);

const optionWords: Words = {
	champion: m.role_champion, sponsor: m.role_sponsor, 'key-user': m.role_key_user, 'end-user': m.role_end_user, all: m.recipient_all, triggering: m.recipient_triggering,
	'customer.created': m.event_customer_created, 'customer.field-changed': m.event_customer_field_changed, 'customer.stage-changed': m.event_customer_stage_changed, 'customer.owner-changed': m.event_customer_owner_changed,
	'customer.tag-added': m.event_customer_tag_added, 'customer.tag-removed': m.event_customer_tag_removed, 'customer.team-changed': m.event_customer_team_changed, 'contact.created': m.event_contact_created,
	'contact.field-changed': m.event_contact_field_changed, 'contact.role-changed': m.event_contact_role_changed, 'contact.tag-added': m.event_contact_tag_added, 'contact.tag-removed': m.event_contact_tag_removed,
	'contact.removed': m.event_contact_removed, 'contact.merged': m.event_contact_merged, 'contact.separated': m.event_contact_separated, 'agreement.created': m.event_agreement_created, 'agreement.changed': m.event_agreement_changed, 'agreement.removed': m.event_agreement_removed,
	'playbook.created': m.event_playbook_created, 'playbook.published': m.event_playbook_published, 'playbook.activated': m.event_playbook_activated, 'playbook.paused': m.event_playbook_paused,
	'playbook.deactivated': m.event_playbook_deactivated, 'task.created': m.event_task_created, 'task.completed': m.event_task_completed, 'interaction.logged': m.event_interaction_logged, 'content.healed': m.event_content_healed, 'note.created': m.event_note_created, 'note.removed': m.event_note_removed,
	'note.restored': m.event_note_restored, 'template.created': m.event_template_created, 'task.reopened': m.event_task_reopened, 'task.cancelled': m.event_task_cancelled,
	'customer.deleted': m.event_customer_deleted, 'customer.restored': m.event_customer_restored, 'customer.erased': m.event_customer_erased,
	'conflict.opened': m.conflict_event_opened, 'conflict.settled': m.conflict_event_settled, 'conflict.expired': m.conflict_event_expired,
	day: m.choice_day, week: m.choice_week, month: m.choice_month, minutes: m.choice_minutes, hours: m.choice_hours, days: m.choice_days, weeks: m.choice_weeks, months: m.choice_months,
	individualised: m.choice_individualised, grouped: m.choice_grouped, text: m.answer_text, number: m.answer_number, date: m.answer_date,
};
/** A built-in option (a contact's role, an event's type, a unit) by its id. */
export const optionLabel = (id: string): string => wordOf(optionWords, id);

export const paramWords: Words = {
	param_field: m.param_field, param_from: m.param_from, param_to: m.param_to, param_stage_from: m.param_stage_from, param_stage_to: m.param_stage_to, param_stage: m.param_stage, param_at: m.param_at,
	param_every: m.param_every, param_weekdays: m.param_weekdays, param_day_of_month: m.param_day_of_month, param_time: m.param_time, param_amount: m.param_amount, param_unit: m.param_unit, param_method: m.param_method,
	param_url: m.param_url, param_headers: m.param_headers, param_body: m.param_body, param_contacts: m.param_contacts, param_add_tags: m.param_add_tags, param_remove_tags: m.param_remove_tags, param_set: m.param_set,
	param_title: m.param_title, param_description: m.param_description, param_assignees: m.param_assignees, param_due_in_days: m.param_due_in_days, param_is_waiting: m.param_is_waiting, param_playbook: m.param_playbook,
	param_is_waiting_for_run: m.param_is_waiting_for_run, param_recipients: m.param_recipients, param_strategy: m.param_strategy, param_sender: m.param_sender, param_subject: m.param_subject, param_cc: m.param_cc,
	param_bcc: m.param_bcc, param_people: m.param_people, param_addresses: m.param_addresses, param_validators: m.param_validators, param_chooses_recipients: m.param_chooses_recipients,
	param_question: m.param_question, param_asked: m.param_asked, param_goes_on: m.param_goes_on, param_answer_kind: m.param_answer_kind,
};
