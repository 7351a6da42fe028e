/** Step 5 of the walk: shows each new event to the active playbooks, in order and once, and lets records enter. */
import { assertTakes, enrolRun, historyKey, readHistories } from '#db/entries.ts';
import { activePlaybooks, type ActivePlaybook } from '#db/runs.ts';
import { wakeWaits } from '#db/waits.ts';
import { openConflicts } from '#db/conflicts.ts';
import { keepRefusal } from '#db/refusals.ts';
import { assertUndrained, heldEvents, isDrained, markDrained, undrainedEvents } from '#db/events.ts';
import { bumpSeq, type Statement } from '#db/statement.ts';
import { enrol } from '#domain/engine/enrol.ts';
import { factsFromRows } from '#domain/engine/facts-from-rows.ts';
import { matches } from '#domain/engine/match.ts';
import type { RunCause } from '#domain/engine/run.ts';
import { readBy, undecided, waitsUntil } from '#domain/engine/undecided.ts';
import type { RecordedEvent } from '#domain/events/event.ts';
import { canonical } from '#domain/value.ts';
import { commitAt } from './clock.ts';
import { idFrom, truthOf, type Engine } from './engine.ts';

const pageSize = 100;
/** Events that may have moved a date that a run waits for (R21), or settled what it waits for (SY6). */
const movesDates = new Set<RecordedEvent['type']>(['conflict.settled', 'conflict.expired', 'customer.field-changed', 'agreement.created', 'agreement.changed', 'agreement.removed', 'interaction.logged']);

/** Drains until nothing is left or it is `until` (ms). Says how many events were seen. Throws when the store can't be reached. */
export const drain = async (engine: Engine, until: number): Promise<number> => {
	let drained = 0;
	// Events that a playbook can't judge before a conflict is settled: they stay for a later look, nothing else waits for them.
	const waiting = new Set<string>();
	for (;;) {
		const events = await undrainedEvents(engine.database, engine.workspace, engine.now(), pageSize, [...waiting]);
		if (events.length === 0) return drained;
		const playbooks = await activePlaybooks(engine.database, engine.workspace);
		const seen = new Set<string>();
		for (const event of events) {
			if (engine.now() >= until) return drained;
			if (seen.has(event.id)) continue;
			const together = event.wasHeld ? await heldEvents(engine.database, engine.workspace, event) : [event];
			for (const { id } of together) seen.add(id);
			// Empty: another drain took them meanwhile.
			if (together.length > 0 && (await drainTogether(engine, together, playbooks))) drained += together.length;
			else for (const { id } of [event, ...together]) waiting.add(id);
		}
	}
};

/**
 * One event, one guarded batch: its runs with their first jobs, and that it was seen (R4). What a conflict held back counts as one change,
 * from what was before it to what was decided. False: a field that its playbooks read waits for a person, and so does the event (SY6).
 * When a playbook was paused or deactivated meanwhile nothing is written, and the event is read again (PB4).
 */
const drainTogether = async (engine: Engine, together: RecordedEvent[], playbooks: ActivePlaybook[]): Promise<boolean> => {
	const now = engine.now();
	const [first, event] = [together[0]!, asOne(together)];
	const isChange = together.length === 1 || canonical(event.data.from) !== canonical(event.data.to);
	const started = isChange ? playbooks.filter((playbook) => isStarted(engine, playbook, event)) : [];
	if (event.customerId !== null && started.length > 0) {
		const open = undecided(await openConflicts(engine.database, engine.workspace, [event.customerId], now));
		if (started.some(({ definition }) => waitsUntil(readBy(definition.filters), open) !== null)) return false;
	}
	const { entries, refusals } = event.customerId !== null && started.length > 0 ? await entriesOf(engine, event, event.customerId, started, now) : { entries: [], refusals: [] };
	const waits = event.customerId !== null && movesDates.has(event.type) ? [wakeWaits(engine.workspace, event.customerId, now)] : [];
	const seen = together.flatMap(({ id }) => [assertUndrained(id), markDrained(id, now)]);
	const statements = [...seen, ...(entries.length > 0 ? [bumpSeq(engine.workspace)] : []), ...entries, ...refusals, ...waits];
	await commitAt(engine, now, statements, () => isDrained(engine.database, first.id));
	return true;
};

const asOne = (together: RecordedEvent[]): RecordedEvent => {
	const last = together.at(-1)!;
	return together.length === 1 ? last : { ...last, data: { ...last.data, from: together[0]!.data.from } };
};

/** One broken playbook must not stop the others, nor the queue behind it. */
const isStarted = (engine: Engine, playbook: ActivePlaybook, event: RecordedEvent): boolean => {
	try {
		return playbook.definition.trigger !== null && matches(playbook.definition.trigger, event);
	} catch (error) {
		engine.log('a trigger failed on an event; the event does not start that playbook', { playbook: playbook.id, event: event.id }, error);
		return false;
	}
};

const entriesOf = async (engine: Engine, event: RecordedEvent, customerId: string, playbooks: ActivePlaybook[], now: number): Promise<{ entries: Statement[]; refusals: Statement[] }> => {
	const { settings, one } = await truthOf(engine, customerId);
	const [entries, refusals]: [Statement[], Statement[]] = [[], []];
	if (!one) return { entries, refusals };
	const ids = playbooks.map(({ id }) => id);
	const histories = await readHistories(engine.database, engine.workspace, ids, [customerId], now);
	const facts = factsFromRows(one, settings, { event });
	const cause: RunCause = { by: 'event', eventId: event.id, eventType: event.type, data: event.data, subjectId: event.subjectId, at: event.at, actor: event.actor };
	for (const { id, version, definition } of playbooks) {
		const runId = await idFrom('run_', event.id, id);
		const history = histories.get(historyKey(id, customerId))!;
		try {
			const enrolment = enrol({ workspace: engine.workspace, playbookId: id, version, definition, cause, parent: event.cause, facts, now, runId, history });
			if (enrolment.enters) entries.push(assertTakes(id), ...enrolRun(enrolment.run, enrolment.first, engine.shard));
			else refusals.push(keepRefusal({ workspace: engine.workspace, playbookId: id, version, subjectId: customerId, code: enrolment.code, at: now, cause, filters: enrolment.filters, parent: event.cause }));
			if (!enrolment.enters && (enrolment.code === 'burst' || enrolment.code === 'depth')) engine.log('a record was kept out to stop a loop', { playbook: id, event: event.id, code: enrolment.code });
		} catch (error) {
			engine.log('a playbook could not be entered', { playbook: id, event: event.id, customer: customerId }, error);
		}
	}
	return { entries, refusals };
};
