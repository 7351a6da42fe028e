/** What happens next in a run when one of its steps fires. Pure: the same firing always gives the same decision. */
import { safeParse } from 'valibot';
import { actions } from '../actions/index.ts';
import type { IntentDraft } from '../actions/action.ts';
import type { Step } from '../documents/playbook/definition.ts';
import { isAmong } from './already-done.ts';
import type { AnswerKind } from '../question.ts';
import { advanceQuestion, answerOf, awaited } from './question.ts';
import { chooseBranch } from './choose-branch.ts';
import { fail, goOn, withVars, type Firing } from './firing.ts';
import { intentKey } from './intent-key.ts';
import { endOfWait, findStep, firstIn, scheduled, type Split } from './next-step.ts';
import type { Decision, Settled } from './run.ts';
import { touchedBy, waitsUntil } from './undecided.ts';

/** The most steps one run may take (R19). Numbers count from 1. */
export const mostSteps = 1000;

/** Decides for the step that fired; see Decision for what the room does then. Due times of what comes next are computed here, once. */
export function advance(firing: Firing): Decision {
	const { definition, step: at } = firing;
	const step = findStep(definition, at.stepId);
	if (!step) return fail('unknown-step', { step: at.stepId });
	if (at.number > mostSteps) return fail('too-many-steps', { limit: String(mostSteps) });
	const until = firing.settled === null ? waitsUntil(touchedBy(step), firing.undecided) : null;
	if (until !== null && until > firing.now) return { kind: 'reschedule', at: until, reason: 'undecided' };
	switch (step.kind) {
		case 'stop': return { kind: 'next', state: 'done', output: null, next: null };
		case 'split': return step.question ? advanceQuestion(step, step.question, firing) : advanceSplit(step, firing);
		case 'wait': return advanceWait(step, firing);
		case 'action': return advanceAction(step, firing);
	}
}

/** The output says which branch was taken and why. None matched and no else: on after the split. */
function advanceSplit(split: Split, firing: Firing): Decision {
	const { branch, considered } = chooseBranch(split, firing.facts, firing.now);
	const output = { branch: branch?.id ?? null, name: branch?.name ?? null, considered };
	if (!branch) return goOn(firing, split, output);
	return { kind: 'next', state: 'done', output, next: scheduled(firstIn(firing.definition, split, branch), firing.facts, firing.now) };
}

/** A wait for a time ends at its persisted time; a wait for a date reads the date again, which may have moved or gone (R21). */
function advanceWait(step: Extract<Step, { kind: 'wait' }>, firing: Firing): Decision {
	const { params } = step;
	const { now } = firing;
	if (params.mode === 'for') return params.amount === null ? fail('unfinished', { param: 'amount' }) : firing.step.dueAt > now ? { kind: 'reschedule', at: firing.step.dueAt, reason: 'not-due' } : goOn(firing, step, { until: firing.step.dueAt });
	if (params.field === null) return fail('unfinished', { param: 'field' });
	const until = endOfWait(params, now, firing.facts);
	if (until === null) return fail('wait-date-blank', { field: params.field });
	return until > now ? { kind: 'reschedule', at: until, reason: 'date-moved' } : goOn(firing, step, { until });
}

/** Plan, then perform, then judge what came back, then go on or wait. */
function advanceAction(step: Extract<Step, { kind: 'action' }>, firing: Firing): Decision {
	const action = Object.hasOwn(actions, step.action) ? actions[step.action] : undefined;
	if (!action) return fail('unknown-action', { action: step.action });
	const parsed = safeParse(action.schema, step.params);
	if (!parsed.success) return fail('unfinished', { param: String(parsed.issues[0].path?.[0]?.key ?? '') });
	const { settled, facts, now, performed = [], lost = [] } = firing;
	if (settled === null) {
		const plan = action.plan(parsed.output, facts, now);
		if ('refusal' in plan) return fail(plan.refusal.code, plan.refusal.detail);
		const intents = plan.intents.filter((draft) => !isAmong(draft, performed));
		// A new number is a new key (R10): what may have gone out would go out twice.
		if (intents.some((draft) => isAmong(draft, lost))) return { ...fail('unknown', {}), isUnknown: true };
		if (intents.length === 0) return goOn(firing, step, plan.notes ?? null);
		return { kind: 'perform', input: inputOf(intents, plan.notes), intents };
	}
	// What a person still has to decide comes first: how the others went is told when all are decided.
	if (settled.some(({ state }) => state === 'waiting')) return { kind: 'wait', input: null, for: { kind: 'draft', ref: `${firing.run.id}:${firing.step.number}` } };
	// Unknown before failed: that something may have gone out is what a person must know first (R12).
	if (settled.some(({ state }) => state === 'unknown')) return fail('unknown', { parts: partsOf(settled, 'unknown') });
	const failed = settled.find(({ state }) => state === 'failed');
	// Why a run did not begin is said by the engine itself.
	if (failed?.kind === 'run' && failed.error) return { kind: 'fail', error: failed.error };
	if (failed) return fail('failed', { reason: failed.error ?? '', parts: partsOf(settled, 'failed') });
	if (settled.length > 0 && settled.every(({ state }) => state === 'abandoned')) return { ...goOn(firing, step, settled[0]!.response), state: 'skipped' } as Decision;
	const asks = settled[0]?.kind === 'task' && action.awaitsPerson;
	if (asks) {
		const open = awaited(settled[0]!, firing);
		if (open !== null) return open;
		const { vars, isUnanswered } = answerOf(step.id, (step.params.answerKind ?? 'text') as AnswerKind, firing);
		return { ...goOn(withVars(firing, vars), step, vars[step.id]), vars, ...(isUnanswered ? { isUnanswered } : {}) } as Decision;
	}
	const waitsFor = settled[0] && firing.resumed === null && (parsed.output as { isWaiting?: boolean }).isWaiting ? waited(settled[0], firing) : null;
	if (waitsFor) return { kind: 'wait', input: null, for: waitsFor };
	return done(step, firing, settled.map(({ response }) => response));
}

const partsOf = (settled: Settled[], state: Settled['state']): string => settled.filter((one) => one.state === state).map(({ part }) => part).join(', ');
const inputOf = (intents: IntentDraft[], notes?: Record<string, unknown>): unknown => ({ requests: intents.map(({ request }) => request), ...(notes ? { notes } : {}) });

/** The task has its intent's key as its id; a child run is named by the response, and one that did not enter isn't waited for. */
function waited({ part, kind, response }: Settled, { run, step }: Firing): { kind: 'task' | 'run'; ref: string } | null {
	if (kind === 'task') return { kind, ref: intentKey(run.id, step.number, part) };
	const runId = (response as { runId?: unknown } | null)?.runId;
	return kind === 'run' && typeof runId === 'string' ? { kind, ref: runId } : null;
}

function done(step: Extract<Step, { kind: 'action' }>, firing: Firing, responses: unknown[]): Decision {
	const output = actions[step.action]?.output?.(responses);
	const vars = output === undefined ? null : { ...firing.run.vars, [step.id]: output };
	return { ...goOn(vars ? withVars(firing, vars) : firing, step, output ?? firing.resumed?.output ?? responses), ...(vars ? { vars } : {}) } as Decision;
}
