/** Triggers on a state that lasts: when a record has been in it long enough (TR2). The sweep asks for each record. */
import { addDuration } from '../calendar/zones.ts';
import { triggers } from '../triggers/index.ts';
import type { TriggerDefinition } from '../documents/playbook/definition.ts';
import type { WorkspaceSettings } from '../settings.ts';
import { triggerParams } from './match.ts';

/**
 * When this record's state will have lasted long enough (ms, may lie ahead or behind), with the occurrence's key: once
 * for each time the record entered the stage. Null when the trigger is another one or the record isn't in that stage.
 */
export function lastingOccurrence(trigger: TriggerDefinition, customer: { stage: string | null; stageSince: number | null }, settings: Pick<WorkspaceSettings, 'timeZone'>): { at: number; key: string } | null {
	const params = triggerParams(trigger);
	const lasting = params && triggers[trigger.type]?.lasting?.(params);
	if (!lasting || customer.stageSince === null || customer.stage === null || (lasting.value !== null && lasting.value !== customer.stage)) return null;
	const { amount, unit } = lasting.duration;
	return { at: addDuration(customer.stageSince, lasting.duration, settings.timeZone), key: `stage:${customer.stage}:${amount}${unit}:${customer.stageSince}` };
}

/** A timed trigger's next occurrence strictly after `after` (ms), or null when it is none or has no more. */
export function nextOccurrence(trigger: TriggerDefinition, after: number, settings: WorkspaceSettings): { at: number; key: string } | null {
	const params = triggerParams(trigger);
	return (params && triggers[trigger.type]?.next?.(params, after, settings)) ?? null;
}

/** How far back an occurrence is looked for, in ms: a monthly one lies within it. */
const lookBackMs = 63 * 86_400_000;

/** A timed trigger's last occurrence up to `until` (ms), or null when there was none in the last nine weeks. */
export function lastOccurrence(trigger: TriggerDefinition, until: number, settings: WorkspaceSettings): { at: number; key: string } | null {
	let last: { at: number; key: string } | null = null;
	for (let next = nextOccurrence(trigger, until - lookBackMs, settings); next && next.at <= until; next = nextOccurrence(trigger, next.at, settings)) last = next;
	return last;
}
