/** Steps and triggers in words: what a card says. */
import type { Branch, Step, TriggerDefinition } from '#domain/documents/playbook/definition.ts';
import { fieldKey } from '#domain/actions/people.ts';
import { conditionFields } from '#domain/conditions/fields.ts';
import { isBlank } from '#domain/value.ts';
import { m } from '$lib/messages/messages.js';
import { getLocale } from '$lib/messages/runtime.js';
import { conditionSentence } from './condition-sentence.ts';
import { templateWords } from './template-words.ts';
import { namesOf, valueText, type Names } from './values.ts';
import { actionWords, fieldLabel, optionLabel, triggerWords, wordOf } from './words.ts';

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
const orDots = (value: unknown): string => (isBlank(value) ? '…' : String(value));

/** A customer field's name, by its id or path. */
export function customerFieldName(field: unknown, { settings }: Names): string {
	if (isBlank(field)) return '…';
	const key = fieldKey(String(field));
	const known = conditionFields(settings).find(({ path }) => path === `customer.${key}` || path === key);
	return known ? fieldLabel(known) : /^(contact\.)?f_/.test(key) ? m.value_gone_field() : key;
}

/** What a step does, in a few words: "Wait 3 days", "Email “Welcome” ". */
export function stepTitle(step: Step, names: Names): string {
	switch (step.kind) {
		case 'stop': return m.title_stop();
		case 'split': return step.question ? questionTitle(step.question, m.step_question(), names) : m.title_split({ count: step.branches.length });
		case 'wait': return waitTitle(step.params, names);
		case 'action': return actionTitle(step.action, step.params, names);
	}
}

const questionTitle = (params: Record<string, unknown>, plain: string, names: Names): string => (isBlank(params.question) ? plain : m.title_question({ question: templateWords(String(params.question), names) }));
/** Whom a question is for, and how long it waits. */
const questionDetail = (params: Record<string, unknown>, names: Names): string => [m.detail_for({ who: peopleText(params.assignees, names) }), params.goesOn === true ? m.detail_limited() : m.detail_waits_answer()].join(' · ');

function waitTitle(params: Extract<Step, { kind: 'wait' }>['params'], names: Names): string {
	if (params.mode === 'until') return m.title_wait_until({ field: customerFieldName(params.field, names), time: params.time });
	return params.amount === null ? m.title_wait_unset() : m.title_wait_for({ duration: durationText(params.amount, params.unit) });
}

/** `3 days`, in the reader's language. */
const durationText = (amount: number, unit: 'minutes' | 'hours' | 'days' | 'weeks' | 'months'): string =>
	new Intl.NumberFormat(getLocale(), { style: 'unit', unit: unit.slice(0, -1), unitDisplay: 'long' }).format(amount);

function actionTitle(action: string, params: Record<string, unknown>, names: Names): string {
	const plain = wordOf(actionWords, action);
	switch (action) {
		case 'change-customer': return changes(params, names) || plain;
		case 'change-contact-tag': return tagChanges(params, names) || plain;
		case 'ask-question': return questionTitle(params, plain, names);
		case 'create-task': return isBlank(params.title) ? plain : m.title_task({ title: templateWords(String(params.title), names) });
		case 'send-email': case 'send-email-after-validation': case 'send-internal-email': return isBlank(params.subject) ? plain : m.title_email({ subject: templateWords(String(params.subject), names) });
		case 'call-webhook': return isBlank(params.url) ? plain : m.title_webhook({ method: orDots(params.method), host: hostOf(templateWords(String(params.url), names)) });
		case 'run-playbook': return isBlank(params.playbook) ? plain : m.title_run({ name: names.row('playbook', String(params.playbook))?.name ?? m.value_gone_playbook() });
		default: return plain;
	}
}

const hostOf = (url: string): string => url.replace(/^https?:\/\//i, '').split(/[/?#]/)[0] || url;

function changes(params: Record<string, unknown>, names: Names): string {
	const set = Array.isArray(params.set) ? (params.set as { field?: unknown; value?: unknown }[]) : [];
	const said = set.filter(({ field }) => !isBlank(field)).map(({ field, value }) => m.title_set({ field: customerFieldName(field, names), value: isBlank(value) ? m.title_blank() : valueText(`customer.${fieldKey(String(field))}`, value, names) }));
	return [...said, tagChanges(params, names)].filter(Boolean).join(' · ');
}

function tagChanges(params: Record<string, unknown>, { settings }: Names): string {
	const [add, remove] = [texts(params.addTags), texts(params.removeTags)];
	return [add.length > 0 ? m.title_add_tags({ names: namesOf(settings.tags, add, m.value_gone_tag) }) : '', remove.length > 0 ? m.title_remove_tags({ names: namesOf(settings.tags, remove, m.value_gone_tag) }) : ''].filter(Boolean).join(' · ');
}

/** To whom, for whom, and whether it waits; null when the title says it all. */
export function stepDetail(step: Step, names: Names): string | null {
	if (step.kind === 'split' && step.question) return questionDetail(step.question, names);
	if (step.kind === 'split') return step.isMerged ? m.detail_merged() : m.detail_plain();
	if (step.kind !== 'action') return null;
	const { params } = step;
	const plain = wordOf(actionWords, step.action);
	switch (step.action) {
		case 'ask-question': return questionDetail(params, names);
		case 'create-task': return [plain, m.detail_for({ who: peopleText(params.assignees, names) }), params.isWaiting === true ? m.detail_waits_task() : ''].filter(Boolean).join(' · ');
		case 'send-email': return `${plain} · ${m.detail_to({ who: texts(params.recipients).map(optionLabel).join(', ') || '…' })} · ${m.detail_from({ who: peopleText(params.sender, names) })}`;
		case 'send-email-after-validation': return [plain, params.choosesRecipients === true ? m.detail_recipients_later() : m.detail_to({ who: texts(params.recipients).map(optionLabel).join(', ') || '…' }), m.detail_validated_by({ who: peopleText(params.assignees, names) })].join(' · ');
		case 'send-internal-email': return `${plain} · ${m.detail_to({ who: [peopleText(params.people, names), ...texts(params.addresses)].filter((who) => who !== '…').join(', ') || '…' })}`;
		case 'run-playbook': return params.isWaiting === true ? m.detail_waits_run() : plain;
		case 'change-contact-tag': return m.detail_to({ who: texts(params.contacts).map(optionLabel).join(', ') || '…' });
		default: return plain;
	}
}

/** The people a step means: "the owner", names, a team, the person in a field. */
export function peopleText(who: unknown, names: Names): string {
	const { kind, ids, id, field, team } = (who ?? {}) as { kind?: string; ids?: unknown; id?: unknown; field?: unknown; team?: unknown };
	const { people, teams } = names.settings;
	if (kind === 'owner') return m.people_owner();
	if (kind === 'users') return namesOf(people, texts(ids), m.value_gone_person) || '…';
	if (kind === 'user') return isBlank(id) ? '…' : namesOf(people, [id], m.value_gone_person);
	if (kind === 'team') return isBlank(team) ? '…' : namesOf(teams, [team], m.value_gone_team);
	return kind === 'field' ? m.people_field({ field: customerFieldName(field, names) }) : '…';
}

/** A branch's name, else its condition, else "Otherwise"; of a question the answer, or that nobody gave one. */
export const branchTitle = (branch: Branch, names: Names, split?: Extract<Step, { kind: 'split' }>): string => branch.name || (split?.question ? (branch.condition === null ? m.branch_silent() : m.branch_unset()) : conditionTitle(branch, names));
const conditionTitle = (branch: Branch, names: Names): string => (branch.condition === null ? m.branch_else() : conditionSentence(branch.condition, names) || m.branch_unset());

/** What starts a playbook, as a sentence: "When stage becomes Onboarding". */
export function triggerTitle(trigger: TriggerDefinition | null, names: Names): string {
	if (!trigger) return m.trigger_none();
	const { params } = trigger;
	switch (trigger.type) {
		case 'stage-changed': return fromTo(m.field_customer_stage(), 'customer.stage', params, names);
		case 'customer-field-changed': return isBlank(params.field) ? wordOf(triggerWords, trigger.type) : fromTo(customerFieldName(params.field, names), `customer.${fieldKey(String(params.field))}`, params, names);
		case 'stage-unchanged': return m.trigger_says_unchanged({ stage: isBlank(params.stage) ? m.trigger_any_stage() : valueText('customer.stage', params.stage, names), duration: typeof params.amount === 'number' ? durationText(params.amount, unitOf(params.unit)) : '…' });
		case 'scheduled-once': return isBlank(params.at) ? wordOf(triggerWords, trigger.type) : m.trigger_says_once({ at: wallText(String(params.at)) });
		case 'scheduled-recurring': return recurring(params);
		default: return wordOf(triggerWords, trigger.type);
	}
}

const unitOf = (unit: unknown): 'days' | 'weeks' | 'months' => (unit === 'weeks' || unit === 'months' ? unit : 'days');

function fromTo(field: string, path: string, { from, to }: Record<string, unknown>, names: Names): string {
	const said = (value: unknown) => valueText(path, value, names);
	if (isBlank(from)) return isBlank(to) ? m.trigger_says_changed({ field }) : m.trigger_says_becomes({ field, to: said(to) });
	return isBlank(to) ? m.trigger_says_leaves({ field, from: said(from) }) : m.trigger_says_from_to({ field, from: said(from), to: said(to) });
}

function recurring({ every, weekdays, day, time }: Record<string, unknown>): string {
	const at = orDots(time);
	if (every === 'day') return m.trigger_says_daily({ time: at });
	if (every === 'month') return m.trigger_says_monthly({ day: orDots(day), time: at });
	const days = (Array.isArray(weekdays) ? (weekdays as number[]) : []).toSorted().map((weekday) => weekdayName(weekday));
	return m.trigger_says_weekly({ days: new Intl.ListFormat(getLocale(), { type: 'conjunction' }).format(days) || '…', time: at });
}

/** An ISO weekday's name (1 = Monday), in the reader's language. */
export const weekdayName = (weekday: number, style: 'long' | 'short' | 'narrow' = 'long'): string => new Intl.DateTimeFormat(getLocale(), { weekday: style, timeZone: 'UTC' }).format(Date.UTC(2024, 0, weekday));

/** `YYYY-MM-DDTHH:MM` of the workspace's zone, as it is read there. */
const wallText = (wall: string): string => new Intl.DateTimeFormat(getLocale(), { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' }).format(new Date(`${wall}:00Z`).getTime() || 0);
