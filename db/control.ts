/**
 * What people do to runs (RU3), as `domain/engine/control` decides it: read where the run stands, decide, write it in one batch that is
 * guarded by what was read. Each is another epoch (R8) and a line of the run's history.
 */
import { and, desc, eq, isNull } from 'drizzle-orm';
import { control as decide, type Controlled, type Order, type Position, type Standing } from '#domain/engine/control.ts';
import type { PlaybookDefinition } from '#domain/documents/playbook/definition.ts';
import type { Database } from './client.ts';
import { isLost } from './intents.ts';
import { given, kept } from './kept.ts';
import { withdrawDrafts } from './drafts.ts';
import { insertRunEvent } from './runs.ts';
import { intent, job, playbookVersion, run, step, waitToken, workspace } from './schema/index.ts';
import { asJson, bumpSeq, guard, seqNow, statement, type Statement } from './statement.ts';
import { insertStep } from './steps.ts';
import { endWaits, resumeWaits } from './waits.ts';

/** Who controls which run, and why: `reason` is a person's words, or a code of the program's own. `name` is whose `by` isn't a member's. */
export type Control = { workspace: string; runId: string; by: string; name?: string | undefined; reason: string; now: number };
type Allowed = Extract<Controlled, { isAllowed: true }>;

const done: Record<Order['kind'], string> = { stop: 'stopped', pause: 'paused', resume: 'resumed', retry: 'retried', skip: 'skipped', jump: 'jumped' };

const askStanding = kept(
	(database) =>
		[
			database.select().from(run).where(and(eq(run.id, given('run')), eq(run.workspace, given('workspace')))),
			database.select().from(step).where(eq(step.runId, given('run'))).orderBy(desc(step.number)).limit(1),
			database.select({ number: job.number, token: job.token, visibleAt: job.visibleAt }).from(job).where(eq(job.runId, given('run'))),
			database
				.select({ definition: playbookVersion.definition })
				.from(playbookVersion)
				.innerJoin(run, and(eq(run.playbookId, playbookVersion.playbookId), eq(run.version, playbookVersion.version)))
				.where(eq(run.id, given('run'))),
			database.select({ timeZone: workspace.timeZone }).from(workspace).where(eq(workspace.id, given('workspace'))),
			database.select({ stepId: step.stepId, number: step.number, state: intent.state }).from(intent).innerJoin(step, and(eq(step.runId, intent.runId), eq(step.number, intent.number))).where(and(eq(intent.runId, given('run')), isLost)),
			database.select({ number: waitToken.number }).from(waitToken).where(and(eq(waitToken.runId, given('run')), isNull(waitToken.consumedAt))),
		] as const,
);

/** Where a run stands; null when the workspace has no such run. */
export async function readStanding(database: Database, workspaceId: string, runId: string, now: number): Promise<Standing | null> {
	const [runs, steps, jobs, versions, spaces, lost, waits] = await askStanding(database, { workspace: workspaceId, run: runId });
	const [found, last] = [runs[0], steps[0] ?? null];
	if (!found) return null;
	const own = jobs.find(({ number }) => number === last?.number);
	const hasJob = own !== undefined;
	return {
		definition: (versions[0]?.definition as PlaybookDefinition | undefined) ?? null,
		run: { state: found.state, epoch: found.epoch, hasErrors: found.hasErrors, pausedAt: found.pausedAt },
		step: last && { number: last.number, stepId: last.stepId, state: last.state, dueAt: last.dueAt },
		hasJob,
		isDeadline: hasJob && waits.some(({ number }) => number === last?.number),
		isPutOff: hasJob && own.token === null && own.visibleAt > now,
		isSending: lost.some(({ number, state }) => number === last?.number && state === 'sending'),
		lost: lost.filter(({ number, state }) => number !== last?.number || state === 'unknown').map(({ stepId }) => stepId),
		timeZone: spaces[0]?.timeZone ?? 'UTC',
		now,
	};
}

export type Ordered = { isAllowed: true; statements: Statement[] } | { isAllowed: false; code: string; state: Standing['run']['state'] | null };

/** The batch that carries an order out, its guard first and its `bumpSeq` included; or why it can't be. A lost guard: the run has moved on since. */
export async function orderRun(database: Database, control: Control, order: Order): Promise<Ordered> {
	const standing = await readStanding(database, control.workspace, control.runId, control.now);
	if (!standing) return { isAllowed: false, code: 'no-such-run', state: null };
	const decided = decide(order, standing);
	if (!decided.isAllowed) return { ...decided, state: standing.run.state };
	const { kind, ...detail } = order;
	const isLeft = kind === 'jump' && standing.isPutOff === true ? [isIdle(control.runId, standing)] : [];
	return { isAllowed: true, statements: [...isLeft, ...controlStatements(control, standing, decided, done[kind], { ...detail, stepId: decided.job?.stepId ?? standing.step?.stepId ?? null })] };
}

/** Writes what was decided about a run: its new state, its last step's, the next job, and the line of its history (`type`, `detail`). */
export function controlStatements(control: Control, standing: Position, decided: Allowed, type: string, detail: Record<string, unknown>): Statement[] {
	const { workspace: workspaceId, runId, by, name, reason, now } = control;
	const about = { workspace: workspaceId, runId };
	const last = standing.step;
	return [
		isStill(control, standing),
		bumpSeq(workspaceId),
		// A worker that is under way can't go on (R8); who comes after it comes no sooner than its lease ends. One that has expired counts (R15).
		...(decided.pending === 'end' ? endPending(control) : [statement('UPDATE job SET epoch = :epoch, crashes = crashes + (token IS NOT NULL AND visible_at <= :now), token = NULL WHERE run_id = :runId', { runId, epoch: standing.run.epoch + 1, now })]),
		...(decided.step && last ? [statement(`UPDATE step SET seq = ${seqNow}, state = :state, ended_at = :now WHERE run_id = :runId AND number = :number`, { ...about, state: decided.step, now, number: last.number })] : []),
		...(decided.job ? jobStatements(about, standing, decided.job, decided.pending) : []),
		changed(about, standing, decided),
		...(decided.run.state === 'stopped' ? resumeWaits(workspaceId, 'run', runId, now) : []),
		insertRunEvent(workspaceId, runId, type, { by, ...(name === undefined ? {} : { name }), reason, ...detail }, now),
	];
}

/** Aborts unless the run stands as it was read. */
const isStill = ({ workspace: workspaceId, runId }: Control, { run: at, step: last, hasJob }: Position): Statement =>
	guard(
		`EXISTS (SELECT 1 FROM run WHERE id = :runId AND workspace = :workspace AND state = :state AND epoch = :epoch)
		 AND COALESCE((SELECT number || ' ' || state || ' ' || due_at FROM step WHERE run_id = :runId ORDER BY number DESC LIMIT 1), '') = :last
		 AND EXISTS (SELECT 1 FROM job WHERE run_id = :runId AND number = :number) = :hasJob`,
		{ runId, workspace: workspaceId, state: at.state, epoch: at.epoch, last: last ? `${last.number} ${last.state} ${last.dueAt}` : '', number: last?.number ?? 0, hasJob: hasJob ? 1 : 0 },
	);

/** Aborts when somebody has taken the last step's job meanwhile, or something of it may be on its way since (R12). */
const isIdle = (runId: string, { step: last }: Position): Statement =>
	guard(
		`NOT EXISTS (SELECT 1 FROM job WHERE run_id = :runId AND number = :number AND token IS NOT NULL)
		 AND NOT EXISTS (SELECT 1 FROM intent WHERE run_id = :runId AND number = :number AND state = 'sending' AND first_at IS NOT NULL)`,
		{ runId, number: last?.number ?? 0 },
	);

/** Ends what a run was about to do: its job goes, an open task that it waited for is cancelled, mails that nobody has sent are withdrawn, its wait is over. */
const endPending = ({ workspace: workspaceId, runId, by, now }: Control): Statement[] => [
	statement('DELETE FROM job WHERE run_id = :runId', { runId }),
	...withdrawDrafts({ workspace: workspaceId, runId, by, now }),
	...endWaits(workspaceId, runId, now),
];

type About = { workspace: string; runId: string };

/** The next job: of the last step, at another time or in another way, or of a new step. */
function jobStatements(about: About, { run: at, step: last, isDeadline }: Position, next: NonNullable<Allowed['job']>, pending: Allowed['pending']): Statement[] {
	const { number, stepId, dueAt, skips } = next;
	const { runId } = about;
	const payload = asJson(skips && (skips === 'this' ? { isSkipped: true } : { skipsNext: true }));
	if (pending === 'keep')
		return [
			// Later than its due time it is visible only under a lease or a backoff: those are kept.
			statement(
				`UPDATE job SET visible_at = CASE WHEN visible_at > due_at THEN MAX(visible_at, :dueAt) ELSE :dueAt END, due_at = :dueAt, payload = COALESCE(:payload, payload) WHERE run_id = :runId AND number = :number`,
				{ runId, number, dueAt, payload },
			),
			statement(`UPDATE step SET seq = ${seqNow}, due_at = :dueAt WHERE run_id = :runId AND number = :number AND state = '${isDeadline ? 'waiting' : 'scheduled'}'`, { ...about, number, dueAt }),
		];
	return [
		...(number === last?.number ? [] : [insertStep({ ...about, number, next: { stepId, dueAt } })]),
		statement(
			`INSERT INTO job (workspace, shard, kind, run_id, number, payload, due_at, visible_at, epoch) VALUES (:workspace, 0, 'step', :runId, :number, :payload, :dueAt, :dueAt, :epoch)`,
			{ ...about, number, payload, dueAt, epoch: at.epoch + 1 },
		),
	];
}

const changed = (about: About, standing: Position, { run: next, job: ahead }: Allowed): Statement => {
	const isOver = next.state === 'stopped';
	return statement(
		`UPDATE run SET seq = ${seqNow}, state = :state, epoch = :epoch, has_errors = :hasErrors, paused_at = :pausedAt, ended_at = :endedAt,
			next_step_id = ${isOver ? 'NULL' : 'COALESCE(:stepId, next_step_id)'}, next_due_at = ${isOver ? 'NULL' : 'COALESCE(:dueAt, next_due_at)'} WHERE id = :runId`,
		{
			...about,
			state: next.state,
			epoch: standing.run.epoch + 1,
			hasErrors: next.hasErrors ? 1 : 0,
			pausedAt: next.pausedAt,
			endedAt: next.endedAt,
			...(isOver ? {} : { stepId: ahead?.stepId ?? null, dueAt: ahead?.dueAt ?? null }),
		},
	);
};
