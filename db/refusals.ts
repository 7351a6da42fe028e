/** Records that a playbook was about to take and did not (BE6, R19): the last time for each reason, with what was seen. */
import { and, desc, eq, inArray } from 'drizzle-orm';
import type { Explanation } from '#domain/conditions/condition.ts';
import type { EntryRefusal } from '#domain/engine/enrol.ts';
import type { RunCause } from '#domain/engine/run.ts';
import type { Cause } from '#domain/events/event.ts';
import type { Database } from './client.ts';
import { entryRefusal } from './schema/index.ts';
import { asJson, statement, type Statement } from './statement.ts';

export type Refused = { workspace: string; playbookId: string; version: number; subjectId: string; code: EntryRefusal; at: number; cause: RunCause; filters: Explanation; parent: Cause | null };
export type RefusedRow = Refused & { times: number };

/** The refusals that stop a loop (R19). */
const limitCodes = ['lineage', 'depth', 'burst'] as const satisfies readonly EntryRefusal[];
export const isLimit = (code: EntryRefusal): boolean => (limitCodes as readonly string[]).includes(code);

/** Keeps a refusal, in the batch that decided it. */
export const keepRefusal = ({ workspace, playbookId, version, subjectId, code, at, cause, filters, parent }: Refused): Statement =>
	statement(
		`INSERT INTO entry_refusal (workspace, playbook_id, subject_id, code, version, at, times, cause, filters, parent, parent_run_id)
		 VALUES (:workspace, :playbookId, :subjectId, :code, :version, :at, 1, :cause, :filters, :parent, :parentRunId)
		 ON CONFLICT (playbook_id, subject_id, code) DO UPDATE SET version = excluded.version, at = excluded.at, times = times + 1, cause = excluded.cause, filters = excluded.filters,
			parent = excluded.parent, parent_run_id = excluded.parent_run_id WHERE excluded.at >= entry_refusal.at`,
		{ workspace, playbookId, version, subjectId, code, at, cause: asJson(cause), filters: asJson(filters), parent: asJson(parent), parentRunId: parent?.runId ?? null },
	);

/** Where refusals are looked for: of one record in one playbook, or those that one run led to. */
export type RefusalsOf = { playbookId: string; subjectId: string } | { parentRunId: string } | { playbookId: string; isLimit: true };

/** Refusals, the newest first, at most 50. */
export async function readRefusals(database: Database, workspace: string, of: RefusalsOf): Promise<RefusedRow[]> {
	const where = 'parentRunId' in of ? eq(entryRefusal.parentRunId, of.parentRunId) : and(eq(entryRefusal.playbookId, of.playbookId), 'subjectId' in of ? eq(entryRefusal.subjectId, of.subjectId) : inArray(entryRefusal.code, [...limitCodes]));
	const rows = await database.select().from(entryRefusal).where(and(eq(entryRefusal.workspace, workspace), where)).orderBy(desc(entryRefusal.at)).limit(50);
	return rows.map(({ parentRunId: _, ...row }) => ({ ...row, cause: row.cause as RunCause, filters: row.filters as Explanation, parent: row.parent as Cause | null }));
}
