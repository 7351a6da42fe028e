/** What of a trigger belongs to the clock: its next occurrence, or a state that lasts. */
import { triggers } from '#domain/triggers/index.ts';
import { triggerParams } from '#domain/engine/match.ts';
import type { TriggerDefinition } from '#domain/documents/playbook/definition.ts';

export { nextOccurrence } from '#domain/engine/lasting.ts';

/** Whether a sweep must look for records whose state has lasted long enough. */
export function lastingOf(trigger: TriggerDefinition | null): boolean {
	const params = trigger && triggerParams(trigger);
	return Boolean(trigger && params && triggers[trigger.type]?.lasting?.(params));
}
