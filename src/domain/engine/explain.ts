/** Why a record would enter a playbook now, or would not (BE6). The same functions as the real entry, without effect. */
import { explain } from '../conditions/evaluate.ts';
import type { Explanation } from '../conditions/condition.ts';
import type { EntryRule, TriggerDefinition } from '../documents/playbook/definition.ts';
import type { Cause, RecordedEvent } from '../events/event.ts';
import { enrol, entersAgainAt, refusalsOf, type Entry, type EntryRefusal } from './enrol.ts';
import { lastingOccurrence, nextOccurrence } from './lasting.ts';
import { eventsOf, matches } from './match.ts';
import type { RunCause, RunState } from './run.ts';
import { readBy, waitsUntil, type Undecided } from './undecided.ts';

/** Whether the playbook takes records now, which version, and since when (ms); null when it was never activated. */
export type Activation = { state: 'active' | 'paused' | 'inactive'; version: number; since: number | null } | null;

/**
 * One thing that must hold, in the order they are asked. `trigger`: the newest event that would have started it (`matched`) and the newest
 * of its kind that did not (`missed`); `turn` is when time starts it. `holds` null: it hangs on what comes.
 */
export type Check =
	| { kind: 'activation'; holds: boolean; activation: Activation }
	| { kind: 'trigger'; holds: boolean | null; trigger: TriggerDefinition | null; matched: RecordedEvent | null; missed: RecordedEvent | null; isBefore: boolean; turn: number | null }
	| { kind: 'conflict'; holds: false; until: number }
	| { kind: 'filters'; holds: boolean; explanation: Explanation }
	| { kind: 'entry'; holds: boolean; rule: EntryRule; code: EntryRefusal | null; lastEnteredAt: number | null; again: number | null }
	| { kind: 'limits'; holds: boolean; code: EntryRefusal | null; startedLastMinute: number };

export type Why = { enters: boolean; code: Check['kind'] | null; checks: Check[] };

/** What is asked besides the entry itself: `events` of the record that may start the playbook, newest first. */
export type Asked = { activation: Activation; events: readonly RecordedEvent[]; undecided?: Undecided };

/** Answers for one record as of `entry.now`. Every part is evaluated, also after the first that fails; `code` names that one, null when it would enter. */
export function explainEntry(entry: Entry, { activation, events, undecided }: Asked): Why {
	const { definition, facts, now, history } = entry;
	const filters = explain(definition.filters, facts, now);
	const codes = new Set(refusalsOf(entry, filters));
	const of = (...known: EntryRefusal[]) => known.find((code) => codes.has(code)) ?? null;
	const [entryCode, limit] = [of('running', 'once', 'every'), of('lineage', 'depth', 'burst')];
	const until = waitsUntil(readBy(definition.filters), undecided);
	const checks: Check[] = [
		{ kind: 'activation', holds: activation?.state === 'active', activation },
		triggered(entry, activation, events),
		...(until === null ? [] : [{ kind: 'conflict', holds: false, until } as const]),
		{ kind: 'filters', holds: filters.holds, explanation: filters },
		{ kind: 'entry', holds: entryCode === null, rule: definition.entry, code: entryCode, lastEnteredAt: history.lastEnteredAt, again: entersAgainAt(definition, history, facts.settings.timeZone) },
		{ kind: 'limits', holds: limit === null, code: limit, startedLastMinute: history.startedLastMinute },
	];
	const first = checks.find(({ holds }) => holds === false);
	return { enters: !first && enrol(entry).enters, code: first?.kind ?? null, checks };
}

/** What became of the trigger: an event before the activation starts nobody. */
function triggered({ definition, facts, now }: Entry, activation: Activation, events: readonly RecordedEvent[]): Check {
	const { trigger } = definition;
	if (!trigger) return { kind: 'trigger', holds: false, trigger, matched: null, missed: null, isBefore: false, turn: null };
	const matched = events.find((event) => matches(trigger, event)) ?? null;
	const missed = events.find((event) => eventsOf(trigger).includes(event.type) && !matches(trigger, event)) ?? null;
	const isBefore = matched !== null && activation?.since != null && matched.at < activation.since;
	const [stage, stageSince] = [facts.customer.stage as string | null, facts.customer.stageSince as number | null];
	const turn = (lastingOccurrence(trigger, { stage, stageSince }, facts.settings) ?? nextOccurrence(trigger, now, facts.settings))?.at ?? null;
	const holds = (matched !== null && !isBefore) || (turn !== null && turn <= now) ? true : eventsOf(trigger).length > 0 ? false : trigger.type === 'manual' || turn !== null ? null : false;
	return { kind: 'trigger', holds, trigger, matched, missed, isBefore, turn };
}

/** A run that this record had in the playbook, with what its filters saw when it entered. */
export type Entered = { runId: string; at: number; version: number; state: RunState; endedAt: number | null; cause: RunCause; filters: Explanation | null };
/** The last time that it was kept out for a reason, with what was seen then; `times` counts them all. `isRebuilt`: nobody kept it, it is worked out from the history. */
export type KeptOut = { isRebuilt?: true; code: EntryRefusal; at: number; times: number; version: number; cause: RunCause; filters: Explanation; parent: Cause | null };
/** The whole answer about one record and one playbook: as of now, and as it was, the newest first. */
export type WhyAnswer = { at: number; playbook: { id: string; name: string }; now: Why | null; entered: Entered[]; keptOut: KeptOut[] };
