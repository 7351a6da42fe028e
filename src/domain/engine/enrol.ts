/** Whether a record enters a playbook now, and the run that begins (RU5, R19). Pure: the id comes from outside. */
import { addDuration } from '../calendar/zones.ts';
import { explain } from '../conditions/evaluate.ts';
import type { Explanation } from '../conditions/condition.ts';
import type { EntryRule, PlaybookDefinition } from '../documents/playbook/definition.ts';
import type { Cause } from '../events/event.ts';
import type { Facts } from './facts.ts';
import { isReentry, lineageKey } from './match.ts';
import { scheduled } from './next-step.ts';
import type { Run, RunCause } from './run.ts';

/** The longest chain of playbooks that start one another, and the most runs of one record in a minute (R19). */
export const deepest = 8;
export const mostPerMinute = 50;

/** What is known of this playbook and this record; `startedLastMinute` counts runs of the record in any playbook, in the last 60 s. Times in ms. */
export type History = { hasEntered: boolean; isRunning: boolean; lastEnteredAt: number | null; lastEndedAt: number | null; startedLastMinute: number };

export type Entry = {
	workspace: string;
	playbookId: string;
	version: number;
	definition: PlaybookDefinition;
	cause: RunCause;
	/** The run that caused the event, or that runs this playbook as a step; null for a person, a schedule or an edit by hand. */
	parent: Cause | null;
	facts: Facts;
	now: number;
	runId: string;
	history: History;
	/** A person runs it again: entry rules don't count, but never twice at once (RU5). */
	isAgain?: boolean;
};

export type EntryRefusal = 'filters' | 'once' | 'running' | 'every' | 'lineage' | 'depth' | 'burst';
export type Enrolment =
	| { enters: false; code: EntryRefusal; filters: Explanation }
	| { enters: true; run: Run; first: { stepId: string; dueAt: number } | null; filters: Explanation };

/** What makes an entry unique with its playbook: for `once` the record, else record and cause, so that one event enters once. */
function dedupKey(entry: EntryRule, subjectId: string, cause: RunCause, runId: string, isAgain = false): string {
	if (entry.rule === 'once' && !isAgain) return `once:${subjectId}`;
	const by = cause.by === 'event' ? `event:${cause.eventId}` : cause.by === 'schedule' ? `schedule:${cause.occurrence}` : `run:${runId}`;
	return `${subjectId}:${by}`;
}

/** A person or a run starts it on purpose: trigger and filters don't count, entry rules do (PB5). */
const isDeliberate = (cause: RunCause): boolean => cause.by === 'person' || cause.by === 'run';

/** When the rule lets a record in again that entered before (ms); null when the rule doesn't ask for time (RU5). */
export const entersAgainAt = ({ entry }: Pick<PlaybookDefinition, 'entry'>, { lastEnteredAt }: History, timeZone: string): number | null =>
	entry.rule === 'every' && lastEnteredAt !== null ? addDuration(lastEnteredAt, { amount: entry.days, unit: 'days' }, timeZone) : null;

/** Every reason why the record does not enter, in the order they count. */
export function refusalsOf({ playbookId, definition, cause, parent, facts, now, history, isAgain = false }: Entry, filters: Explanation): EntryRefusal[] {
	const again = entersAgainAt(definition, history, facts.settings.timeZone);
	const reasons: [EntryRefusal, boolean][] = [
		['filters', !isDeliberate(cause) && !filters.holds],
		['lineage', isReentry(parent, playbookId, facts.customer.id)],
		['running', history.isRunning],
		['once', !isAgain && definition.entry.rule === 'once' && history.hasEntered],
		['every', !isAgain && again !== null && again > now],
		['depth', parent !== null && parent.depth + 1 > deepest],
		['burst', history.startedLastMinute >= mostPerMinute],
	];
	return reasons.flatMap(([code, isSo]) => (isSo ? [code] : []));
}

/**
 * Decides an entry. `filters` explains the filters in any case. A playbook without steps is completed at once. The first
 * step's due time is computed here, once (R14: its job goes into the same batch as the run).
 */
export function enrol(input: Entry): Enrolment {
	const { definition, facts, now, runId, cause, parent, playbookId } = input;
	const filters = explain(definition.filters, facts, now);
	const [code] = refusalsOf(input, filters);
	if (code) return { enters: false, code, filters };
	const subjectId = facts.customer.id;
	const run: Run = {
		id: runId,
		workspace: input.workspace,
		playbookId,
		version: input.version,
		subjectType: 'customer',
		subjectId,
		dedupKey: dedupKey(definition.entry, subjectId, cause, runId, input.isAgain),
		state: 'running',
		hasErrors: false,
		epoch: 1,
		rootRunId: parent?.rootRunId ?? runId,
		parentRunId: parent?.runId ?? null,
		depth: parent ? parent.depth + 1 : 0,
		lineage: [...(parent?.lineage ?? []), lineageKey(playbookId, subjectId)],
		cause: { ...cause, filters },
		vars: {},
		startedAt: now,
		endedAt: null,
	};
	const first = scheduled(definition.steps[0] ?? null, { ...facts, run: { id: runId, startedAt: now, vars: {} } }, now);
	return { enters: true, run: first ? run : { ...run, state: 'completed', endedAt: now }, first, filters };
}
