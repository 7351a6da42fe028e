/**
 * Moving a run to another version of its playbook, by a map of steps (BE2, R23), and back again. Pure; what is decided here is written by
 * db/migrating.ts in one batch guarded by what it was decided on. Like every order it is another epoch (R8).
 */
import { addDuration } from '../calendar/zones.ts';
import type { PlaybookDefinition, Step } from '../documents/playbook/definition.ts';
import { canonical } from '../value.ts';
import { dueByHand, isOver, type Controlled, type Position, type Skips, type Standing } from './control.ts';
import type { Facts } from './facts.ts';
import { endOfWait, findStep } from './next-step.ts';
import { choicesOf } from './question.ts';
import type { RunState, StepState } from './run.ts';

/** What becomes of the runs at a step: they keep it, go on at another of the new version, end, or stay where they are. */
export type Placement = { how: 'keep' | 'end' | 'stay' } | { how: 'move'; to: string };
/** Placements by the step's id. A step that isn't named is kept, if the new version has it. */
export type StepMap = Readonly<Record<string, Placement>>;

/** Where a run stands, and what else decides whether and how it moves. `definition` of the standing is that of the run's version. */
export type Migrating = Standing & {
	version: number;
	target: { version: number; definition: PlaybookDefinition };
	/** Read now: a date that is waited for is computed anew (R21). Null when the record is gone, or nobody asks for times. */
	facts: Facts | null;
	/** How far the last step's effects are: none was recorded; all have their last word or wait for a person's; one is on its way; the answer to one was lost. */
	effects: 'none' | 'settled' | 'open' | 'unknown';
	/** When the last step was reached, ms: the end of the one before, or the run's beginning. */
	reachedAt: number;
	/** What the last step's job skips, because a person said so: its time is left as it is. */
	skips: Skips;
};

type Allowed = Extract<Controlled, { isAllowed: true }>;
export type MigrateRefusal = 'already-ended' | 'already-there' | 'settle-first' | 'on-its-way' | 'no-step' | 'stays' | 'not-mapped' | 'not-the-same' | 'no-such-step';
export type Migrated = { isAllowed: false; code: MigrateRefusal } | ({ how: 'keep' | 'move' | 'end' } & Allowed);

/** Whether a step is the same in another version, so that what stands at it can stay: the same kind, the same action, and every answer that was offered. */
export const isSameStep = (was: Step | null, now: Step | null): boolean => {
	if (was === null || now === null || was.kind !== now.kind) return false;
	if (was.kind === 'action' && now.kind === 'action') return was.action === now.action;
	if (was.kind !== 'split' || now.kind !== 'split' || (!was.question && !now.question)) return true;
	const offered = choicesOf(now);
	return !!was.question && !!now.question && choicesOf(was).every((choice) => offered.some((one) => one.id === choice.id && one.label === choice.label));
};

/** Where a step's runs go by the map; null when the new version hasn't the step and nobody said. */
function placementOf(stepId: string, from: PlaybookDefinition | null, to: PlaybookDefinition, map: StepMap): Placement | null {
	if (Object.hasOwn(map, stepId)) return map[stepId]!;
	return isSameStep(from && findStep(from, stepId), findStep(to, stepId)) ? { how: 'keep' } : null;
}

/** Decides about one run, or says why it stays on its version. */
export function migrate(map: StepMap, at: Migrating): Migrated {
	const { run, step, definition, target } = at;
	const no = (code: MigrateRefusal): Migrated => ({ isAllowed: false, code });
	if (isOver(run.state)) return no('already-ended');
	if (at.version === target.version) return no('already-there');
	// Whether it happened is settled first, on the step it belongs to (R12).
	if (step?.state === 'unknown' || at.effects === 'unknown') return no('settle-first');
	if (!step) return no('no-step');
	// What is being done ends first: the effect was frozen by the version it began in (R11).
	if (isUnderWay(at)) return no('on-its-way');
	const placement = placementOf(step.stepId, definition, target.definition, map);
	if (placement === null) return no('not-mapped');
	const isStuck = run.state === 'failed';
	const left = isOpen(step.state) ? ('cancelled' as const) : null;
	switch (placement.how) {
		case 'stay': return no('stays');
		case 'end': {
			if (isAnswered(at)) return no('on-its-way');
			return { isAllowed: true, how: 'end', run: { state: 'stopped', hasErrors: run.hasErrors, pausedAt: null, endedAt: at.now }, pending: 'end', step: left, job: null };
		}
		case 'keep': {
			const kept = findStep(target.definition, step.stepId);
			if (!kept || !isSameStep(definition && findStep(definition, step.stepId), kept)) return no('not-the-same');
			const dueAt = keptDue(kept, at);
			const job = dueAt === null ? null : { number: step.number, stepId: step.stepId, dueAt, skips: null };
			return { isAllowed: true, how: 'keep', run: { state: run.state, hasErrors: run.hasErrors, pausedAt: run.pausedAt, endedAt: null }, pending: 'keep', step: null, job };
		}
		case 'move': {
			const to = findStep(target.definition, placement.to);
			if (!to) return no('no-such-step');
			// Under a new number it would have a new key, and be done twice (R10, R12).
			if (at.lost.includes(to.id)) return no('settle-first');
			// What a person did for this step meanwhile is heard first.
			if (isAnswered(at)) return no('on-its-way');
			const state: RunState = run.state === 'paused' ? 'paused' : 'running';
			const job = { number: step.number + 1, stepId: to.id, dueAt: dueByHand(to, at.timeZone, clockOf(at)), skips: null };
			return { isAllowed: true, how: 'move', run: { state, hasErrors: run.hasErrors || isStuck, pausedAt: run.pausedAt, endedAt: null }, pending: 'end', step: left, job };
		}
	}
}

const isOpen = (state: StepState): boolean => state === 'scheduled' || state === 'waiting';
/** The run's own time stands still while it is paused. */
const clockOf = ({ run, now }: Position): number => run.pausedAt ?? now;
/** An effect of the step is recorded, and the step isn't over: a mail that was approved, one that is tried again, or one whose step was about to end. */
const isUnderWay = ({ step, hasJob, effects }: Migrating): boolean => hasJob && (effects === 'open' || (effects === 'settled' && step?.state === 'scheduled'));
/** What the step waited for has come, and the run is about to go on. */
const isAnswered = ({ step, hasJob, isDeadline }: Position): boolean => hasJob && !isDeadline && step?.state === 'waiting';

/**
 * When a kept step is due now, ms; null when its time stays. A wait that is another one counts from when it began, and is due now when that
 * is over. When it began is told by its due time, which pauses have shifted; one that waited for a date began when it was reached.
 */
function keptDue(kept: Step, at: Migrating): number | null {
	const { step, definition, timeZone, facts } = at;
	const was = step && definition && findStep(definition, step.stepId);
	if (!step || step.state !== 'scheduled' || !at.hasJob || at.skips !== null) return null;
	if (kept.kind !== 'wait' || was?.kind !== 'wait' || canonical(kept.params) === canonical(was.params)) return null;
	const clock = clockOf(at);
	if (kept.params.mode === 'until') return Math.max(clock, (facts && endOfWait(kept.params, clock, facts)) ?? clock);
	if (kept.params.amount === null) return null;
	const began = was.params.mode === 'for' && was.params.amount !== null ? addDuration(step.dueAt, { amount: -was.params.amount, unit: was.params.unit }, timeZone) : at.reachedAt;
	return Math.max(clock, addDuration(began, { amount: kept.params.amount, unit: kept.params.unit }, timeZone));
}

/** What a move did to a run, kept so that it can be undone: what it left (`epoch`, `number`), and what was before. Times in ms. */
export type Moved = {
	how: 'keep' | 'move' | 'end';
	from: number;
	epoch: number;
	number: number;
	at: number;
	before: { state: RunState; hasErrors: boolean; pausedAt: number | null; number: number; stepId: string; stepState: StepState; dueAt: number; hasJob: boolean; skips: Skips; waits: { kind: 'task' | 'run' | 'draft'; ref: string } | null; drafts: string[] };
};

export type ReturnRefusal = 'controlled-since' | 'gone-on' | 'parent-went-on' | 'entered-again' | 'record-gone' | 'archived';
/** `restores`: the step as it was, under a new number (keys are never used again, R10); null when the step was kept, or a job stands for it. */
export type Returned = { isAllowed: false; code: ReturnRefusal } | (Allowed & { restores: { number: number; of: number; state: StepState; dueAt: number; /** Its job ends the time to wait, at `dueAt`. */ isTimed: boolean } | null });

/** Decides whether a run that a move took to its version goes back, to the step and the time it had. Only what hasn't gone on since can. `obstacle`: what the store knows against it. */
export function takeBack(moved: Moved, at: Omit<Migrating, 'target' | 'facts'>, obstacle: ReturnRefusal | null): Returned {
	const { run, step } = at;
	const { before, how } = moved;
	const no = (code: ReturnRefusal): Returned => ({ isAllowed: false, code });
	if (obstacle) return no(obstacle);
	if (run.epoch !== moved.epoch) return no(run.state === 'completed' ? 'gone-on' : 'controlled-since');
	if (!step || step.number !== moved.number) return no('gone-on');
	const clock = clockOf({ ...at, run: { ...run, pausedAt: before.pausedAt } });
	const dueAt = Math.max(clock, before.dueAt);
	if (how === 'keep') {
		if (isOver(run.state) || step.state !== before.stepState || isUnderWay(at as Migrating) || at.effects === 'unknown') return no('gone-on');
		const isTimed = at.hasJob && step.state === 'scheduled' && step.dueAt !== dueAt;
		return { isAllowed: true, run: { state: run.state, hasErrors: run.hasErrors, pausedAt: run.pausedAt, endedAt: null }, pending: 'keep', step: null, job: isTimed ? { number: step.number, stepId: step.stepId, dueAt, skips: null } : null, restores: null };
	}
	if (how === 'move' && (isOver(run.state) || step.state !== 'scheduled' || at.effects !== 'none')) return no('gone-on');
	if (how === 'end' && run.state !== 'stopped') return no('gone-on');
	const number = step.number + 1;
	// What it waited for is asked again, and its time with it.
	const isAsked = before.stepState === 'waiting' && before.waits !== null;
	return {
		isAllowed: true,
		run: { state: before.state, hasErrors: before.hasErrors, pausedAt: before.pausedAt, endedAt: null },
		pending: 'end',
		step: how === 'move' ? 'cancelled' : null,
		job: before.hasJob && !isAsked ? { number, stepId: before.stepId, dueAt, skips: before.skips } : null,
		restores: before.hasJob && !isAsked ? null : { number, of: before.number, state: before.stepState, dueAt: before.hasJob ? dueAt : before.dueAt, isTimed: before.hasJob },
	};
}
