/** A step that fires, with all that is known of it, and what its kinds decide alike. */
import type { PlaybookDefinition, Step } from '../documents/playbook/definition.ts';
import type { Answer } from '../question.ts';
import type { Performed } from './already-done.ts';
import { errorText } from './error.ts';
import type { Facts } from './facts.ts';
import { scheduled, stepAfter } from './next-step.ts';
import type { Decision, Run, Settled } from './run.ts';
import type { Undecided } from './undecided.ts';

/** What a person answered, who and when (ms). */
export type Answered = { answer: Answer; by: string | null; at: number | null };

export type Firing = {
	definition: PlaybookDefinition;
	run: Run;
	/** The step that fired: its number in the run, its id in the tree, and the due time that was persisted (ms). */
	step: { number: number; stepId: string; dueAt: number; /** It waits already, and its time to wait may be over. */ isWaiting?: boolean };
	/** Read anew for this firing. */
	facts: Facts;
	now: number;
	/** The intents recorded for this step, once all of them are settled; null before any was recorded. */
	settled: Settled[] | null;
	/** What completed the task or child run that the step waited for, and what a person answered; null when it didn't wait, or still does. */
	resumed: { output: unknown; answered?: Answered | null } | null;
	/** Done intents of earlier attempts of this step in this run (before a retry): they are never asked for again (BE3). */
	performed?: readonly Performed[];
	/** What this step asked for earlier in this run and nobody knows the outcome of: it is settled first (R12). */
	lost?: readonly Performed[];
	/** What waits for a person (SY6). */
	undecided?: Undecided;
};

/** The step failed for good; `code` and `detail` say why (domain/engine/error.ts). */
export const fail = (code: string, detail?: Record<string, string>): Extract<Decision, { kind: 'fail' }> => ({ kind: 'fail', error: errorText(code, detail) });

/** The step is done: on to the one after it. */
export const goOn = ({ definition, facts, now }: Firing, step: Step, output: unknown): Decision => ({ kind: 'next', state: 'done', output, next: scheduled(stepAfter(definition, step.id), facts, now) });

/** The same firing with the variables that the step has made. */
export const withVars = (firing: Firing, vars: Record<string, unknown>): Firing => (firing.facts.run ? { ...firing, facts: { ...firing.facts, run: { ...firing.facts.run, vars } } } : firing);
