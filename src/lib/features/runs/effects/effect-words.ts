/** What a playbook asked of the world, in words: for every kind of intent, and for every edit that a playbook makes. A test proves that none is missing. */
import { fieldKey } from '#domain/actions/people.ts';
import type { IntentRequest } from '#domain/actions/action.ts';
import { canonical, isBlank } from '#domain/value.ts';
import { m } from '$lib/messages/messages.js';
import { customerFieldName } from '$lib/features/flow/titles.ts';
import { namesOf, valueText, type Names } from '$lib/features/flow/values.ts';
import { formatDate } from '$lib/ui/formats.ts';
import { locale } from '$lib/ui/locale.ts';
import type { IntentRecord, RunChange } from '../run-record.ts';

/** The recorded change that an edit made; undefined when none was recorded (yet), as when the value was that already. */
type Made = (field: string, value: unknown) => RunChange | undefined;
type EditWords = (args: any, names: Names, made: Made) => string;

const tagName = (id: unknown, { settings }: Names): string => namesOf(settings.tags, [id], m.value_gone_tag);
const contactName = (id: unknown, { row }: Names): string => row('contact', String(id))?.name ?? m.value_gone_contact();
const said = (field: string, value: unknown, names: Names): string => (isBlank(value) ? m.run_nothing() : valueText(`customer.${field}`, value, names));

/** Every edit that an action makes, by its name. */
export const editWords: Readonly<Record<string, EditWords>> = {
	'set-field': ({ field, value }, names, made) => {
		const name = customerFieldName(field, names);
		const change = made(fieldKey(String(field)), value);
		if (change) return m.why_changed({ field: name, from: said(field, change.data.from, names), to: said(field, value, names) });
		return isBlank(value) ? m.effect_emptied({ field: name }) : m.effect_set({ field: name, value: said(field, value, names) });
	},
	'add-tag': ({ tag }, names) => m.effect_tag_added({ name: tagName(tag, names) }),
	'remove-tag': ({ tag }, names) => m.effect_tag_removed({ name: tagName(tag, names) }),
	'add-contact-tag': ({ id, tag }, names) => m.effect_contact_tag_added({ contact: contactName(id, names), name: tagName(tag, names) }),
	'remove-contact-tag': ({ id, tag }, names) => m.effect_contact_tag_removed({ contact: contactName(id, names), name: tagName(tag, names) }),
};

const dayText = (at: number, { settings }: Names): string => formatDate(at, locale(), Date.now(), settings.timeZone);
const addresses = (list: readonly string[]): string => list.join(', ') || m.effect_nobody_yet();

type KindWords<K extends IntentRequest['kind']> = { name: () => string; lines: (request: Extract<IntentRequest, { kind: K }>, names: Names, made: Made) => string[] };

/** Every kind of intent: what it is called, and what this one asked for. */
export const effectWords: { readonly [K in IntentRequest['kind']]: KindWords<K> } = {
	'document-edit': {
		name: m.effect_document_edit,
		lines: ({ edits }, names, made) => edits.map(({ edit, args }) => editWords[edit]?.(args, names, made) ?? m.effect_other_edit({ edit, values: Object.values((args ?? {}) as object).map(String).join(', ') })),
	},
	mail: {
		name: m.effect_mail,
		lines: ({ from, to, cc, bcc }) => [
			m.effect_mail_to({ who: addresses(to) }),
			...(cc.length > 0 ? [m.effect_mail_cc({ who: addresses(cc) })] : []),
			...(bcc.length > 0 ? [m.effect_mail_bcc({ who: addresses(bcc) })] : []),
			...(from ? [m.effect_mail_from({ who: from.name ? `${from.name} <${from.email}>` : from.email })] : []),
		],
	},
	webhook: {
		name: m.effect_webhook,
		lines: ({ method, url, headers }) => [m.effect_called({ method, url }), ...(Object.keys(headers).length > 0 ? [m.effect_headers({ names: Object.keys(headers).join(', ') })] : [])],
	},
	task: {
		name: m.effect_task,
		lines: ({ assignees, teamId, dueAt }, names) => {
			const who = namesOf(names.settings.people, assignees, m.value_gone_person);
			const forWhom = teamId === null ? m.effect_for({ who }) : m.effect_for_team({ team: namesOf(names.settings.teams, [teamId], m.value_gone_team), who });
			return [forWhom, dueAt === null ? m.effect_no_due() : m.effect_due({ when: dayText(dueAt, names) })];
		},
	},
	run: { name: m.effect_run, lines: ({ playbookId }, { row }) => [m.title_run({ name: row('playbook', playbookId)?.name ?? m.value_gone_playbook() })] },
};

/** What an intent is called; a kind that this version of the app doesn't know by its own name. */
export const effectName = (kind: string): string => (Object.hasOwn(effectWords, kind) ? effectWords[kind as IntentRequest['kind']].name() : kind);

/** What an intent asked for, line by line. `changes`: everything that its run changed. */
export function effectLines({ kind, request, firstAt, settledAt }: Pick<IntentRecord, 'kind' | 'request' | 'firstAt' | 'settledAt'>, names: Names, changes: readonly RunChange[] = []): string[] {
	const words = Object.hasOwn(effectWords, kind) ? (effectWords as Record<string, KindWords<any>>)[kind] : undefined;
	// A run may set the same again later: the change is the first one while it asked.
	const [from, until] = [(firstAt ?? 0) - clocksApart, (settledAt ?? Infinity) + clocksApart];
	const made: Made = (field, value) => changes.find(({ at, data }) => data.field === field && canonical(data.to) === canonical(value) && at >= from && at <= until);
	return words?.lines(request as never, names, made) ?? [];
}

/** How far the clocks of the room that notes the change and of the one that asked for it may be apart, ms. */
const clocksApart = 5_000;
