/**
 * What a person or a program may do to a run (RU3): stop, pause, resume, retry, skip, jump. Pure; each is another epoch, so that what was
 * on its way can't advance (R8). db/control.ts writes what is decided here, in one batch guarded by what it was decided on.
 */
import { addDuration } from '../calendar/zones.ts';
import type { PlaybookDefinition, Step } from '../documents/playbook/definition.ts';
import type { Missed } from './missed.ts';
import { findStep } from './next-step.ts';
import type { Run, RunState, StepState } from './run.ts';

export type Order = { kind: 'stop' | 'pause' | 'retry' | 'skip' } | { kind: 'resume'; missed: Missed } | { kind: 'jump'; stepId: string };

/** Where a run is. */
export type Position = {
	definition: PlaybookDefinition | null;
	/** `pausedAt` in ms; null when it isn't paused. */
	run: Pick<Run, 'state' | 'epoch' | 'hasErrors'> & { pausedAt: number | null };
	/** The run's last step; null when it has none. */
	step: { number: number; stepId: string; state: StepState; dueAt: number } | null;
	/** Whether a job stands for the last step: one that waits has none, until what it waited for has come. */
	hasJob: boolean;
	/** Whether that job only ends the time to wait: what the step waits for has not come. */
	isDeadline?: boolean;
	/** Whether nobody holds that job until a later time: a try has failed, or its system isn't asked for a while. */
	isPutOff?: boolean;
	/** Whether something of the last step may be on its way: it was begun, and has no last word. */
	isSending?: boolean;
	timeZone: string;
	now: number;
};

/** And what must be settled first: steps of the playbook that asked for something in this run whose outcome nobody knows (R12), or which the run left on its way. */
export type Standing = Position & { lost: readonly string[] };

/** What the step's job does besides firing: nothing of this step, or nothing of the action that it leads to at once. */
export type Skips = 'this' | 'next' | null;

/**
 * What is written in one guarded batch, under an epoch of one more than before:
 * - run: its new state, and when it was paused or ended
 * - pending: `keep` or `end` what the last step waits for (its task, its mails, its job)
 * - step: the last step's new state, or null when it stays
 * - job: null when it stays as it is; with the last step's number it takes its place, with a new one it has a new step (new keys, R10)
 */
export type Controlled =
	| { isAllowed: false; code: 'already-ended' | 'not-paused' | 'not-pausable' | 'not-failed' | 'nothing-to-skip' | 'on-its-way' | 'no-such-step' | 'settle-first' }
	| {
			isAllowed: true;
			run: { state: RunState; hasErrors: boolean; pausedAt: number | null; endedAt: number | null };
			pending: 'keep' | 'end';
			step: StepState | null;
			job: { number: number; stepId: string; dueAt: number; skips: Skips } | null;
	  };

/** Whether a run has ended. */
export const isOver = (state: RunState): boolean => state === 'completed' || state === 'stopped';
const isOpen = (state: StepState) => state === 'scheduled' || state === 'waiting';
const kindOf = ({ definition }: Position, stepId: string): Step['kind'] | null => (definition && findStep(definition, stepId)?.kind) ?? null;

/** When a step that is put next by hand is due: a wait for a time when that is over, all others now (a date is read when the step fires, R21). */
export const dueByHand = (step: Step, timeZone: string, now: number): number =>
	step.kind === 'wait' && step.params.mode === 'for' && step.params.amount !== null ? addDuration(now, { amount: step.params.amount, unit: step.params.unit }, timeZone) : now;

/** Whether something of a paused run has fallen due: then a person chooses what becomes of it. */
export const fellDue = ({ run, step, hasJob, now }: Pick<Position, 'run' | 'step' | 'hasJob' | 'now'>): boolean => run.state === 'paused' && step !== null && hasJob && step.dueAt <= now;

/** Decides one order on one run, or says why not. */
export function control(order: Order, standing: Standing): Controlled {
	const { run, step, now } = standing;
	if (isOver(run.state)) return { isAllowed: false, code: 'already-ended' };
	const changed = (state: RunState, more: { hasErrors?: boolean; pausedAt?: number; endedAt?: number } = {}) => ({ state, hasErrors: run.hasErrors, pausedAt: null, endedAt: null, ...more });
	switch (order.kind) {
		case 'stop':
			return { isAllowed: true, run: changed('stopped', { endedAt: now }), pending: 'end', step: step && isOpen(step.state) ? 'cancelled' : null, job: null };
		case 'pause':
			if (run.state !== 'running' && run.state !== 'waiting') return { isAllowed: false, code: 'not-pausable' };
			return { isAllowed: true, run: changed('paused', { pausedAt: now }), pending: 'keep', step: null, job: null };
		case 'resume':
			if (run.state !== 'paused') return { isAllowed: false, code: 'not-paused' };
			return { isAllowed: true, run: changed(step?.state === 'waiting' && (!standing.hasJob || standing.isDeadline) ? 'waiting' : 'running'), pending: 'keep', step: null, job: resumed(order.missed, standing) };
		case 'retry':
			if (run.state !== 'failed' || !step) return { isAllowed: false, code: 'not-failed' };
			// Nobody knows whether it happened: a new key would do it twice (R12).
			if (isUnknown(standing)) return { isAllowed: false, code: 'settle-first' };
			// The failed attempt stays as it is in the record; the new one reads the truth anew (EM6).
			return { isAllowed: true, run: changed('running'), pending: 'end', step: null, job: { number: step.number + 1, stepId: step.stepId, dueAt: now, skips: null } };
		case 'skip':
			if (!step || !(run.state === 'failed' || run.state === 'waiting' || isAhead(standing))) return { isAllowed: false, code: 'nothing-to-skip' };
			return { isAllowed: true, run: changed('running', { hasErrors: run.hasErrors || run.state === 'failed' }), pending: 'end', step: null, job: { number: step.number, stepId: step.stepId, dueAt: now, skips: 'this' } };
		case 'jump': {
			const target = standing.definition && findStep(standing.definition, order.stepId);
			if (!target) return { isAllowed: false, code: 'no-such-step' };
			// Under a new number it would have a new key, and be done twice (R10, R12).
			if (isUnknown(standing) || standing.lost.includes(target.id)) return { isAllowed: false, code: 'settle-first' };
			// A step on its way can't be left: it may be sending. Put off after what was refused for sure, it isn't.
			if (!step || (run.state === 'running' && !isAhead(standing) && !standing.isPutOff) || standing.isSending) return { isAllowed: false, code: 'on-its-way' };
			return {
				isAllowed: true,
				run: changed('running', { hasErrors: run.hasErrors || run.state === 'failed' }),
				pending: 'end',
				step: isOpen(step.state) ? 'cancelled' : null,
				job: { number: step.number + 1, stepId: target.id, dueAt: dueByHand(target, standing.timeZone, now), skips: null },
			};
		}
	}
}

/** Whether nobody knows yet what became of the last step. A worker that was given up may have told since (R9): then it isn't. */
const isUnknown = ({ step, lost }: Pick<Standing, 'step' | 'lost'>): boolean => step?.state === 'unknown' && lost.includes(step.stepId);

/** Whether a running run only waits for a time. */
const isAhead = (standing: Position): boolean => {
	const { run, step, now } = standing;
	return run.state === 'running' && step?.state === 'scheduled' && (kindOf(standing, step.stepId) === 'wait' || step.dueAt > now);
};

/** The last step's job after a pause: a wait for a time, and a time to wait for an answer, has as long before it as when the pause began. */
function resumed(missed: Missed, standing: Position): Extract<Controlled, { isAllowed: true }>['job'] {
	const { run, step, hasJob, now } = standing;
	if (!step || !hasJob) return null;
	const at = { number: step.number, stepId: step.stepId };
	const found = standing.definition && findStep(standing.definition, step.stepId);
	const isTimer = standing.isDeadline || (found?.kind === 'wait' && found.params.mode === 'for' && step.state === 'scheduled');
	// A wait has nothing to skip but what it leads to, nor has what a person has done meanwhile.
	const leads = step.state === 'waiting' || found?.kind === 'wait' || found?.kind === 'split';
	if (fellDue(standing) && missed === 'skip') return { ...at, dueAt: now, skips: leads ? 'next' : 'this' };
	if (isTimer && !(fellDue(standing) && missed === 'now')) return { ...at, dueAt: step.dueAt + Math.max(0, now - (run.pausedAt ?? now)), skips: null };
	// A date is read when the step fires (R21): it may have moved meanwhile.
	return { ...at, dueAt: found?.kind === 'wait' ? now : Math.max(step.dueAt, now), skips: null };
}
