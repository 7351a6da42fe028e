/** What a person's own decisions have led to (ADR 28): the runs that they set going, and what became of a customer's field. */
import { and, desc, eq, gte, sql } from 'drizzle-orm';
import type { FieldChange } from '#domain/commands/own-consequence.ts';
import type { Database } from './client.ts';
import { event } from './schema/index.ts';

/** More changes of one field than an act leads to: whoever has to look further back says that it isn't its own doing. */
const mostChanges = 20;

/** The roots of the runs that the accepted commands of an act let go on, and when the first of these was decided (ms); null when there are none. `act` ends in `-`. */
export const runsOfAct = async (database: Database, workspace: string, userId: string, act: string): Promise<{ roots: Set<string>; since: number } | null> => {
	const isOfAct = sql`id >= ${act} AND id < ${`${act.slice(0, -1)}.`} AND workspace = ${workspace} AND user_id = ${userId} AND json_extract(outcome, '$.status') = 'accepted'`;
	const rows = await database.all<{ root: string; at: number }>(sql`
		WITH act AS (SELECT at, json_extract(args, '$.taskId') AS task, json_extract(args, '$.draftId') AS draft, json_extract(args, '$.runId') AS run FROM command WHERE ${isOfAct}),
		run_of_act AS (SELECT act.at, t.run_id AS id FROM act JOIN task t ON t.id = act.task UNION SELECT act.at, d.run_id FROM act JOIN draft d ON d.id = act.draft UNION SELECT at, run FROM act)
		SELECT r.root_run_id AS root, run_of_act.at FROM run_of_act JOIN run r ON r.id = run_of_act.id AND r.workspace = ${workspace}`);
	return rows.length === 0 ? null : { roots: new Set(rows.map(({ root }) => root)), since: Math.min(...rows.map(({ at }) => at)) };
};

/** The changes of a customer's field since a time (ms), newest first. */
export const fieldChanges = async (database: Database, workspace: string, customerId: string, field: string, since: number): Promise<FieldChange[]> => {
	const rows = await database
		.select({ data: event.data, cause: event.cause })
		.from(event)
		.where(and(eq(event.workspace, workspace), eq(event.subjectId, customerId), gte(event.at, since), sql`json_extract(${event.data}, '$.field') = ${field} AND ${event.type} GLOB 'customer.*-changed'`))
		.orderBy(desc(event.seq))
		.limit(mostChanges);
	return rows.map(({ data, cause }) => ({ from: (data['from'] ?? null) as FieldChange['from'], to: (data['to'] ?? null) as FieldChange['to'], rootRunId: (cause as { rootRunId?: string } | null)?.rootRunId ?? null }));
};
