/** Everything that firing steps are judged by, but the facts: read in one exchange, however many they are, or in the one that claims them. */
import { and, asc, eq, inArray, lt, sql, type SQL } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import type { IntentRequest } from '#domain/actions/action.ts';
import type { PlaybookDefinition } from '#domain/documents/playbook/definition.ts';
import type { Answered } from '#domain/engine/firing.ts';
import type { Run } from '#domain/engine/run.ts';
import { takenIn } from './callbacks.ts';
import type { Database } from './client.ts';
import { databaseClock } from './clock.ts';
import { given, givenList, kept } from './kept.ts';
import { isLost, type Intent } from './intents.ts';
import { claimJobs, type Claim, type Job } from './jobs.ts';
import { packed, unpacked } from './packed.ts';
import { runOf } from './runs.ts';
import { type StepRow } from './steps.ts';
import { intent, playbookVersion, run, step, task, waitToken } from './schema/index.ts';

export type Firing = {
	run: Run;
	step: StepRow;
	/** The pinned version; null when it is missing. */
	definition: PlaybookDefinition | null;
	/** The intents of this step, by part, with what their provider has told of them. */
	intents: Intent[];
	/** What the step waited for, once that has come. */
	resumed: { kind: 'task' | 'run' | 'draft'; ref: string; at: number; /** What a person answered, if it was a question. */ answered: Answered | null } | null;
	/** What earlier attempts of the step did in this run, or a person left (R12): a retry must not do it again. */
	performed: { part: number; request: IntentRequest }[];
	/** What the step asked for earlier in this run and nobody knows the outcome of, or not yet. */
	lost: { part: number; request: IntentRequest }[];
};

/** What needs no doing again: it is done, or a person left it (R12). A task that was cancelled before anybody did it has not been: who comes back to its step is asked again. */
const isOver = sql`((${intent.state} = 'done' AND NOT (${intent.kind} = 'task' AND EXISTS (SELECT 1 FROM task WHERE task.id = ${intent.key} AND task.state = 'cancelled'))) OR (${intent.state} = 'abandoned' AND json_extract(${intent.response}, '$.settled.outcome') = 'left'))`;

/** The queries about some steps and their runs, each given as what stands behind `IN`. */
const queriesOf = (steps: SQL, runs: SQL) => (database: Database) => {
	const thisStep = alias(step, 'this_step');
	return [
		database.select({ rows: packed(run) }).from(run).where(inArray(run.id, runs)),
		database.select({ rows: packed(step) }).from(step).where(inArray(step.id, steps)),
		database
			.select({ playbookId: playbookVersion.playbookId, version: playbookVersion.version, definition: playbookVersion.definition })
			.from(playbookVersion)
			.where(sql`(${playbookVersion.playbookId}, ${playbookVersion.version}) IN (SELECT playbook_id, version FROM run WHERE id IN ${runs})`),
		database.select({ intent, taken: sql<number | null>`${sql.raw(takenIn('"intent"."key"'))}` }).from(thisStep).innerJoin(intent, and(eq(intent.runId, thisStep.runId), eq(intent.number, thisStep.number))).where(inArray(thisStep.id, steps)).orderBy(asc(intent.part)),
		database
			.select({ id: waitToken.id, kind: waitToken.kind, ref: waitToken.ref, consumedAt: waitToken.consumedAt, answer: task.answer, by: task.completedBy, answeredAt: task.completedAt })
			.from(waitToken)
			.leftJoin(task, and(eq(task.id, waitToken.ref), sql`${waitToken.kind} = 'task'`))
			.where(inArray(waitToken.id, steps)),
		database
			.select({ of: thisStep.id, part: intent.part, request: intent.request, state: intent.state })
			.from(thisStep)
			.innerJoin(intent, and(eq(intent.runId, thisStep.runId), lt(intent.number, thisStep.number), sql`(${isOver} OR ${isLost})`))
			.innerJoin(step, and(eq(step.runId, intent.runId), eq(step.number, intent.number), eq(step.stepId, thisStep.stepId)))
			.where(inArray(thisStep.id, steps)),
		database.select({ now: sql<number>`${sql.raw(databaseClock)}` }).from(sql`(SELECT 1)`),
	] as const;
};

const askFirings = kept(queriesOf(givenList('steps'), givenList('runs')));
// A step's id is its run's and its number.
const askClaimed = kept(queriesOf(sql`(SELECT run_id || ':' || number FROM job WHERE token = ${given('token')})`, sql`(SELECT run_id FROM job WHERE token = ${given('token')})`));

/** What step jobs fire on, by job id, and the database's clock then, ms (R20). A job whose run or step is not there has none. */
export type Firings = { firings: Map<number, Firing>; now: number };

/** Reads what step jobs fire on. */
export const readFirings = async (database: Database, jobs: readonly Job[]): Promise<Firings> => {
	const asked = { steps: JSON.stringify(ofSteps(jobs).map(keyOf)), runs: JSON.stringify([...new Set(ofSteps(jobs).map(({ runId }) => runId))]) };
	return firingsOf(jobs, await askFirings(database, asked));
};

/**
 * Claims as `claimJobs`, and reads what the claimed jobs fire on in the same exchange. `read` makes sense of it, and throws when one of the rows
 * can't be read; it is null when the claim's answer was lost.
 */
export const claimFirings = async (database: Database, claim: Claim): Promise<{ jobs: Job[]; read: (() => Firings) | null }> => {
	let answers: (() => Answers) | null = null;
	const jobs = await claimJobs(database, claim, async (claiming) => {
		const { result, read } = await askClaimed.after(database, claiming, { token: claim.token });
		answers = read;
		return result;
	});
	const read = answers as (() => Answers) | null;
	return { jobs, read: read && (() => firingsOf(jobs, read())) };
};

type Answers = Awaited<ReturnType<typeof askFirings>>;

const firingsOf = (jobs: readonly Job[], [[runs], [steps], versions, intents, waits, earlier, [clock]]: Answers): Firings => {
	const definitions = new Map(versions.map(({ playbookId, version, definition }) => [`${playbookId} ${version}`, definition as PlaybookDefinition]));
	const runById = new Map(unpacked(run, runs!.rows).map((row) => [row.id, row]));
	const byStep = new Map<string, Firing>();
	for (const row of unpacked(step, steps!.rows)) {
		const runRow = runById.get(row.runId);
		if (runRow) byStep.set(row.id, { run: runOf(runRow), step: row, definition: definitions.get(`${runRow.playbookId} ${runRow.version}`) ?? null, intents: [], resumed: null, performed: [], lost: [] });
	}
	for (const { intent: row, taken } of intents) byStep.get(`${row.runId}:${row.number}`)?.intents.push({ ...(row as Intent), isTaken: taken === null ? null : taken === 1 });
	for (const { of, part, request, state } of earlier) byStep.get(of)?.[state === 'unknown' || state === 'sending' ? 'lost' : 'performed'].push({ part, request: request as IntentRequest });
	for (const { id, kind, ref, consumedAt, answer, by, answeredAt } of waits) {
		const firing = byStep.get(id);
		if (firing && consumedAt !== null) firing.resumed = { kind, ref, at: consumedAt, answered: answer && { answer, by, at: answeredAt } };
	}
	const firings = new Map(ofSteps(jobs).flatMap((one) => {
		const firing = byStep.get(keyOf(one));
		return firing ? [[one.id, firing] as const] : [];
	}));
	return { firings, now: clock!.now };
};

const ofSteps = (jobs: readonly Job[]): Job[] => jobs.filter((one) => one.runId !== null && one.number !== null);
const keyOf = ({ runId, number }: Job): string => `${runId}:${number}`;

/** What a step of the playbook has done in a run so far. */
export const readPerformed = async (database: Database, runId: string, stepId: string): Promise<Firing['performed']> => {
	const rows = await database
		.select({ part: intent.part, request: intent.request })
		.from(intent)
		.innerJoin(step, and(eq(step.runId, intent.runId), eq(step.number, intent.number)))
		.where(and(eq(intent.runId, runId), eq(step.stepId, stepId), isOver));
	return rows as Firing['performed'];
};
