/** Starting runs by hand, and control over those that are under way (R8). */
import { readTruth } from '#db/facts.ts';
import { openConflicts } from '#db/conflicts.ts';
import { orderRun, readStanding, type Control } from '#db/control.ts';
import { assertNotIn, assertTakes, enrolRun } from '#db/entries.ts';
import { activePlaybooks, insertRunEvent, readRun } from '#db/runs.ts';
import { readPerformed } from '#db/firings.ts';
import { forBatch } from '#db/statement.ts';
import { readStep } from '#db/steps.ts';
import type { Order } from '#domain/engine/control.ts';
import type { Missed } from '#domain/engine/missed.ts';
import { errorText } from '#domain/engine/error.ts';
import { factsFromRows } from '#domain/engine/facts-from-rows.ts';
import { previewRetry as preview, type RetryPreview } from '#domain/engine/retry-preview.ts';
import { undecided } from '#domain/engine/undecided.ts';
import { accepted, held, refused, type Deciding, type Handler } from './decision.ts';
import { enrolments, judge } from './entering.ts';

/** Each customer is answered: entered with its run, or the reason why not. Refused only when nobody enters. */
export const startRun: Handler<{ playbookId: string; customerIds: string[] }> = async (deciding) => {
	const { db, args, member } = deciding;
	const [active] = await activePlaybooks(db, member.workspaceId, args.playbookId);
	if (!active) return refused('not-active');
	const truth = (await readTruth(db, member.workspaceId, args.customerIds))!;
	const judged = await judge(deciding, { playbookId: active.id, version: active.version, definition: active.definition }, { by: 'person', userId: member.user.id }, truth);
	const gone = args.customerIds.filter((id) => !judged.some(({ customerId }) => customerId === id)).map((customerId) => ({ customerId, entered: false, reason: 'no-such-customer' }));
	const results = [...judged.map(({ customerId, enrolment }) => (enrolment.enters ? { customerId, entered: true, runId: enrolment.run.id } : { customerId, entered: false, reason: enrolment.code })), ...gone];
	if (!results.some(({ entered }) => entered)) return refused('nobody-entered', results);
	return accepted(forBatch(db, [assertTakes(active.id), ...enrolments(judged)]), { result: results, wakes: true });
};

/** What can't be at all, whatever moves; everything else could have been, and the run has moved on. */
const never = new Set(['no-such-run', 'no-such-step']);

/** Who does it, as a run's history keeps it: a program's name with it, for it is no member. */
const controlOf = ({ args, member, now }: Deciding<Controls>): Control => ({
	workspace: member.workspaceId,
	runId: args.runId,
	by: member.user.id,
	...(member.isProgram ? { name: member.user.name } : {}),
	reason: args.reason,
	now,
});
type Controls = { runId: string; reason: string };

/** A control over a run: held when the run has moved on since the person saw it. */
const control =
	<Args extends Controls>(order: (args: Args) => Order): Handler<Args> =>
	async (deciding) => {
		const { db, args } = deciding;
		const ordered = await orderRun(db, controlOf(deciding), order(args));
		if (ordered.isAllowed) return accepted(forBatch(db, ordered.statements), { wakes: true });
		if (ordered.code === 'settle-first') return held(ordered.code);
		return never.has(ordered.code) ? refused(ordered.code) : held('run-moved-on', { state: ordered.state, code: ordered.code });
	};

export const stopRun = control(() => ({ kind: 'stop' }));
export const pauseRun = control(() => ({ kind: 'pause' }));
export const resumeRun = control(({ missed }: Controls & { missed: Missed }) => ({ kind: 'resume', missed }));
export const retryStep = control(() => ({ kind: 'retry' }));
export const skipStep = control(() => ({ kind: 'skip' }));
export const jumpToStep = control(({ stepId }: Controls & { stepId: string }) => ({ kind: 'jump', stepId }));

/** The same playbook's active version on the same record, once more; both runs' histories say so. */
export const runAgain: Handler<Controls> = async (deciding) => {
	const { db, member, now } = deciding;
	const { runId, by, name, reason, workspace } = controlOf(deciding);
	const before = await readRun(db, runId);
	if (!before || before.workspace !== workspace) return refused('no-such-run');
	if (before.endedAt === null) return held('still-running', { state: before.state });
	const [active] = await activePlaybooks(db, workspace, before.playbookId);
	if (!active) return refused('not-active');
	const truth = (await readTruth(db, workspace, [before.subjectId]))!;
	const cause = { by: 'person', userId: by, ...(name ? { name } : {}) } as const;
	const judged = await judge(deciding, { playbookId: active.id, version: active.version, definition: active.definition }, cause, truth, true);
	const [one] = judged;
	if (!one) return refused('no-such-customer');
	if (!one.enrolment.enters) return one.enrolment.code === 'running' ? held('running') : refused(one.enrolment.code);
	const again = one.enrolment.run;
	const said = (id: string, type: string, other: string) => insertRunEvent(member.workspaceId, id, type, { by, ...(name ? { name } : {}), reason, run: other }, now);
	const statements = [assertTakes(active.id), assertNotIn(again), ...enrolRun(again, one.enrolment.first), said(again.id, 'began-again', runId), said(runId, 'run-again', again.id)];
	return accepted(forBatch(db, statements), { result: { runId: again.id }, wakes: true });
};

/** A read: the step as it would fire now, by the same reading as the worker's. */
export const previewRetry: Handler<{ runId: string }> = async ({ db, args, member, now }) => {
	const run = await readRun(db, args.runId);
	if (!run || run.workspace !== member.workspaceId) return refused('no-such-run');
	const standing = await readStanding(db, member.workspaceId, run.id, now);
	if (run.state !== 'failed' || !standing?.step) return held('run-moved-on', { state: run.state });
	// The retry is a step of its own behind the failed one, which counts among what was performed.
	const { number, stepId } = standing.step;
	const [failed, truth, conflicts, performed] = await Promise.all([
		readStep(db, run.id, number),
		readTruth(db, member.workspaceId, [run.subjectId]),
		openConflicts(db, member.workspaceId, [run.subjectId], now),
		readPerformed(db, run.id, stepId),
	]);
	const [one] = truth?.customers ?? [];
	if (!standing.definition || !one) return accepted([], { result: { outcome: 'fails', error: errorText(one ? 'unknown-version' : 'record-gone') } satisfies RetryPreview });
	const facts = factsFromRows(one, truth!.settings, { run });
	const firing = { definition: standing.definition, run, step: { number: number + 1, stepId, dueAt: now }, facts, now, performed, undecided: undecided(conflicts) };
	return accepted([], { result: preview(firing, failed?.input ?? null) });
};
