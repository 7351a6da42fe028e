/** Step 7 of the walk: records what the world is asked to do, then asks it, then records how it went (R9–R13). */
import { assertUntold, readTaken } from '#db/callbacks.ts';
import { insertDraft } from '#db/drafts.ts';
import { insertEvent } from '#db/events.ts';
import type { Firing } from '#db/firings.ts';
import { markSending, noteIntentError, prepareIntent, settleIntent, type Intent, type NewIntent, type Preparation } from '#db/intents.ts';
import { assertHeld, isHeld, type Job } from '#db/jobs.ts';
import { charge, exhausted } from '#db/quotas.ts';
import { noteInput } from '#db/steps.ts';
import { insertTask } from '#db/tasks.ts';
import { bumpSeq, commit, isGuardLost, type Statement } from '#db/statement.ts';
import type { IntentDraft, IntentRequest } from '#domain/actions/action.ts';
import { errorText } from '#domain/engine/error.ts';
import { intentKey } from '#domain/engine/intent-key.ts';
import { chargesOf } from '#domain/engine/quota.ts';
import { isReplayable } from '#domain/engine/replay.ts';
import type { Decision, Run } from '#domain/engine/run.ts';
import { childRun } from './child-run.ts';
import { commitAt } from './clock.ts';
import type { Engine } from './engine.ts';
import { performers } from './performers/index.ts';
import { addressOf } from './performers/mail.ts';
import type { Performer, World } from './performers/performer.ts';

/** What must be left of the lease beyond the performer's own time, in ms (R6). */
const marginMs = 5_000;
/** Tries of one step before its failure is final. */
const mostAttempts = 12;
/** Full jitter: up to 5 s × 2ⁿ, at most 6 h, in ms (R16). */
export const backoffMs = (attempt: number, random: number): number => Math.ceil(random * Math.min(5_000 * 2 ** (attempt - 1), 6 * 3_600_000));

/** Why and until when a step is put off, and when that was decided (ms); `notes` go into the batch that does so. */
export type Later = { at: number; now: number; isAttempt: boolean; notes: Statement[]; error: string | null };
/** A step's intents, ready to be done; or why and until when they are not (R18). */
export type Prepared = { kind: 'prepared'; intents: Intent[] } | Extract<Decision, { kind: 'reschedule' }>;
/** How far a step's intents are: all have their last word, or some are to be tried later. */
export type Progress = { kind: 'settled'; intents: Intent[] } | { kind: 'later'; later: Later };

const performerOf = (kind: string): Performer | null => (Object.hasOwn(performers, kind) ? performers[kind as keyof typeof performers] : null);
const isOpen = ({ state }: Intent) => state === 'prepared' || state === 'sending';

/** An intent as `prepareIntent` writes it. */
const preparedAs = (made: NewIntent, { now, state, response, error = null }: Preparation): Intent => ({
	...made,
	kind: made.request.kind,
	state,
	response: response ?? null,
	error,
	attempts: 0,
	firstAt: null,
	settledAt: state === 'prepared' || state === 'waiting' ? null : now,
	providerId: null,
});

/**
 * Freezes a step's requests under their keys and marks them as about to be sent, in one fenced batch (R11). Tasks and runs happen
 * in that very batch, and what they use of a quota is charged (R18). Null: another worker or a person was faster.
 */
export const prepare = async (engine: Engine, job: Job, firing: Firing, drafts: IntentDraft[], input: unknown, world: World, tries = 3): Promise<Prepared | null> => {
	const { run, step } = firing;
	const now = engine.now();
	const statements: Statement[] = [assertHeld(job), bumpSeq(engine.workspace)];
	const intents: Intent[] = [];
	const add = (made: NewIntent, preparation: Preparation) => {
		statements.push(prepareIntent(made, preparation), ...(preparation.state === 'prepared' ? [markSending(made.key, now)] : []));
		intents.push(preparedAs(made, preparation));
	};
	for (const { part, request, review } of drafts) {
		const made = { key: intentKey(run.id, step.number, part), workspace: run.workspace, runId: run.id, number: step.number, part };
		if (request.kind === 'task') {
			const { title, description, assignees, teamId, dueAt, customerId, question, until } = request;
			const actor = { kind: 'run', id: run.id, playbookId: run.playbookId } as const;
			const cause = { runId: run.id, rootRunId: run.rootRunId, depth: run.depth, lineage: run.lineage };
			add({ ...made, request }, { now, state: 'done', response: { taskId: made.key, ...(until === undefined ? {} : { until }) } });
			statements.push(insertTask({ id: made.key, workspace: run.workspace, customerId, runId: run.id, title, description, assignees, teamId, dueAt, createdAt: now, question }));
			statements.push(insertEvent(run.workspace, { id: `${made.key}-created`, type: 'task.created', subjectType: 'task', subjectId: made.key, customerId, at: now, actor, cause, data: { name: title } }));
		} else if (request.kind === 'run') {
			const child = await childRun(engine, run, request, made.key, now);
			statements.push(...child.statements);
			add({ ...made, request }, { now, state: child.error ? 'failed' : 'done', response: child.response, error: child.error });
		} else {
			const frozen = (performerOf(request.kind)?.freeze?.(request, world) ?? request) as IntentRequest;
			add({ ...made, request: frozen }, { now, state: review ? 'waiting' : 'prepared' });
			if (review && frozen.kind === 'mail') statements.push(insertDraft({ id: made.key, workspace: run.workspace, runId: run.id, number: step.number, ...review, from: addressOf(frozen.from), createdAt: now, request: frozen }));
		}
	}
	statements.push(noteInput({ workspace: run.workspace, runId: run.id, number: step.number, input, attempts: job.attempt, now }));
	const charges = chargesOf(intents.filter(isOpen).map(({ request }) => request), world.sending, world.sending.timeZone, now);
	statements.push(...charges.flatMap((one) => charge(run.workspace, one)));
	if (await commitAt(engine, now, statements, async () => false)) return { kind: 'prepared', intents };
	const begins = drafts.some(({ request }) => request.kind === 'run');
	if (!(charges.length > 0 || begins) || !(await isHeld(engine.database, job))) return null;
	const full = await exhausted(engine.database, run.workspace, charges);
	if (full) return { kind: 'reschedule', at: full.until, reason: 'quota', note: errorText('quota', { cap: String(full.cap) }) };
	// The playbook that it begins takes nobody any more, or has the record already: it is read again.
	return begins && tries > 1 ? prepare(engine, job, firing, drafts, input, world, tries - 1) : null;
};

/** Marks a step's open intents as about to be sent again; fenced: a worker that has lost its lease sends nothing. */
export const prepareAgain = async (engine: Engine, job: Job, intents: Intent[]): Promise<boolean> => {
	const open = intents.filter(isOpen);
	const now = engine.now();
	return open.length === 0 || commitAt(engine, now, [assertHeld(job), ...open.map(({ key }) => markSending(key, now))], async () => false);
};

/** Does every open intent of a step, or of what no run asked for, in order; they were prepared by this worker. A failed part doesn't keep the others from being done. */
export const performAll = async (engine: Engine, job: Job, run: Run | null, intents: Intent[], world: World): Promise<Progress> => {
	const settled: Intent[] = [];
	const put: Later[] = [];
	for (const intent of intents) {
		const word = isOpen(intent) ? await performOne(engine, job, run, intent, world) : { settled: intent };
		if ('settled' in word) settled.push(word.settled);
		else put.push(word.later);
	}
	if (put.length === 0) return { kind: 'settled', intents: settled };
	const last = put.reduce((a, b) => (b.at > a.at ? b : a));
	const later = { at: last.at, now: last.now, isAttempt: put.some(({ isAttempt }) => isAttempt), notes: put.flatMap(({ notes }) => notes), error: put.findLast(({ error }) => error)?.error ?? null };
	return { kind: 'later', later };
};

type LastState = { state: 'done' | 'failed' | 'unknown'; error?: string; response?: unknown; providerId?: string | null; isCaptured?: boolean };

/** The last word on what a provider has told of before it answered (R12). */
const toldWord = (isTaken: boolean): LastState => (isTaken ? { state: 'done', response: { told: true } } : { state: 'failed', error: errorText('told-failed') });

/** The last word on what was begun and will not be gone on with: what may have arrived is unknown, which a person must know (R12). */
export const unsaid = ({ isTaken, firstAt, error }: Intent): LastState => {
	if (isTaken != null) return toldWord(isTaken);
	return firstAt === null ? { state: 'failed', error: error ?? errorText('never-sent') } : { state: 'unknown', error: error ?? errorText('maybe-sent') };
};

/** An intent's last word and the rows that show it, behind `bumpSeq`. That it is unknown aborts the batch when its provider has told of it. */
export const lastWord = (run: Run | null, intent: Intent, word: LastState, now: number): Statement[] => {
	const { state, error = null, response, providerId = null, isCaptured = false } = word;
	const rows = performerOf(intent.kind)?.rows?.({ key: intent.key, workspace: intent.workspace, request: intent.request, run, number: intent.number }, { state, error, providerId, isCaptured, now }) ?? [];
	return [...(state === 'unknown' ? [assertUntold(intent.key)] : []), settleIntent({ key: intent.key, state, response, error, providerId, now }), ...rows];
};

/** Records an intent's last word. Unfenced: what happened is recorded even by a worker that has lost its lease (R9). */
const settle = async (engine: Engine, run: Run | null, intent: Intent, word: LastState): Promise<{ settled: Intent }> => {
	const { state, error = null, response, providerId = null } = word;
	const now = engine.now();
	try {
		await commit(engine.database, [bumpSeq(engine.workspace), ...lastWord(run, intent, word, now)]);
	} catch (thrown) {
		const isTaken = state === 'unknown' && isGuardLost(thrown) ? await readTaken(engine.database, intent.key) : null;
		if (isTaken === null) throw thrown;
		return settle(engine, run, intent, toldWord(isTaken));
	}
	engine.trace?.({ event: 'settled', run: intent.runId, number: intent.number, intent: intent.key, kind: intent.kind, state, ms: now - (intent.firstAt ?? now) });
	if (state !== 'done') engine.log(`an intent is ${state}`, { run: intent.runId, intent: intent.key, kind: intent.kind, error });
	return { settled: { ...intent, state, error, response: response ?? null, providerId, settledAt: now } };
};

const performOne = async (engine: Engine, job: Job, run: Run | null, intent: Intent, world: World): Promise<{ settled: Intent } | { later: Later }> => {
	const { key, kind, request } = intent;
	const last = (word: LastState) => settle(engine, run, intent, word);
	const performer = performerOf(kind);
	const now = engine.now();
	if (!performer) return last({ state: 'failed', error: errorText('no-performer', { kind }) });
	// Told by its provider before the answer came: it isn't asked again (R12).
	if (intent.isTaken) return last(toldWord(true));
	if (!isReplayable(intent.firstAt, now)) return last({ state: 'unknown', error: intent.error ?? errorText('never-confirmed') });
	if (!performer.isKeyed && intent.state === 'sending') return last({ state: 'unknown', error: errorText('maybe-sent') });
	const system = systemOf(request);
	// Whether something of an earlier try may have arrived: this one's own mark isn't among what was read before it.
	const mayHaveArrived = intent.firstAt !== null;
	const unsent = (at: number) => ({ later: { at, now, isAttempt: false, notes: [noteIntentError(key, intent.error, mayHaveArrived)], error: intent.error } });
	const openUntil = engine.breaker.openUntil(system, now);
	if (openUntil !== null) return unsent(openUntil);
	if (job.visibleAt - now <= performer.timeoutMs + marginMs) return unsent(now);

	engine.trace?.({ event: 'sending', run: intent.runId, number: intent.number, intent: key, kind, attempt: intent.attempts + 1 });
	const outcome = await performer.perform({ key, workspace: intent.workspace, request, run, number: intent.number }, world);
	const then = engine.now();
	if (outcome.kind !== 'retry') {
		engine.breaker.succeeded(system);
		return last({ ...outcome, state: outcome.kind });
	}
	engine.breaker.failed(system, then);
	if (job.attempt >= mostAttempts) return last({ state: outcome.isAmbiguous ? 'unknown' : 'failed', error: outcome.error });
	const at = then + Math.max(outcome.afterMs ?? 0, backoffMs(job.attempt, engine.random()));
	engine.log('an intent will be tried again', { run: intent.runId, intent: key, kind, attempt: job.attempt, at, error: outcome.error });
	return { later: { at, now: then, isAttempt: true, notes: [noteIntentError(key, outcome.error, outcome.isAmbiguous || mayHaveArrived)], error: outcome.error } };
};

/** What a breaker stands before: one outside address or one document's room, not the kind alone. */
const systemOf = (request: IntentRequest): string => {
	if (request.kind === 'webhook' && URL.canParse(request.url)) return `webhook ${new URL(request.url).host}`;
	return request.kind === 'document-edit' ? `document ${request.document}` : request.kind;
};
