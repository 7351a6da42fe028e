/** Playbooks as they are published and activated. Versions are immutable (R23): the unique key of (playbook, version) keeps them so. */
import { and, asc, desc, eq, isNull, sql } from 'drizzle-orm';
import type { PlaybookDefinition } from '#domain/documents/playbook/definition.ts';
import type { OtherPlaybook } from '#domain/engine/playbook-loops.ts';
import type { VersionChange } from '#domain/mirror.ts';
import type { Database } from './client.ts';
import type { Statement } from './commands.ts';
import { playbook } from './schema/documents.ts';
import { activation, playbookVersion, run } from './schema/engine.ts';
import { liveStates } from './runs.ts';
import { seqOf } from './sync.ts';

export type Version = { version: number; hash: string; definition: PlaybookDefinition };

const columns = { version: playbookVersion.version, hash: playbookVersion.hash, definition: playbookVersion.definition };

/** The newest version of a playbook, or null when none was published. */
export async function newestVersion(db: Database, workspaceId: string, playbookId: string): Promise<Version | null> {
	const [row] = await db.select(columns).from(playbookVersion).where(and(eq(playbookVersion.workspace, workspaceId), eq(playbookVersion.playbookId, playbookId))).orderBy(desc(playbookVersion.version)).limit(1);
	return (row as Version | undefined) ?? null;
}

/** One version of a playbook, or null. */
export async function readVersion(db: Database, workspaceId: string, playbookId: string, version: number): Promise<Version | null> {
	const [row] = await db
		.select(columns)
		.from(playbookVersion)
		.where(and(eq(playbookVersion.workspace, workspaceId), eq(playbookVersion.playbookId, playbookId), eq(playbookVersion.version, version)));
	return (row as Version | undefined) ?? null;
}

/** Every version's definition, by its number. */
export async function readDefinitions(db: Database, workspaceId: string, playbookId: string): Promise<Map<number, PlaybookDefinition>> {
	const rows = await db.select(columns).from(playbookVersion).where(and(eq(playbookVersion.workspace, workspaceId), eq(playbookVersion.playbookId, playbookId)));
	return new Map(rows.map(({ version, definition }) => [version, definition as PlaybookDefinition]));
}

/** A playbook's draft as last published by its room, or null. */
export async function readDraft(db: Database, workspaceId: string, playbookId: string): Promise<PlaybookDefinition | null> {
	const [row] = await db.select({ draft: playbook.draft }).from(playbook).where(and(eq(playbook.workspace, workspaceId), eq(playbook.id, playbookId), isNull(playbook.deletedAt)));
	return (row?.draft as PlaybookDefinition | undefined) ?? null;
}

/** The workspace's other playbooks: the active version's definition where there is one, else the draft's. */
export async function otherPlaybooks(db: Database, workspaceId: string, playbookId: string): Promise<OtherPlaybook[]> {
	const rows = await db
		.select({ id: playbook.id, name: playbook.name, draft: playbook.draft, state: activation.state, definition: playbookVersion.definition })
		.from(playbook)
		.leftJoin(activation, eq(activation.id, playbook.id))
		.leftJoin(playbookVersion, and(eq(playbookVersion.playbookId, playbook.id), eq(playbookVersion.version, activation.version)))
		.where(and(eq(playbook.workspace, workspaceId), isNull(playbook.deletedAt)))
		.orderBy(asc(playbook.id));
	return rows.filter(({ id }) => id !== playbookId).map(({ id, name, draft, state, definition }) => ({ id, name, isActive: state === 'active', definition: (state === 'active' ? (definition ?? draft) : draft) as PlaybookDefinition }));
}

export type NewVersion = Version & { playbookId: string; note: string; author: string; changes: VersionChange[]; publishedAt: number };

/** Statement of a new version. Its key aborts the batch when somebody published that number first. */
export const insertVersion = (db: Database, workspaceId: string, made: NewVersion): Statement =>
	db.insert(playbookVersion).values({ ...made, id: `${made.playbookId}:${made.version}`, workspace: workspaceId, seq: seqOf(workspaceId) });

export const readActivation = async (db: Database, workspaceId: string, playbookId: string) =>
	(await db.select().from(activation).where(and(eq(activation.workspace, workspaceId), eq(activation.id, playbookId))))[0] ?? null;

/** Statement that lets a version take new records. */
export const activate = (db: Database, workspaceId: string, to: { playbookId: string; version: number; triggerType: string; at: number; by: string }): Statement => {
	const values = { seq: seqOf(workspaceId), deletedAt: null, state: 'active' as const, version: to.version, triggerType: to.triggerType, activatedAt: to.at, activatedBy: to.by };
	return db.insert(activation).values({ ...values, id: to.playbookId, workspace: workspaceId }).onConflictDoUpdate({ target: activation.id, set: values });
};

/** Statement that ends or holds an activation. */
export const setActivation = (db: Database, workspaceId: string, playbookId: string, state: 'paused' | 'inactive'): Statement =>
	db.update(activation).set({ state, seq: seqOf(workspaceId) }).where(and(eq(activation.workspace, workspaceId), eq(activation.id, playbookId)));

/** The runs of a playbook that are not over. */
export const liveRuns = async (db: Database, workspaceId: string, playbookId: string): Promise<string[]> =>
	(
		await db
			.select({ id: run.id })
			.from(run)
			.where(and(eq(run.workspace, workspaceId), eq(run.playbookId, playbookId), sql`${run.state} IN (SELECT value FROM json_each(${JSON.stringify(liveStates)}))`))
			.orderBy(asc(run.id))
	).map(({ id }) => id);
