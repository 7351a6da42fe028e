/** Why a customer entered a playbook, or did not (BE6): as the engine saw it then, and as it would be decided now. */
import type { Database } from '#db/client.ts';
import { openConflicts } from '#db/conflicts.ts';
import { readTruth } from '#db/facts.ts';
import { newestVersion, readActivation, readDraft, readVersion } from '#db/playbooks.ts';
import { readPast } from '#db/past.ts';
import { readRefusals, type RefusedRow } from '#db/refusals.ts';
import { historyKey, readHistories } from '#db/entries.ts';
import { eventsOfTypes, lastChangesUntil, runsIn } from '#db/why.ts';
import type { Explanation } from '#domain/conditions/condition.ts';
import type { PlaybookDefinition } from '#domain/documents/playbook/definition.ts';
import { explain } from '#domain/conditions/evaluate.ts';
import { explainEntry, type Activation, type KeptOut, type Why, type WhyAnswer } from '#domain/engine/explain.ts';
import { factsFromRows } from '#domain/engine/facts-from-rows.ts';
import { withChanges } from '#domain/engine/last-change.ts';
import { lastOccurrence } from '#domain/engine/lasting.ts';
import { eventsOf, matches } from '#domain/engine/match.ts';
import { rewind } from '#domain/engine/rewind.ts';
import type { RunCause } from '#domain/engine/run.ts';
import { undecided } from '#domain/engine/undecided.ts';
import type { Member } from './session.ts';

/** Events looked at for one that would have started it, and runs and refusals that are told. */
const [mostEvents, mostRuns, mostRefusals] = [100, 3, 5];

/** The whole answer; null when the workspace has no such playbook. `now` in ms. */
export async function whyFor(db: Database, { workspaceId }: Member, playbookId: string, customerId: string, now: number): Promise<WhyAnswer | null> {
	const [activation, newest, draft] = await Promise.all([readActivation(db, workspaceId, playbookId), newestVersion(db, workspaceId, playbookId), readDraft(db, workspaceId, playbookId)]);
	const taken = activation && (await readVersion(db, workspaceId, playbookId, activation.version));
	const definition = taken?.definition ?? newest?.definition ?? draft;
	if (!definition) return null;
	const [runs, refusals] = await Promise.all([runsIn(db, workspaceId, playbookId, customerId, now, mostRuns), readRefusals(db, workspaceId, { playbookId, subjectId: customerId })]);
	const rebuilt = activation && runs.every(({ endedAt }) => endedAt !== null) ? await atLastOccurrence(db, workspaceId, { definition, customerId, since: activation.state === 'active' ? activation.activatedAt : null, version: activation.version, now, enteredAt: runs[0]?.startedAt ?? null }) : null;
	const told: (KeptOut | RefusedRow)[] = [...(rebuilt ? [rebuilt] : []), ...refusals.slice(0, mostRefusals)];
	const changes = await lastChangesUntil(db, workspaceId, customerId, [now, ...runs.map(({ startedAt }) => startedAt), ...told.map(({ at }) => at)]);
	const dated = (explanation: Explanation, index: number) => withChanges(explanation, changes[index]!);
	const active: Activation = activation && { state: activation.state, version: activation.version, since: activation.activatedAt };
	const why = await asOfNow(db, workspaceId, { playbookId, version: activation?.version ?? newest?.version ?? 0, definition, activation: active, customerId, now });
	return {
		at: now,
		playbook: { id: playbookId, name: draft?.name ?? definition.name },
		now: why && { ...why, checks: why.checks.map((check) => (check.kind === 'filters' ? { ...check, explanation: dated(check.explanation, 0) } : check)) },
		entered: runs.map(({ id, startedAt, version, state, endedAt, cause }, index) => {
			const { filters, ...why } = cause as RunCause & { filters?: Explanation };
			return { runId: id, at: startedAt, version, state, endedAt, cause: why as RunCause, filters: filters ? dated(filters, index + 1) : null };
		}),
		keptOut: told.map((one, index) => {
			const { code, at, times, version, cause, filters, parent } = one;
			return { code, at, times, version, cause, parent, filters: dated(filters, index + 1 + runs.length), ...('isRebuilt' in one ? { isRebuilt: true } : {}) };
		}),
	};
}

type Occurrence = { definition: PlaybookDefinition; version: number; customerId: string; since: number | null; enteredAt: number | null; now: number };

/** What a schedule's filters saw of the customer when its time came last: nobody keeps that for a whole book, so it is worked out. Null when they held, or it didn't concern it. */
async function atLastOccurrence(db: Database, workspace: string, { definition, version, customerId, since, enteredAt, now }: Occurrence): Promise<KeptOut | null> {
	const truth = await readTruth(db, workspace, [customerId]);
	const last = truth && definition.trigger && since !== null ? lastOccurrence(definition.trigger, now, truth.settings) : null;
	if (!truth || !last || last.at < since! || (enteredAt !== null && enteredAt >= last.at)) return null;
	const past = await readPast(db, workspace, customerId, last.at);
	if (!past || past.now.customer.createdAt > last.at) return null;
	const filters = explain(definition.filters, factsFromRows(rewind(past.now, past.recorded), truth.settings), last.at);
	return filters.holds ? null : { isRebuilt: true, code: 'filters', at: last.at, times: 1, version, cause: { by: 'schedule', occurrence: last.key }, filters, parent: null };
}

type Question = { playbookId: string; version: number; definition: PlaybookDefinition; activation: Activation; customerId: string; now: number };

/** As it would be decided now; null when the customer is gone. */
async function asOfNow(db: Database, workspace: string, { playbookId, version, definition, activation, customerId, now }: Question): Promise<Why | null> {
	const truth = await readTruth(db, workspace, [customerId]);
	const [rows] = truth?.customers ?? [];
	if (!truth || !rows) return null;
	const { trigger } = definition;
	const [histories, events, open] = await Promise.all([
		readHistories(db, workspace, [playbookId], [customerId], now),
		trigger ? eventsOfTypes(db, workspace, customerId, eventsOf(trigger), mostEvents) : [],
		openConflicts(db, workspace, [customerId], now),
	]);
	const event = trigger ? (events.find((one) => matches(trigger, one)) ?? null) : null;
	const history = histories.get(historyKey(playbookId, customerId))!;
	// As those who match on activation are judged: filters count, and nothing else led there.
	const entry = { workspace, playbookId, version, definition, cause: { by: 'activation', userId: '' }, parent: null, facts: factsFromRows(rows, truth.settings, { event }), now, runId: 'run_asked', history } as const;
	return explainEntry(entry, { activation, events, undecided: undecided(open) });
}
