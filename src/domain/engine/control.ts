/** What a person may do to a run: stop, pause, resume, retry, skip (RU3). Pure; each bumps the epoch, so that what was on its way can't advance (R8). */
import type { PlaybookDefinition } from '../documents/playbook/definition.ts';
import type { Facts } from './facts.ts';
import { findStep, scheduled, stepAfter } from './next-step.ts';
import type { Run, RunState, StepState } from './run.ts';

export type Order = 'stop' | 'pause' | 'resume' | 'retry' | 'skip';

export type Standing = {
	definition: PlaybookDefinition;
	run: Pick<Run, 'state' | 'epoch' | 'hasErrors'>;
	/** The run's last step; null when it has none. */
	step: { number: number; stepId: string; state: StepState; dueAt: number } | null;
	facts: Facts;
	now: number;
};

/**
 * What the room writes in one guarded batch:
 * - run: its new state; epoch is one more than before
 * - step: the last step's new state, or null when it stays
 * - job: `keep` (give it the new epoch), `remove`, or the job to insert. A new job has a new number: its intents have new keys (R10)
 * - tokens: `keep` (give them the new epoch) or `remove`
 */
export type Controlled =
	| { isAllowed: false; code: 'already-ended' | 'not-paused' | 'not-pausable' | 'not-failed' | 'nothing-to-skip' }
	| {
			isAllowed: true;
			run: { state: RunState; epoch: number; hasErrors: boolean; endedAt: number | null };
			step: { number: number; state: StepState } | null;
			job: 'keep' | 'remove' | { number: number; stepId: string; dueAt: number };
			tokens: 'keep' | 'remove';
	  };

const isOver = (state: RunState) => state === 'completed' || state === 'stopped';
const isOpen = (state: StepState) => state === 'scheduled' || state === 'waiting';

/** Decides one order on one run, or says why not. */
export function control(order: Order, standing: Standing): Controlled {
	const { run, step, now } = standing;
	const changed = (state: RunState, endedAt: number | null = null, hasErrors = run.hasErrors) => ({ state, epoch: run.epoch + 1, hasErrors, endedAt });
	if (isOver(run.state)) return { isAllowed: false, code: 'already-ended' };
	switch (order) {
		case 'stop':
			return { isAllowed: true, run: changed('stopped', now), step: step && isOpen(step.state) ? { number: step.number, state: 'cancelled' } : null, job: 'remove', tokens: 'remove' };
		case 'pause':
			if (run.state !== 'running' && run.state !== 'waiting') return { isAllowed: false, code: 'not-pausable' };
			return { isAllowed: true, run: changed('paused'), step: null, job: 'keep', tokens: 'keep' };
		case 'resume':
			if (run.state !== 'paused') return { isAllowed: false, code: 'not-paused' };
			return { isAllowed: true, run: changed(step?.state === 'waiting' ? 'waiting' : 'running'), step: null, job: 'keep', tokens: 'keep' };
		case 'retry':
			if (run.state !== 'failed' || !step) return { isAllowed: false, code: 'not-failed' };
			// The failed attempt stays as it is in the record; the new one reads the truth anew (EM6).
			return { isAllowed: true, run: changed('running'), step: null, job: { number: step.number + 1, stepId: step.stepId, dueAt: now }, tokens: 'remove' };
		case 'skip':
			return skip(standing, changed);
	}
}

function skip({ definition, run, step, facts, now }: Standing, changed: (state: RunState, endedAt?: number | null, hasErrors?: boolean) => { state: RunState; epoch: number; hasErrors: boolean; endedAt: number | null }): Controlled {
	const canSkip = step && (run.state === 'failed' || run.state === 'waiting' || (run.state === 'running' && findStep(definition, step.stepId)?.kind === 'wait'));
	if (!canSkip) return { isAllowed: false, code: 'nothing-to-skip' };
	const next = scheduled(stepAfter(definition, step.stepId), facts, now);
	const hasErrors = run.hasErrors || run.state === 'failed';
	return {
		isAllowed: true,
		run: next ? changed('running', null, hasErrors) : changed('completed', now, hasErrors),
		step: { number: step.number, state: 'skipped' },
		job: next ? { number: step.number + 1, ...next } : 'remove',
		tokens: 'remove',
	};
}
