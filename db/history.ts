/** What happened, for people who look back: a customer's events, and a run with all its steps. */
import { and, asc, desc, eq, gte, lt, sql } from 'drizzle-orm';
import type { Actor, Cause, EventType, RecordedEvent } from '#domain/events/event.ts';
import type { Database } from './client.ts';
import { event } from './schema/documents.ts';
import { intent, playbookVersion, run, runEvent, step } from './schema/engine.ts';
import { runArchive } from './schema/operations.ts';

/** Events of a page; those of its last millisecond are all in it, so that the next page may begin before that. */
const pageSize = 100;

/** A customer's events before a time (ms), newest first. */
export async function eventsOf(db: Database, workspaceId: string, customerId: string, before: number): Promise<RecordedEvent[]> {
	const own = and(eq(event.workspace, workspaceId), eq(event.customerId, customerId), lt(event.at, before));
	const [last] = await db.select({ at: event.at }).from(event).where(own).orderBy(desc(event.at)).limit(1).offset(pageSize - 1);
	const rows = await db
		.select()
		.from(event)
		.where(last ? and(own, gte(event.at, last.at)) : own)
		.orderBy(desc(event.at), desc(event.seq), asc(event.id));
	return rows.map(({ id, type, subjectType, subjectId, customerId, at, actor, cause, data }) => ({
		...{ id, type: type as EventType, subjectType: subjectType as RecordedEvent['subjectType'], subjectId, customerId, at },
		...{ actor: actor as Actor, cause: cause as Cause | null, data },
	}));
}

/** A run with its definition, steps, intents and history, as of one moment, also when it was put away (db/archive.ts); null when there is no such run. */
export async function runInFull(db: Database, workspaceId: string, id: string) {
	const [runs, definitions, steps, intents, events, archived] = await db.batch([
		db.select().from(run).where(and(eq(run.workspace, workspaceId), eq(run.id, id))),
		db
			.select({ definition: playbookVersion.definition })
			.from(playbookVersion)
			.where(sql`(${playbookVersion.playbookId}, ${playbookVersion.version}) IN (SELECT playbook_id, version FROM run WHERE id = ${id} AND workspace = ${workspaceId})`),
		db.select().from(step).where(and(eq(step.runId, id), eq(step.workspace, workspaceId))).orderBy(asc(step.number)),
		db.select().from(intent).where(and(eq(intent.runId, id), eq(intent.workspace, workspaceId))).orderBy(asc(intent.number), asc(intent.part)),
		db.select().from(runEvent).where(and(eq(runEvent.runId, id), eq(runEvent.workspace, workspaceId))).orderBy(asc(runEvent.n)),
		db.select().from(runArchive).where(and(eq(runArchive.workspace, workspaceId), eq(runArchive.id, id))),
	]);
	const definition = definitions[0]?.definition ?? null;
	if (archived[0]) return { ...(archived[0].content as { run: typeof run.$inferSelect; steps: typeof steps; intents: typeof intents; events: typeof events }), definition };
	return runs[0] ? { run: runs[0], definition, steps, intents, events } : null;
}
