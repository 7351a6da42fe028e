/** Whether an event starts a playbook (step 5 of the walk); filters and entry rules come after, in enrol. */
import { safeParse } from 'valibot';
import { triggers } from '../triggers/index.ts';
import type { TriggerDefinition } from '../documents/playbook/definition.ts';
import type { Cause, EventType, RecordedEvent } from '../events/event.ts';

/** A trigger's parameters as its schema reads them; null when the type is unknown or they are unfinished. */
export function triggerParams(trigger: TriggerDefinition): Record<string, unknown> | null {
	const known = Object.hasOwn(triggers, trigger.type) ? triggers[trigger.type] : undefined;
	const parsed = known ? safeParse(known.schema, trigger.params) : null;
	return parsed?.success ? (parsed.output as Record<string, unknown>) : null;
}

/** Whether this event starts a playbook with this trigger. An unknown or unfinished trigger matches nothing. */
export function matches(trigger: TriggerDefinition, event: RecordedEvent): boolean {
	const params = triggerParams(trigger);
	const known = triggers[trigger.type];
	return params !== null && known !== undefined && known.events.includes(event.type) && known.matches(params, event);
}

/** The events that may start a playbook with this trigger, for a first sieve. */
export const eventsOf = (trigger: TriggerDefinition): readonly EventType[] => (Object.hasOwn(triggers, trigger.type) ? triggers[trigger.type]!.events : []);

/** One place in a lineage: this playbook on this record (R19). */
export const lineageKey = (playbookId: string, subjectId: string): string => `${playbookId}:${subjectId}`;

/** Whether a cause comes from a run of this very playbook on this record, at any distance: it must not enter again (R19). */
export const isReentry = (cause: Pick<Cause, 'lineage'> | null, playbookId: string, subjectId: string): boolean => cause?.lineage.includes(lineageKey(playbookId, subjectId)) ?? false;
