/** Both sides of what changed under a decision, in words: names of stages and people, never their ids. */
import { partsOf, type Difference, type GroundValue } from '#domain/commands/ground.ts';
import { findStep } from '#domain/engine/next-step.ts';
import { m } from '$lib/messages/messages.js';
import { stepTitle } from '$lib/features/flow/titles.ts';
import { formatDate, formatMoney } from '$lib/ui/formats.ts';
import { locale } from '$lib/ui/locale.ts';
import { mirror } from '$lib/sync/index.ts';

const fields: Record<string, () => string> = {
	stage: m.held_field_stage, owner: m.held_field_owner, state: m.held_field_state, completedBy: m.held_field_completedBy, decidedBy: m.held_field_decidedBy, to: m.held_field_to, cc: m.held_field_cc, bcc: m.held_field_bcc,
	title: m.held_field_title, domain: m.customers_domain, parentId: m.customer_parent, answer: m.held_field_answer, subject: m.held_field_subject, text: m.held_field_text, epoch: m.held_field_epoch, nextStepId: m.held_field_nextStepId, version: m.held_field_version, name: m.customers_name, mrr: m.customers_mrr,
};
const states: Record<string, () => string> = { live: m.held_live, stopped: m.run_stopped, paused: m.run_paused, failed: m.run_stuck, completed: m.run_done, done: m.step_done, cancelled: m.step_cancelled, waiting: m.step_waiting, open: m.held_open_task, approved: m.held_approved, active: m.held_active, inactive: m.held_inactive };

/** The step a run is at, as its playbook says now; a step that was taken out since has no other name. */
function stepWords(runId: string, stepId: string): string {
	const playbook = mirror.row('playbook', mirror.row('run', runId)?.playbookId ?? '');
	const step = playbook && findStep(playbook.draft, stepId);
	return step ? stepTitle(step, mirror) : m.held_other_step();
}

function valueWords(id: string, field: string, value: GroundValue): string {
	if (value === null && field === 'nextStepId') return m.held_no_step();
	if (value === null && field === 'answer') return m.held_no_answer();
	if (value === null) return ['owner', 'completedBy', 'decidedBy'].includes(field) ? m.held_nobody() : /^(stage|domain|parentId|f_.*)$/.test(field) ? '—' : m.held_gone();
	if (Array.isArray(value)) return value.join(', ') || m.held_nobody();
	if (field === 'mrr' && typeof value === 'number') return formatMoney(value, locale());
	const text = String(value);
	if (field === 'stage') return mirror.row('stage', text)?.name ?? text;
	if (field === 'parentId') return mirror.row('customer', text)?.name ?? text;
	if (field.startsWith('f_')) return customWords(field, value);
	if (field === 'owner' || field === 'completedBy' || field === 'decidedBy') return mirror.row('person', text)?.name ?? text;
	if (field === 'state') return states[text]?.() ?? text;
	if (field === 'nextStepId') return stepWords(id, text);
	return text;
}

/** A custom field's value: an option by its label, a person by name, a day as a day. */
function customWords(field: string, value: GroundValue): string {
	const definition = mirror.row('field', field);
	if (definition?.type === 'date' && typeof value === 'number') return formatDate(value, locale(), 0, mirror.settings.timeZone);
	if (definition?.type === 'money' && typeof value === 'number') return formatMoney(value, locale());
	return definition?.options?.find(({ id }) => id === value)?.label ?? mirror.row('person', String(value))?.name ?? String(value);
}

/** One line of a held decision. `isOfMany`: it was about several customers, so that each is named. */
export function differenceWords({ name, was, now }: Difference, isOfMany = false): { name: string; label: string; was: string; now: string } {
	const { kind, id, field } = partsOf(name);
	const label = fields[field]?.() ?? mirror.row('field', field)?.name ?? m.held_field_record();
	const whose = isOfMany && kind === 'customer' ? `${mirror.row('customer', id)?.name ?? mirror.row('deletion', id)?.name ?? id} · ` : '';
	return { name, label: `${whose}${label}`, was: valueWords(id, field, was), now: valueWords(id, field, now) };
}

const changes: Record<string, () => string> = { 'add-tag': m.bulk_add_tags, 'remove-tag': m.bulk_remove_tags, 'add-team-member': m.bulk_add_members, 'remove-team-member': m.bulk_remove_members };

/** What a command would set on customers (reactive), a line for each edit: without it nobody can say again that it shall. */
export function wantedIn(args: unknown): string[] {
	const { edits = [] } = (args ?? {}) as { edits?: readonly { edit: string; args: Record<string, unknown> }[] };
	return edits.map(({ edit, args: { field, value, tag, userId } }) => {
		if (edit === 'set-field') return m.held_title({ decision: fields[String(field)]?.() ?? mirror.row('field', String(field))?.name ?? m.held_field_record(), about: valueWords('', String(field), (value ?? null) as GroundValue) });
		return m.held_title({ decision: changes[edit]?.() ?? edit, about: mirror.row('tag', String(tag))?.name ?? mirror.row('person', String(userId))?.name ?? m.held_gone() });
	});
}
