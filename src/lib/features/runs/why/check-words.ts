/** What each check of an entry found, in a sentence (BE6). Times are put beside it by the screen. */
import type { Check } from '#domain/engine/explain.ts';
import type { EntryRefusal } from '#domain/engine/enrol.ts';
import { m } from '$lib/messages/messages.js';
import { triggerTitle } from '$lib/features/flow/titles.ts';
import type { Names } from '$lib/features/flow/values.ts';
import { eventText } from '../cause-words.ts';

/** A sentence about a check, and the moment it is about (ms), or null. */
export type Said = { title: string; text: string; at: number | null };

const refusals: Record<EntryRefusal, () => string> = {
	filters: m.why_kept_filters, running: m.why_kept_running, once: m.why_kept_once, every: m.why_kept_every, lineage: m.why_kept_lineage, depth: m.why_kept_depth, burst: m.why_kept_burst,
};
/** Why a record was kept out. */
export const keptOutText = (code: EntryRefusal): string => refusals[code]();

/** The playbooks along a lineage, from the first to the one that was kept out. */
export const lineagePath = (lineage: readonly string[], last: string, names: Names): string =>
	[...lineage.map((place) => place.slice(0, place.indexOf(':'))), last].map((id) => names.row('playbook', id)?.name ?? id).join(' → ');

const isEmptyGroup = (check: Extract<Check, { kind: 'filters' }>) => check.explanation.kind === 'group' && check.explanation.items.length === 0;

export function checkText(check: Check, names: Names): Said {
	switch (check.kind) {
		case 'activation': {
			const { activation } = check;
			const text = activation === null ? m.why_never_active() : activation.state === 'active' ? m.why_active({ version: activation.version }) : activation.state === 'paused' ? m.why_paused() : m.why_inactive();
			return { title: m.why_check_activation(), text, at: activation?.state === 'active' ? activation.since : null };
		}
		case 'trigger': return { title: triggerTitle(check.trigger, names), ...triggerSaid(check, names) };
		case 'conflict': return { title: m.why_check_conflict(), text: m.why_conflict(), at: check.until };
		case 'filters': return { title: m.why_check_filters(), text: isEmptyGroup(check) ? m.why_filters_none() : check.holds ? m.why_filters_hold() : m.why_filters_fail(), at: null };
		case 'entry': return { title: m.why_check_entry(), ...entrySaid(check) };
		case 'limits': return { title: m.why_check_limits(), text: check.code ? keptOutText(check.code) : m.why_limits_free(), at: null };
	}
}

function triggerSaid({ trigger, matched, missed, isBefore, turn, holds }: Extract<Check, { kind: 'trigger' }>, names: Names): Omit<Said, 'title'> {
	if (!trigger) return { text: m.why_trigger_none(), at: null };
	if (matched) return { text: (isBefore ? m.why_trigger_before : m.why_trigger_happened)({ what: eventText(matched, names) }), at: matched.at };
	if (missed) return { text: m.why_trigger_missed({ what: eventText(missed, names) }), at: missed.at };
	if (trigger.type === 'manual') return { text: m.why_trigger_manual(), at: null };
	if (turn !== null) return { text: holds ? m.why_trigger_due() : m.why_trigger_turn(), at: turn };
	return { text: trigger.type.startsWith('scheduled') ? m.why_trigger_over() : trigger.type === 'stage-unchanged' ? m.why_trigger_elsewhere() : m.why_trigger_never(), at: null };
}

function entrySaid({ rule, code, lastEnteredAt, again }: Extract<Check, { kind: 'entry' }>): Omit<Said, 'title'> {
	if (code === 'every') return { text: m.why_entry_every({ days: rule.rule === 'every' ? rule.days : 0 }), at: again };
	if (code === 'running') return { text: m.why_entry_running(), at: lastEnteredAt };
	if (code === 'once') return { text: m.why_entry_once(), at: lastEnteredAt };
	return lastEnteredAt === null ? { text: m.why_entry_first(), at: null } : { text: m.why_entry_again(), at: lastEnteredAt };
}
