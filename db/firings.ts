/** Everything a step's firing is judged by, but the facts: read in one exchange. */
import { and, asc, eq, lt, sql } from 'drizzle-orm';
import type { IntentRequest } from '#domain/actions/action.ts';
import type { PlaybookDefinition } from '#domain/documents/playbook/definition.ts';
import type { Run } from '#domain/engine/run.ts';
import type { Database } from './client.ts';
import type { Intent } from './intents.ts';
import type { Job } from './jobs.ts';
import { runOf } from './runs.ts';
import { type StepRow } from './steps.ts';
import { intent, playbookVersion, run, step, waitToken } from './schema/index.ts';

export type Firing = {
	run: Run;
	step: StepRow;
	/** The pinned version; null when it is missing. */
	definition: PlaybookDefinition | null;
	/** The intents of this step, by part. */
	intents: Intent[];
	/** What the step waited for, once that has come. */
	resumed: { kind: 'task' | 'run' | 'draft'; ref: string; at: number } | null;
	/** What earlier attempts of the step did in this run, or a person left (R12): a retry must not do it again. */
	performed: { part: number; request: IntentRequest }[];
};

/** What a step's job fires on; null when its run or step is not there. */
export const readFiring = async (database: Database, { runId, number }: Job): Promise<Firing | null> => {
	if (runId === null || number === null) return null;
	const thisStep = and(eq(step.runId, runId), eq(step.number, number));
	const stepId = database.select({ stepId: step.stepId }).from(step).where(thisStep);
	const [runs, steps, versions, intents, waits, performed] = await database.batch([
		database.select().from(run).where(eq(run.id, runId)),
		database.select().from(step).where(thisStep),
		database
			.select({ definition: playbookVersion.definition })
			.from(playbookVersion)
			.innerJoin(run, and(eq(run.playbookId, playbookVersion.playbookId), eq(run.version, playbookVersion.version)))
			.where(eq(run.id, runId)),
		database.select().from(intent).where(and(eq(intent.runId, runId), eq(intent.number, number))).orderBy(asc(intent.part)),
		database.select().from(waitToken).where(and(eq(waitToken.runId, runId), eq(waitToken.number, number))),
		database
			.select({ part: intent.part, request: intent.request })
			.from(intent)
			.innerJoin(step, and(eq(step.runId, intent.runId), eq(step.number, intent.number)))
			.where(and(eq(intent.runId, runId), lt(intent.number, number), sql`(${intent.state} = 'done' OR (${intent.state} = 'abandoned' AND json_extract(${intent.response}, '$.settled.outcome') = 'left'))`, eq(step.stepId, stepId))),
	]);
	if (!runs[0] || !steps[0]) return null;
	const wait = waits[0];
	return {
		run: runOf(runs[0]),
		step: steps[0],
		definition: (versions[0]?.definition as PlaybookDefinition | undefined) ?? null,
		intents: intents as Intent[],
		resumed: wait?.consumedAt != null ? { kind: wait.kind, ref: wait.ref, at: wait.consumedAt } : null,
		performed: performed as Firing['performed'],
	};
};
