/** The way through the tree of steps: what comes after what, and when it is due. */
import { addDuration, atLocalTime, localDate } from '../calendar/zones.ts';
import type { Branch, PlaybookDefinition, Step, WaitParams } from '../documents/playbook/definition.ts';
import type { Facts } from './facts.ts';
import { fieldKey } from '../actions/people.ts';

export type Split = Extract<Step, { kind: 'split' }>;
/** Where a step stands: its siblings, its place among them, and the split that holds them (null at the top). */
type Place = { step: Step; siblings: Step[]; index: number; parent: Split | null };

function place(steps: Step[], id: string, parent: Split | null): Place | null {
	for (const [index, step] of steps.entries()) {
		if (step.id === id) return { step, siblings: steps, index, parent };
		if (step.kind !== 'split') continue;
		for (const branch of step.branches) {
			const found = place(branch.steps, id, step);
			if (found) return found;
		}
	}
	return null;
}

/** The step with an id, wherever it is in the tree; null when there is none. */
export const findStep = (definition: Pick<PlaybookDefinition, 'steps'>, id: string): Step | null => place(definition.steps, id, null)?.step ?? null;

/** Every step of a tree, in reading order: a split before its branches. */
export const allSteps = (steps: Step[]): Step[] => steps.flatMap((step) => [step, ...(step.kind === 'split' ? step.branches.flatMap((branch) => allSteps(branch.steps)) : [])]);

/**
 * The step that follows a step: its next sibling; at the end of a branch the way climbs: after a split that merges, the
 * step after the split; after a plain split nothing, the run ends. Null = the run ends. Steps of a split's own branches
 * are not after it: see `firstIn`.
 */
export function stepAfter(definition: Pick<PlaybookDefinition, 'steps'>, id: string): Step | null {
	const at = place(definition.steps, id, null);
	if (!at || at.step.kind === 'stop') return null;
	const sibling = at.siblings[at.index + 1];
	if (sibling) return sibling;
	return at.parent?.isMerged ? stepAfter(definition, at.parent.id) : null;
}

/** The first step of a taken branch; an empty branch goes on as its end would. */
export const firstIn = (definition: Pick<PlaybookDefinition, 'steps'>, split: Split, branch: Branch): Step | null =>
	branch.steps[0] ?? (split.isMerged ? stepAfter(definition, split.id) : null);

/**
 * When a wait is over (ms), computed from `from`, the moment the step was reached. Null when the date waited for is
 * blank or the wait isn't set. A date is waited for until `time` of its day in the workspace's zone (R22).
 */
export function endOfWait(wait: WaitParams, from: number, { customer, settings }: Facts): number | null {
	if (wait.mode === 'for') return wait.amount === null ? null : addDuration(from, { amount: wait.amount, unit: wait.unit }, settings.timeZone);
	const date = wait.field === null ? null : customer[fieldKey(wait.field)];
	return typeof date === 'number' ? atLocalTime(localDate(date, settings.timeZone), wait.time, settings.timeZone) : null;
}

/**
 * A reached step with its due time, to be persisted once: waits are due when they are over, all others now. A wait
 * that can't be computed is due now, and says why when it fires.
 */
export function scheduled(step: Step | null, facts: Facts, now: number): { stepId: string; dueAt: number } | null {
	if (!step) return null;
	return { stepId: step.id, dueAt: step.kind === 'wait' ? Math.max(now, endOfWait(step.params, now, facts) ?? now) : now };
}

/** Whether the clock alone decides a step: a wait for some time, or a stop, with no wait behind it that would read a date or a calendar. */
export function isTimeAlone(definition: Pick<PlaybookDefinition, 'steps'>, id: string): boolean {
	const step = findStep(definition, id);
	if (step?.kind === 'stop') return true;
	return step?.kind === 'wait' && step.params.mode === 'for' && stepAfter(definition, id)?.kind !== 'wait';
}
