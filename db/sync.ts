/**
 * The mirror's pages (design.md, The mirror): what changed in a workspace since a cursor, in the order of `seq`.
 * Commits are serialised by the store and each bumps `workspace.seq` inside its batch, so a seq is seen whole or not at all:
 * a reader that has passed seq n never misses a row of seq ≤ n.
 */
import { and, eq, getTableColumns, getTableName, inArray, sql, type SQL } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Role } from '#domain/access/roles.ts';
import { mirrorKinds, type MirrorKind, type MirrorRows } from '#domain/mirror.ts';
import type { Database } from './client.ts';
import * as schema from './schema/index.ts';

/** The value of a row's `seq` in drizzle's statements, inside a batch that has bumped it (db/commands.ts). */
export const seqOf = (workspaceId: string): SQL<number> => sql<number>`(SELECT seq FROM workspace WHERE id = ${workspaceId})`;

/** Who reads: rights decide which rows there are for them. */
export type Reader = { workspaceId: string; userId: string; role: Role; email: string };

/** A row on its way to a device, with its data or, when it was deleted, without. */
export type PageRow = { kind: MirrorKind; id: string; seq: number; deleted: boolean; data: Record<string, unknown> | null };
export type Page = { rows: PageRow[]; cursor: string; isDone: boolean; seq: number };

/**
 * Where a reader is: the key (seq, kind, id) of the last row it got, and the seq at which it began. Tombstones from before its
 * beginning are not for it: it never had the row.
 */
type Cursor = { seq: number; kind: number; id: string; start: number };

/** Columns that devices get, by kind: the fields of MirrorRows, nothing more. */
const columns: { [K in MirrorKind]: readonly (keyof MirrorRows[K] & string)[] } = {
	person: ['id', 'name', 'email', 'role', 'colour'],
	stage: ['id', 'name', 'position', 'colour'],
	field: ['id', 'subject', 'name', 'type', 'options', 'position'],
	tag: ['id', 'subject', 'name', 'colour'],
	team: ['id', 'name', 'memberIds'],
	customer: ['id', 'name', 'domain', 'externalId', 'parentId', 'stage', 'stageSince', 'owner', 'tags', 'team', 'custom', 'mrr', 'renewalAt', 'createdAt', 'updatedAt'],
	contact: ['id', 'customerId', 'name', 'email', 'phone', 'title', 'roles', 'tags', 'custom', 'createdAt', 'mergedFrom'],
	agreement: ['id', 'customerId', 'name', 'status', 'mrr', 'startAt', 'endAt', 'noticeDays', 'isTacit'],
	playbook: ['id', 'name', 'triggerType', 'draft', 'draftHash', 'problems', 'createdAt', 'updatedAt'],
	playbookVersion: ['id', 'playbookId', 'version', 'hash', 'note', 'author', 'changes', 'publishedAt'],
	activation: ['id', 'state', 'version', 'triggerType', 'activatedAt', 'activatedBy'],
	run: ['id', 'playbookId', 'version', 'subjectType', 'subjectId', 'state', 'hasErrors', 'epoch', 'rootRunId', 'parentRunId', 'depth', 'cause', 'nextStepId', 'nextDueAt', 'startedAt', 'endedAt', 'pausedAt'],
	step: ['id', 'runId', 'number', 'stepId', 'state', 'dueAt', 'startedAt', 'endedAt', 'attempts', 'error'],
	task: ['id', 'customerId', 'runId', 'title', 'description', 'assignees', 'teamId', 'dueAt', 'state', 'completedBy', 'completedAt', 'createdAt', 'doc', 'item', 'question', 'answer'],
	mail: ['id', 'kind', 'customerId', 'runId', 'from', 'to', 'cc', 'bcc', 'subject', 'html', 'text', 'state', 'error', 'at', 'delivery', 'deliveryAt'],
	interaction: ['id', 'customerId', 'contactId', 'userId', 'type', 'direction', 'title', 'body', 'at'],
	usageWeek: ['id', 'customerId', 'week', 'connections', 'activeUsers'],
	follow: ['id', 'userId', 'customerId'],
	view: ['id', 'owner', 'isShared', 'kind', 'name', 'position', 'definition'],
	note: ['id', 'customerId', 'kind', 'title', 'excerpt', 'author', 'isPinned', 'isRemoved', 'taskCount', 'doneCount', 'mentions', 'createdAt', 'updatedAt'],
	template: ['id', 'name', 'html', 'isRemoved', 'createdAt', 'updatedAt'],
	conflict: ['id', 'customerId', 'subjectType', 'subjectId', 'field', 'choices', 'state', 'openedAt', 'settledBy', 'settledAt', 'chosen'],
	draft: ['id', 'runId', 'number', 'customerId', 'assignees', 'teamId', 'from', 'replyTo', 'to', 'cc', 'bcc', 'subject', 'html', 'text', 'state', 'decidedBy', 'decidedAt', 'createdAt'],
	incident: ['id', 'kind', 'ref', 'detail', 'openedAt', 'closedAt'],
	apiKey: ['id', 'name', 'hint', 'createdBy', 'createdAt', 'usedAt', 'revokedAt'],
	deletion: ['id', 'name', 'by', 'at', 'erasesAt'],
	migration: ['id', 'playbookId', 'version', 'by', 'name', 'reason', 'state', 'total', 'kept', 'moved', 'ended', 'stayed', 'returned', 'notReturned', 'startedAt', 'endedAt'],
};

type MirrorTable = SQLiteTable & { id: SQLiteColumn; workspace: SQLiteColumn; seq: SQLiteColumn; deletedAt: SQLiteColumn };
const tableOf = (kind: MirrorKind): MirrorTable => schema[kind] as unknown as MirrorTable;

/** How many columns devices hold. They are only ever added to (S15): a cursor of another number belongs to rows that lack some, and isn't one any more. */
const shape = Object.values(columns).flat().length;

const written = (cursor: Cursor): string => `${shape}.${cursor.seq}.${cursor.kind}.${cursor.start}.${cursor.id}`;

/** Reads a cursor from a request; null when it is none. `0` and the empty text begin a new mirror. */
export function parseCursor(text: string): Cursor | 'begin' | null {
	if (text === '' || text === '0') return 'begin';
	const match = /^(\d{1,5})\.(\d{1,15})\.(\d{1,3})\.(\d{1,15})\.(.{0,200})$/s.exec(text);
	return match && Number(match[1]) === shape ? { seq: Number(match[2]), kind: Number(match[3]), start: Number(match[4]), id: match[5]! } : null;
}

/** Which rows of a kind a reader gets: links that sign somebody in are for administrators and for whom they were made; incidents for administrators; follows and private views for their person. */
function visible(kind: MirrorKind, reader: Reader, cursor: Cursor): SQL {
	if (kind === 'mail' && reader.role !== 'administrator')
		return sql` AND (kind NOT IN ('sign-in', 'invitation') OR EXISTS (SELECT 1 FROM json_each(to_addresses) WHERE value = ${reader.email}))`;
	if (kind === 'incident' && reader.role !== 'administrator') return sql` AND false`;
	if (kind === 'apiKey' && reader.role !== 'administrator') return sql` AND false`;
	if (kind === 'follow') return sql` AND user_id = ${reader.userId}`;
	// A view that was shared and is private now comes once more, as gone, to devices that may hold it.
	if (kind === 'view') return sql` AND (is_shared OR owner = ${reader.userId} OR (was_shared AND seq > ${cursor.start}))`;
	return sql``;
}

/** Whether a row that is there is not for this reader any more: their device takes it away. */
const isTakenFrom = (reader: Reader, { kind, data }: PageRow): boolean => kind === 'view' && data !== null && !data.isShared && data.owner !== reader.userId;

function keysAfter(reader: Reader, cursor: Cursor, limit: number): SQL {
	const parts = mirrorKinds.map((kind, index) => {
		const from = index < cursor.kind ? sql`seq > ${cursor.seq}` : index > cursor.kind ? sql`seq >= ${cursor.seq}` : sql`seq >= ${cursor.seq} AND (seq > ${cursor.seq} OR id > ${cursor.id})`;
		return sql`SELECT * FROM (SELECT seq, ${sql.raw(String(index))} AS kind, id FROM ${sql.identifier(getTableName(tableOf(kind)))}
			WHERE workspace = ${reader.workspaceId} AND ${from} AND (deleted_at IS NULL OR seq > ${cursor.start})${visible(kind, reader, cursor)} ORDER BY seq, id LIMIT ${limit})`;
	});
	return sql`SELECT seq, kind, id FROM (${sql.join(parts, sql` UNION ALL `)}) ORDER BY seq, kind, id LIMIT ${limit}`;
}

/** The next page after a cursor: at most `limit` rows. A row that changes meanwhile comes again later, with its newer seq. */
export async function readPage(db: Database, reader: Reader, after: Cursor | 'begin', limit: number): Promise<Page> {
	const [now] = await db.select({ seq: schema.workspace.seq }).from(schema.workspace).where(eq(schema.workspace.id, reader.workspaceId));
	if (!now) throw new Error(`no workspace ${reader.workspaceId}`);
	const cursor = after === 'begin' ? { seq: 0, kind: 0, id: '', start: now.seq } : after;
	const found = await db.all<{ seq: number; kind: number; id: string }>(keysAfter(reader, cursor, limit + 1));
	const keys = found.slice(0, limit);
	const last = keys.at(-1);
	const data = await readRows(db, reader.workspaceId, keys);
	return {
		rows: keys.flatMap((key) => data.get(`${key.kind} ${key.id}`) ?? []).map((row) => (isTakenFrom(reader, row) ? { ...row, deleted: true, data: null } : row)),
		cursor: written(last ? { ...last, start: cursor.start } : cursor),
		isDone: found.length <= limit,
		seq: now.seq,
	};
}

/** Rows as devices get them, by `kind id` (kind as its index in mirrorKinds); one that isn't there is left out. */
export async function readRows(db: Database, workspaceId: string, keys: readonly { kind: number; id: string }[]): Promise<Map<string, PageRow>> {
	const rows = new Map<string, PageRow>();
	const kinds = [...new Set(keys.map((key) => key.kind))];
	const [first, ...rest] = kinds.map((index) => {
		const kind = mirrorKinds[index]!;
		const table = tableOf(kind);
		const all = getTableColumns(table) as Record<string, SQLiteColumn>;
		const picked = Object.fromEntries([...columns[kind], 'seq', 'deletedAt'].map((name) => [name, all[name]!]));
		const ids = keys.filter((key) => key.kind === index).map((key) => key.id);
		return db.select(picked).from(table).where(and(eq(table.workspace, workspaceId), inArray(table.id, sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`)));
	});
	if (!first) return rows;
	const results = await db.batch([first, ...rest]);
	results.forEach((result, n) => {
		const index = kinds[n]!;
		for (const { seq, deletedAt, ...data } of result as Record<string, unknown>[]) {
			const deleted = deletedAt !== null;
			rows.set(`${index} ${data.id}`, { kind: mirrorKinds[index]!, id: String(data.id), seq: Number(seq), deleted, data: deleted ? null : data });
		}
	});
	return rows;
}
