/** Step 7 of the walk: records what the world is asked to do, then asks it, then records how it went (R9–R13). */
import { insertEvent } from '#db/events.ts';
import type { Firing } from '#db/firings.ts';
import { markSending, noteIntentError, prepareIntent, settleIntent, type Intent } from '#db/intents.ts';
import { assertHeld, type Job } from '#db/jobs.ts';
import { noteInput } from '#db/runs.ts';
import { insertTask } from '#db/tasks.ts';
import { bumpSeq, commit, commitGuarded, type Statement } from '#db/statement.ts';
import type { IntentDraft, IntentRequest } from '#domain/actions/action.ts';
import { intentKey } from '#domain/engine/intent-key.ts';
import { childRun } from './child-run.ts';
import type { Engine } from './engine.ts';
import { performers } from './performers/index.ts';
import type { Performer, World } from './performers/performer.ts';

/** Keyed replay ends here, in ms: Resend keeps a key for 24 h (R13). */
const replayMs = 23 * 3_600_000;
/** What must be left of the lease beyond the performer's own time, in ms (R6). */
const marginMs = 5_000;
/** Tries of one step before its failure is final. */
const mostAttempts = 12;
/** Full jitter: up to 5 s × 2ⁿ, at most 6 h, in ms (R16). */
export const backoffMs = (attempt: number, random: number): number => Math.ceil(random * Math.min(5_000 * 2 ** (attempt - 1), 6 * 3_600_000));

export type Progress = { kind: 'settled' } | { kind: 'lost' } | { kind: 'later'; at: number; isAttempt: boolean; notes: Statement[]; error: string | null };

const performerOf = (kind: string): Performer | null => (Object.hasOwn(performers, kind) ? performers[kind as keyof typeof performers] : null);
const isOpen = ({ state }: Intent) => state === 'prepared' || state === 'sending';

/** Freezes a step's requests under their keys, in one fenced batch (R11). Tasks and runs happen in that very batch. False: another worker or a person was faster. */
export const prepare = async (engine: Engine, job: Job, { run, step }: Firing, drafts: IntentDraft[], input: unknown, world: World): Promise<boolean> => {
	const now = engine.now();
	const statements: Statement[] = [assertHeld(job), bumpSeq(engine.workspace)];
	for (const { part, request } of drafts) {
		const made = { key: intentKey(run.id, step.number, part), workspace: run.workspace, runId: run.id, number: step.number, part };
		if (request.kind === 'task') {
			const { title, description, assignees, teamId, dueAt, customerId } = request;
			const actor = { kind: 'run', id: run.id, playbookId: run.playbookId } as const;
			const cause = { runId: run.id, rootRunId: run.rootRunId, depth: run.depth, lineage: run.lineage };
			statements.push(prepareIntent({ ...made, request }, { now, state: 'done', response: { taskId: made.key } }));
			statements.push(insertTask({ id: made.key, workspace: run.workspace, customerId, runId: run.id, title, description, assignees, teamId, dueAt, createdAt: now }));
			statements.push(insertEvent(run.workspace, { id: `${made.key}-created`, type: 'task.created', subjectType: 'task', subjectId: made.key, customerId, at: now, actor, cause, data: { name: title } }));
		} else if (request.kind === 'run') {
			const child = await childRun(engine, run, request, made.key, now);
			statements.push(...child.statements, prepareIntent({ ...made, request }, { now, state: child.error ? 'failed' : 'done', response: child.response, error: child.error }));
		} else {
			const frozen = performerOf(request.kind)?.freeze?.(request, world) ?? request;
			statements.push(prepareIntent({ ...made, request: frozen as IntentRequest }, { now, state: 'prepared' }));
		}
	}
	statements.push(noteInput({ workspace: run.workspace, runId: run.id, number: step.number, input, attempts: job.attempt, now }));
	return commitGuarded(engine.database, statements, async () => false);
};

/** Does every open intent of a step, in order. A failed part doesn't keep the others from being done. */
export const performAll = async (engine: Engine, job: Job, firing: Firing, intents: Intent[], world: World): Promise<Progress> => {
	const open = intents.filter(isOpen);
	if (open.length === 0) return { kind: 'settled' };
	const now = engine.now();
	const isOurs = await commitGuarded(engine.database, [assertHeld(job), ...open.map(({ key }) => markSending(key, now))], async () => false);
	if (!isOurs) return { kind: 'lost' };
	let later: Extract<Progress, { kind: 'later' }> | null = null;
	for (const intent of open) {
		const put = await performOne(engine, job, firing, intent, world);
		if (put) later = later ? { ...put, at: Math.max(put.at, later.at), isAttempt: put.isAttempt || later.isAttempt, notes: [...later.notes, ...put.notes], error: put.error ?? later.error } : put;
	}
	return later ?? { kind: 'settled' };
};

/** Null when the intent has its last word. */
const performOne = async (engine: Engine, job: Job, { run }: Firing, intent: Intent, world: World): Promise<Extract<Progress, { kind: 'later' }> | null> => {
	const performer = performerOf(intent.kind);
	const performance = { key: intent.key, request: intent.request, run };
	const settle = async (state: 'done' | 'failed' | 'unknown', word: { error?: string; response?: unknown; providerId?: string | null; isCaptured?: boolean }) => {
		const { error = null, response, providerId = null, isCaptured = false } = word;
		const now = engine.now();
		const rows = performer?.rows?.(performance, { state, error, providerId, isCaptured, now }) ?? [];
		// Unfenced: what happened is recorded even by a worker that has lost its lease (R9).
		await commit(engine.database, [bumpSeq(engine.workspace), settleIntent({ key: intent.key, state, response, error, providerId, now }), ...rows]);
		if (state !== 'done') engine.log(`an intent is ${state}`, { run: run.id, intent: intent.key, kind: intent.kind, error });
		return null;
	};
	if (!performer) return settle('failed', { error: `Nothing here can do “${intent.kind}”.` });
	const now = engine.now();
	if (intent.firstAt !== null && now - intent.firstAt > replayMs) return settle('unknown', { error: intent.error ?? 'It may have been sent; it was not confirmed within 23 hours.' });
	if (!performer.isKeyed && intent.state === 'sending') return settle('unknown', { error: 'It may have been sent before the automation was interrupted.' });
	const system = systemOf(intent.request);
	const openUntil = engine.breaker.openUntil(system, now);
	if (openUntil !== null) return { kind: 'later', at: openUntil, isAttempt: false, notes: [], error: intent.error };
	if (job.visibleAt - now <= performer.timeoutMs + marginMs) return { kind: 'later', at: now, isAttempt: false, notes: [], error: intent.error };

	const outcome = await performer.perform(performance, world);
	if (outcome.kind === 'retry') engine.breaker.failed(system, engine.now());
	else engine.breaker.succeeded(system);
	if (outcome.kind !== 'retry') return settle(outcome.kind, outcome);
	if (job.attempt >= mostAttempts) return settle(outcome.isAmbiguous ? 'unknown' : 'failed', outcome);
	const at = engine.now() + Math.max(outcome.afterMs ?? 0, backoffMs(job.attempt, engine.random()));
	engine.log('an intent will be tried again', { run: run.id, intent: intent.key, kind: intent.kind, attempt: job.attempt, at, error: outcome.error });
	return { kind: 'later', at, isAttempt: true, notes: [noteIntentError(intent.key, outcome.error, outcome.isAmbiguous)], error: outcome.error };
};

/** What a breaker stands before: one outside address, not the kind alone. */
const systemOf = (request: IntentRequest): string => (request.kind === 'webhook' && URL.canParse(request.url) ? `webhook ${new URL(request.url).host}` : request.kind);
