/** A run and what the engine decides about it. Pure data: the party's work.ts turns decisions into one guarded batch. */
import type { Actor } from '../events/event.ts';
import type { Explanation } from '../conditions/condition.ts';
import type { IntentDraft } from '../actions/action.ts';

export type RunState = 'running' | 'waiting' | 'paused' | 'stopped' | 'completed' | 'failed';
export type StepState = 'scheduled' | 'waiting' | 'done' | 'skipped' | 'failed' | 'cancelled' | 'unknown';

/** Why a run exists: by an event, by hand, by a schedule, or by another run. */
export type RunCause = { by: 'event'; eventId: string; eventType: string; data: Record<string, unknown>; subjectId: string; at: number; actor: Actor } | { by: 'person'; userId: string; name?: string } | { by: 'schedule'; occurrence: string } | { by: 'activation'; userId: string } | { by: 'run'; runId: string; playbookId: string };

export type Run = {
	id: string;
	workspace: string;
	playbookId: string;
	version: number;
	subjectType: 'customer';
	subjectId: string;
	dedupKey: string;
	state: RunState;
	hasErrors: boolean;
	epoch: number;
	rootRunId: string;
	parentRunId: string | null;
	depth: number;
	lineage: string[];
	cause: RunCause & { filters?: Explanation };
	vars: Record<string, unknown>;
	startedAt: number;
	endedAt: number | null;
};

/** A settled intent of the step that is being advanced; `waiting` for a person's word, or `abandoned` by it (AC7). */
export type Settled = { part: number; kind: string; state: 'waiting' | 'abandoned' | 'done' | 'failed' | 'unknown'; response: unknown; error: string | null };

/**
 * What `advance` decides for the step that fired.
 * - perform: record these intents, do them, then call again with what they gave
 * - wait: the step waits for a task, a child run or somebody's word on its mails (token), no job; with `until` (ms) no longer than that, and its job stands for that time
 * - reschedule: not now, but at `at` (a moved date, a window, a conflict’s time, a quota), without an attempt; `note` tells people why
 * - next: the step is over; the run goes on at `next` (null = it ends), with `dueAt` already computed (persisted once); `isUnanswered`: what it waited for is withdrawn, since its time is over
 * - fail: the step failed for good: the run is stuck (red) until a person mends it; `isUnknown`: until they say what became of what it asked for earlier
 */
export type Decision =
	| { kind: 'perform'; input: unknown; intents: IntentDraft[] }
	| { kind: 'wait'; input: unknown; for: { kind: 'task' | 'run' | 'draft'; ref: string }; until?: number }
	| { kind: 'reschedule'; at: number; reason: string; note?: string }
	| { kind: 'next'; state: 'done' | 'skipped' | 'failed'; output: unknown; next: { stepId: string; dueAt: number } | null; vars?: Record<string, unknown>; isUnanswered?: true }
	| { kind: 'fail'; error: string; isUnknown?: true };
