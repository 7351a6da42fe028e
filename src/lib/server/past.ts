/** What a run's step was done on (BE7): the record's values as they were when it fired, beside those of now. */
import type { Database } from '#db/client.ts';
import { readTruth } from '#db/facts.ts';
import { readPast } from '#db/past.ts';
import { readRun } from '#db/runs.ts';
import { readStep } from '#db/steps.ts';
import { factsFromRows } from '#domain/engine/facts-from-rows.ts';
import type { ContactFacts, CustomerFacts } from '#domain/engine/facts.ts';
import { rewind } from '#domain/engine/rewind.ts';
import type { Member } from './session.ts';

type Values = { customer: CustomerFacts; contacts: ContactFacts[] };
/** `now` null: the customer is gone. */
export type StepPast = { at: number; then: Values; now: Values | null };

/** The values at a step that has fired; null when the workspace has no such step, or it has not fired yet. */
export async function pastOf(db: Database, { workspaceId }: Member, runId: string, number: number): Promise<StepPast | null> {
	const [run, step] = await Promise.all([readRun(db, runId), readStep(db, runId, number)]);
	const at = step?.startedAt ?? step?.endedAt ?? null;
	if (!run || run.workspace !== workspaceId || at === null) return null;
	const [past, truth] = await Promise.all([readPast(db, workspaceId, run.subjectId, at, { runId, number }), readTruth(db, workspaceId, [run.subjectId])]);
	if (!past || !truth) return null;
	const values = (rows: Parameters<typeof factsFromRows>[0]): Values => {
		const { customer, contacts } = factsFromRows(rows, truth.settings);
		return { customer, contacts };
	};
	const [rows] = truth.customers;
	return { at, then: values(rewind(past.now, past.recorded)), now: rows ? values(rows) : null };
}
