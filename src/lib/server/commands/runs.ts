/** Starting runs by hand, and control over those that are under way (R8). */
import { readTruth } from '#db/facts.ts';
import { activePlaybooks, readRun, retryRun, skipStep as skipStatements, stopRun as stopStatements, type Control } from '#db/runs.ts';
import { forBatch, type Statement } from '#db/statement.ts';
import type { RunState } from '#domain/engine/run.ts';
import { accepted, held, refused, type Handler } from './decision.ts';
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
	return accepted(forBatch(db, enrolments(judged)), { result: results, wakes: true });
};

/** A control over a run: held when the run has moved on since the person saw it. */
const control =
	(statements: (control: Control) => Statement[], states: readonly RunState[]): Handler<{ runId: string }> =>
	async ({ db, args, member, now }) => {
		const run = await readRun(db, args.runId);
		if (!run || run.workspace !== member.workspaceId) return refused('no-such-run');
		if (!states.includes(run.state)) return held('run-moved-on', { state: run.state });
		return accepted(forBatch(db, statements({ workspace: member.workspaceId, runId: run.id, by: member.user.id, reason: 'by-hand', now })), { wakes: true });
	};

export const stopRun = control(stopStatements, ['running', 'waiting', 'paused', 'failed']);
export const retryStep = control(retryRun, ['failed']);
export const skipStep = control(skipStatements, ['failed', 'waiting']);
