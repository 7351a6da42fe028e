/** Turns what the engine decided for a step into one fenced batch, which ends its job and begins what comes next (R4, R14). */
import type { Firing } from '#db/firings.ts';
import { deleteJob, insertStepJob, isQuarantined, leaseMs, moveJob, releaseJob, type Job } from '#db/jobs.ts';
import { quarantinedStep } from '#db/incidents.ts';
import { changeRun } from '#db/runs.ts';
import { changeStep, insertStep, moveStep } from '#db/steps.ts';
import { endWaits, listen, resumeWaits } from '#db/waits.ts';
import type { Statement } from '#db/statement.ts';
import { findStep } from '#domain/engine/next-step.ts';
import type { Decision } from '#domain/engine/run.ts';
import { commitHeld, type Written } from './commit-held.ts';
import type { Engine } from './engine.ts';
import { lastWord, unsaid, type Later } from './perform.ts';

/** What a skipped time leads to: the action isn't done, a split leads on, and another wait is a time of its own. */
const skippedNext = (definition: Firing['definition'], stepId: string): Record<string, unknown> | null => {
	const kind = definition && findStep(definition, stepId)?.kind;
	return kind === 'action' ? { isSkipped: true } : kind === 'split' ? { skipsNext: true } : null;
};

/** A decision that needs nothing done first. */
export type Final = Exclude<Decision, { kind: 'perform' }>;

/** A decision about a job's step. */
export type Conclusion = { job: Job; firing: Firing; decision: Final };

/** Commits decisions about jobs of one claim, made at `now` (ms). Says of each whether it was; if not, another worker or a person was faster: then nothing of it changed. */
export const conclude = async (engine: Engine, now: number, conclusions: readonly Conclusion[]): Promise<Written> => {
	const written = await commitHeld(engine, now, conclusions.map(({ job, firing, decision }) => ({ job, statements: statementsOf(engine, now, job, firing, decision) })));
	for (const { job, decision } of conclusions) {
		const word = written.get(job.id);
		if (word instanceof Error) continue;
		engine.trace?.({ event: 'committed', job: job.id, run: job.runId, number: job.number, outcome: word ? decision.kind : 'overtaken', ms: engine.now() - (job.visibleAt - leaseMs) });
	}
	return written;
};

/** Puts a step off, because an outside system could not be asked or did not answer (R16). */
export const postpone = (engine: Engine, job: Job, { run, step }: Firing, { at, now, isAttempt, notes, error }: Later): Promise<Written> => {
	const about = { workspace: run.workspace, runId: run.id, now };
	const statements = [
		...notes,
		changeStep({ ...about, number: step.number, state: 'scheduled', attempts: job.attempt, error }),
		changeRun({ ...about, state: 'running', next: { stepId: step.stepId, dueAt: at } }),
		releaseJob(job, at, isAttempt),
	];
	return commitHeld(engine, now, [{ job, statements }]);
};

const statementsOf = (engine: Engine, now: number, job: Job, { run, step, intents, definition }: Firing, decision: Final): Statement[] => {
	const { workspace } = run;
	const about = { workspace, runId: run.id, now };
	const thisStep = { ...about, number: step.number, attempts: job.attempt };
	switch (decision.kind) {
		case 'reschedule':
			return [
				moveJob(job, decision.at),
				...(decision.at === step.dueAt ? [] : moveStep({ workspace, runId: run.id, number: step.number, dueAt: decision.at })),
				...(decision.note === undefined ? [] : [changeStep({ ...thisStep, state: 'scheduled', attempts: job.attempt - 1, error: decision.note })]),
			];

		case 'wait': {
			const { kind, ref } = decision.for;
			const { until = null } = decision;
			return [
				...(until === null ? [deleteJob(job.id)] : [moveJob(job, until), ...moveStep({ workspace, runId: run.id, number: step.number, dueAt: until })]),
				changeStep({ ...thisStep, state: 'waiting', error: null }),
				changeRun({ ...about, state: 'waiting', next: { stepId: step.stepId, dueAt: until } }),
				...listen({ workspace, runId: run.id, number: step.number, epoch: run.epoch, kind, ref }, now),
			];
		}

		case 'next': {
			const { state, output, next, vars } = decision;
			// Skipped after a pause it may have asked for something that it would wait for.
			const ended = [...(decision.isUnanswered || state === 'skipped' ? endWaits(workspace, run.id, now) : []), deleteJob(job.id), changeStep({ ...thisStep, state, output, ...(state === 'skipped' ? {} : { error: null }) })];
			const hasErrors = state === 'failed';
			if (!next) return [...ended, changeRun({ ...about, state: 'completed', next: null, vars, hasErrors }), ...(run.parentRunId === null ? [] : resumeWaits(workspace, 'run', run.id, now))];
			const number = step.number + 1;
			return [
				...ended,
				insertStep({ workspace, runId: run.id, number, next }),
				insertStepJob({ workspace, runId: run.id, number, dueAt: next.dueAt, epoch: run.epoch, shard: engine.shard, payload: job.payload?.skipsNext === true ? skippedNext(definition, next.stepId) : null }),
				changeRun({ ...about, state: 'running', next, vars, hasErrors }),
			];
		}

		case 'fail': {
			// What was on its way when the step was given up may have arrived: a person must know before they try again (R12).
			const onItsWay = intents.filter((intent) => intent.state === 'sending');
			const isUnknown = decision.isUnknown === true || onItsWay.some((intent) => unsaid(intent).state === 'unknown') || intents.some((intent) => intent.state === 'unknown');
			engine.log('a run is stuck', { run: run.id, step: step.stepId, number: step.number, error: decision.error });
			return [
				// Nobody would hear an answer any more, or that a task is done: tried again, the step asks anew.
				...endWaits(workspace, run.id, now),
				deleteJob(job.id),
				...onItsWay.flatMap((intent) => lastWord(run, intent, unsaid(intent), now)),
				changeStep({ ...thisStep, state: isUnknown ? 'unknown' : 'failed', error: decision.error }),
				changeRun({ ...about, state: 'failed', next: { stepId: step.stepId, dueAt: null } }),
				...(isQuarantined(job) ? quarantinedStep({ ...about, number: step.number, stepId: step.stepId, playbookId: run.playbookId, customerId: run.subjectId }) : []),
			];
		}
	}
};
