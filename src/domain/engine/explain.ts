/** Why a record would enter a playbook now, or would not (BE6). The same functions as the real entry, without effect. */
import type { Explanation } from '../conditions/condition.ts';
import type { RecordedEvent } from '../events/event.ts';
import { enrol, type Entry, type EntryRefusal } from './enrol.ts';
import { matches } from './match.ts';

export type Why = {
	enters: boolean;
	/** The first reason against it: the trigger, the filters, the entry rule or a guard; null when it enters. */
	code: EntryRefusal | 'inactive' | 'no-trigger' | 'trigger' | null;
	/** Whether the event (if one is asked about) starts the playbook; null when none is asked about. */
	isTriggered: boolean | null;
	filters: Explanation;
};

/** Answers for one record, with an event (did this start it?) or without (would it enter if started?). Every part is evaluated, also after the first reason. */
export function explainEntry(entry: Entry & { isActive: boolean; event: RecordedEvent | null }): Why {
	const { definition, event, isActive } = entry;
	const outcome = enrol(entry);
	const isTriggered = event && definition.trigger ? matches(definition.trigger, event) : null;
	const code = !isActive ? 'inactive' : !definition.trigger ? 'no-trigger' : isTriggered === false ? 'trigger' : outcome.enters ? null : outcome.code;
	return { enters: code === null, code, isTriggered, filters: outcome.filters };
}
