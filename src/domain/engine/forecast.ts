/** What a run will do next, and when, if nothing changes (RU2): the coming steps along the present path. */
import { actions } from '../actions/index.ts';
import type { PlaybookDefinition, Step } from '../documents/playbook/definition.ts';
import { chooseBranch } from './choose-branch.ts';
import type { Facts } from './facts.ts';
import { endOfWait, findStep, firstIn, stepAfter } from './next-step.ts';

/**
 * One coming step. `at` is when it happens (ms), null when that hangs on a person or another run (`isOpen`) or on a
 * blank date (`isBlocked`). `branch` is the one a split would take now.
 */
export type Forecast = { stepId: string; kind: Step['kind']; action: string | null; at: number | null; branch: string | null; isOpen: boolean; isBlocked: boolean };

/** How many steps are told at most. */
const horizon = 100;

/** The coming steps from a scheduled one (`from`, with its persisted due time) to the end. After a wait for a person, times are open. */
export function forecast(definition: Pick<PlaybookDefinition, 'steps'>, from: { stepId: string; dueAt: number } | null, facts: Facts, now: number): Forecast[] {
	const coming: Forecast[] = [];
	let step = from && findStep(definition, from.stepId);
	let at: number | null = from && Math.max(from.dueAt, now);
	let isOpen = false;
	for (let isFirst = true; step && coming.length < horizon; isFirst = false) {
		const branch = step.kind === 'split' && !step.question ? chooseBranch(step, facts, at ?? now).branch : null;
		// The first one's time is persisted; a later wait begins when it is reached.
		if (step.kind === 'wait' && !isFirst && at !== null) {
			const until = endOfWait(step.params, at, facts);
			at = until === null ? null : Math.max(at, until);
		}
		const isBlocked = step.kind === 'wait' && endOfWait(step.params, now, facts) === null;
		coming.push({ stepId: step.id, kind: step.kind, action: step.kind === 'action' ? step.action : null, at, branch: branch?.id ?? null, isOpen, isBlocked });
		if (isBlocked || step.kind === 'stop') break;
		const asks: boolean = step.kind === 'split' && step.question !== undefined;
		if (asks || (step.kind === 'action' && (step.params.isWaiting === true || actions[step.action]?.awaitsPerson))) {
			at = null;
			isOpen = true;
		}
		// Which way an answer leads nobody knows before it is given: on behind the branches, where they meet again.
		if (asks && step.kind === 'split' && !step.isMerged) break;
		step = step.kind === 'split' && branch ? firstIn(definition, step, branch) : stepAfter(definition, step.id);
	}
	return coming;
}
