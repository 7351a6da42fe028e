/** What happened, for people who look back: a customer's events, and a run with all its steps. */
import { and, asc, desc, eq, gte, inArray, isNotNull, lt, or, sql } from 'drizzle-orm';
import type { Actor, Cause, EventType, RecordedEvent } from '#domain/events/event.ts';
import type { ListedRun, RunFilter } from '#domain/engine/listed-run.ts';
import type { Database } from './client.ts';
import { customer, event } from './schema/documents.ts';
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

/** A run with its definition, those of versions it was on before, steps, intents and history, as of one moment, also when it was put away (db/archive.ts); null when there is no such run. */
export async function runInFull(db: Database, workspaceId: string, id: string) {
	const [runs, definitions, steps, intents, events, archived, changes] = await db.batch([
		db.select().from(run).where(and(eq(run.workspace, workspaceId), eq(run.id, id))),
		db
			.select({ definition: playbookVersion.definition })
			.from(playbookVersion)
			.where(sql`(${playbookVersion.playbookId}, ${playbookVersion.version}) IN (SELECT playbook_id, version FROM run WHERE id = ${id} AND workspace = ${workspaceId})`),
		db.select().from(step).where(and(eq(step.runId, id), eq(step.workspace, workspaceId))).orderBy(asc(step.number)),
		db.select().from(intent).where(and(eq(intent.runId, id), eq(intent.workspace, workspaceId))).orderBy(asc(intent.number), asc(intent.part)),
		db.select().from(runEvent).where(and(eq(runEvent.runId, id), eq(runEvent.workspace, workspaceId))).orderBy(asc(runEvent.n)),
		db.select().from(runArchive).where(and(eq(runArchive.workspace, workspaceId), eq(runArchive.id, id))),
		changesBy(db, workspaceId, id),
	]);
	const definition = definitions[0]?.definition ?? null;
	const found = archived[0] ? (archived[0].content as { run: typeof run.$inferSelect; steps: typeof steps; intents: typeof intents; events: typeof events }) : runs[0] && { run: runs[0], steps, intents, events };
	return found ? { ...found, definition, changes, earlier: await versionsBefore(db, workspaceId, found.run, found.events) } : null;
}

/** What the run changed of its customer, as it was recorded: the value before is told only there. */
const changesBy = (db: Database, workspaceId: string, runId: string) =>
	db
		.select({ type: event.type, subjectId: event.subjectId, at: event.at, data: event.data })
		.from(run)
		.innerJoin(event, and(eq(event.workspace, run.workspace), eq(event.customerId, run.subjectId), gte(event.at, run.startedAt)))
		.where(and(eq(run.workspace, workspaceId), eq(run.id, runId), sql`json_extract(${event.actor}, '$.kind') = 'run'`, sql`json_extract(${event.actor}, '$.id') = ${runId}`))
		.orderBy(asc(event.at), asc(event.seq));

/** The versions that a run was moved from or to, but for the one that it is on (BE2). */
async function versionsBefore(db: Database, workspaceId: string, { playbookId, version: present }: Pick<typeof run.$inferSelect, 'playbookId' | 'version'>, events: readonly { type: string; data: unknown }[]) {
	const moves = events.filter(({ type }) => type === 'migrated' || type === 'migration-undone').flatMap(({ data }) => [(data as { from: number }).from, (data as { to: number }).to]);
	const versions = [...new Set(moves)].filter((version) => version !== present);
	if (versions.length === 0) return [];
	return db
		.select({ version: playbookVersion.version, definition: playbookVersion.definition })
		.from(playbookVersion)
		.where(and(eq(playbookVersion.workspace, workspaceId), eq(playbookVersion.playbookId, playbookId), inArray(playbookVersion.version, versions)))
		.orderBy(asc(playbookVersion.version));
}

/** Where a page of runs goes on: behind the run that began at `startedAt` (ms) and has this id. */
export type RunPlace = { startedAt: number; id: string };

const states = { all: undefined, done: and(eq(run.state, 'completed'), eq(run.hasErrors, false)), errors: and(eq(run.state, 'completed'), eq(run.hasErrors, true)), stopped: eq(run.state, 'stopped') };

/** Runs that were put away (db/archive.ts) and pass the filter, the latest first, at most `limit`. Their other states are over. */
export async function runsPutAway(db: Database, workspaceId: string, filter: RunFilter & { state: keyof typeof states }, after: RunPlace | null, limit: number): Promise<ListedRun[]> {
	const { id, playbookId, version, subjectType, subjectId, state, hasErrors, epoch, rootRunId, parentRunId, depth, nextStepId, nextDueAt, startedAt, endedAt, pausedAt } = run;
	return db
		.select({ id, playbookId, version, subjectType, subjectId, state, hasErrors, epoch, rootRunId, parentRunId, depth, nextStepId, nextDueAt, startedAt, endedAt, pausedAt })
		.from(run)
		.innerJoin(runArchive, eq(runArchive.id, run.id))
		.where(
			and(
				eq(run.workspace, workspaceId),
				isNotNull(run.deletedAt),
				states[filter.state],
				filter.playbookId === null ? undefined : eq(run.playbookId, filter.playbookId),
				filter.customerId === null ? undefined : eq(run.subjectId, filter.customerId),
				filter.owner === null ? undefined : inArray(run.subjectId, db.select({ id: customer.id }).from(customer).where(and(eq(customer.workspace, workspaceId), eq(customer.owner, filter.owner)))),
				filter.since === null ? undefined : gte(run.startedAt, filter.since),
				after === null ? undefined : or(lt(run.startedAt, after.startedAt), and(eq(run.startedAt, after.startedAt), lt(run.id, after.id))),
			),
		)
		.orderBy(desc(run.startedAt), desc(run.id))
		.limit(limit);
}
