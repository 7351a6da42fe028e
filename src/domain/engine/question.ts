/** A step that asks a person (PB1, AC21): it waits like for any task, and goes on by the answer, or without one when its time is over. */
import { safeParse } from 'valibot';
import { ask, askingSchema } from '../actions/ask-question.ts';
import type { Step } from '../documents/playbook/definition.ts';
import { answerVars, type Question } from '../question.ts';
import { fail, goOn, withVars, type Firing } from './firing.ts';
import { allSteps, firstIn, scheduled, type Split } from './next-step.ts';
import { intentKey } from './intent-key.ts';
import type { Decision, Settled } from './run.ts';

/** The answers that a split offers: its branches but the else, by their ids. */
export const choicesOf = ({ branches }: Pick<Split, 'branches'>): { id: string; label: string }[] => branches.filter(({ condition }) => condition !== null).map(({ id, name }) => ({ id, label: name.trim() }));

/** What the step waits for, as long as nobody has answered and there is time; null when it goes on. */
export function awaited({ part, response }: Settled, { run, step, resumed, now }: Firing): Decision | null {
	if (resumed !== null) return null;
	const { until } = (response ?? {}) as { until?: number };
	// Once it waits, its due time is the end of its time, which pauses have shifted.
	const end = until === undefined ? null : step.isWaiting ? step.dueAt : until;
	// Its time ends only while it waits: what waits can be withdrawn, and hears an answer that came before.
	if (end !== null && step.isWaiting && end <= now) return null;
	return { kind: 'wait', input: null, for: { kind: 'task', ref: intentKey(run.id, step.number, part) }, ...(end === null ? {} : { until: end }) };
}

/** The run's variables with the answer among them, under the step's id. Without one, an earlier answer to the same step counts no more. */
export function answerOf(stepId: string, kind: Question['kind'], { run, resumed, facts }: Firing): { vars: Record<string, unknown>; isUnanswered?: true } {
	const { answer, by, at } = resumed?.answered ?? { answer: null, by: null, at: null };
	return { vars: { ...run.vars, [stepId]: answerVars(kind, answer, facts.settings.people.find(({ id }) => id === by)?.name ?? null, at) }, ...(resumed === null ? { isUnanswered: true } : {}) };
}

/** Asks, waits, and takes the branch of the answer; without an answer the else. An answer that this version doesn't know leads nowhere: a person says where to go on. */
export function advanceQuestion(split: Split, params: Record<string, unknown>, firing: Firing): Decision {
	const { facts, now, settled, resumed, definition } = firing;
	if (settled === null) {
		const parsed = safeParse(askingSchema, params);
		if (!parsed.success) return fail('unfinished', { param: String(parsed.issues[0].path?.[0]?.key ?? '') });
		const plan = ask(parsed.output, { kind: 'choice', choices: choicesOf(split) }, facts, now);
		if ('refusal' in plan) return fail(plan.refusal.code, plan.refusal.detail);
		return { kind: 'perform', input: { requests: plan.intents.map(({ request }) => request) }, intents: plan.intents };
	}
	const open = awaited(settled[0]!, firing);
	if (open !== null) return open;
	const answer = resumed?.answered?.answer ?? null;
	const branch = split.branches.find(({ id, condition }) => (answer === null ? condition === null : id === answer.value && condition !== null)) ?? null;
	if (answer !== null && branch === null) return fail('unknown-answer', { answer: answer.label });
	const { vars, isUnanswered } = answerOf(split.id, 'choice', firing);
	const output = { branch: branch?.id ?? null, name: branch?.name ?? null, considered: [], ...(vars[split.id] as object) };
	const then = withVars(firing, vars);
	const on = branch ? { kind: 'next' as const, state: 'done' as const, output, next: scheduled(firstIn(definition, split, branch), then.facts, now) } : goOn(then, split, output);
	return { ...on, vars, ...(isUnanswered ? { isUnanswered } : {}) } as Decision;
}

/** What a step asks (Liquid unfilled), and the answers it offers. */
export type Asks = { stepId: string; question: string; kind: Question['kind']; choices: { id: string; label: string }[] };

/** The steps that ask something: the steps behind them can read what was answered. */
export const questionsIn = (steps: Step[]): Asks[] =>
	allSteps(steps).flatMap((step): Asks[] => {
		if (step.kind === 'split') return step.question ? [{ stepId: step.id, question: String(step.question.question ?? ''), kind: 'choice', choices: choicesOf(step).filter(({ label }) => label !== '') }] : [];
		if (step.kind !== 'action' || step.action !== 'ask-question') return [];
		return [{ stepId: step.id, question: String(step.params.question ?? ''), kind: (step.params.answerKind ?? 'text') as Question['kind'], choices: [] }];
	});
