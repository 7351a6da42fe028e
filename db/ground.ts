/** What a decision is based on, as the store has it now (SY3), and the guard that keeps it so until the decision is written (R4). */
import { getTableName } from 'drizzle-orm';
import type { Ground, Read } from '#domain/commands/ground.ts';
import { mirrorKinds, type MirrorKind, type MirrorRows } from '#domain/mirror.ts';
import type { Database } from './client.ts';
import * as schema from './schema/index.ts';
import { guard, type Statement } from './statement.ts';
import { readRows } from './sync.ts';

type Known = { kind: MirrorKind; id: string; seq: number | null; data: unknown };

/** How often rows may lead to other rows: a task to its run, a run to its customer. */
const depth = 5;

/**
 * The ground that `compute` names over the rows of a workspace, and statements that abort a batch when one of these rows has changed
 * since. `compute` is asked again until every row that it reads is there.
 */
export const readGround = async (database: Database, workspace: string, compute: (read: Read) => Ground): Promise<{ ground: Ground; guards: Statement[] }> => {
	const known = new Map<string, Known>();
	for (let n = 0; n < depth; n++) {
		const missing = new Map<string, Known>();
		const read: Read = (kind, id) => {
			const key = `${kind} ${id}`;
			if (!known.has(key)) missing.set(key, { kind, id, seq: null, data: null });
			return (known.get(key)?.data ?? undefined) as MirrorRows[typeof kind] | undefined;
		};
		const ground = compute(read);
		if (missing.size === 0) return { ground, guards: guardsOf(workspace, [...known.values()]) };
		const rows = await readRows(database, workspace, [...missing.values()].map(({ kind, id }) => ({ kind: mirrorKinds.indexOf(kind), id })));
		for (const [key, { kind, id }] of missing) {
			const row = rows.get(`${mirrorKinds.indexOf(kind)} ${id}`);
			known.set(key, row && !row.deleted ? { kind, id, seq: row.seq, data: row.data } : { kind, id, seq: null, data: null });
		}
	}
	throw new Error('A command’s ground reads rows without end.');
};

/** One statement for each kind: as many rows as were read still have the seq that they had; those that weren't there are still not. */
const guardsOf = (workspace: string, rows: readonly Known[]): Statement[] =>
	mirrorKinds.flatMap((kind) => {
		const table = `"${getTableName(schema[kind])}"`;
		const [there, gone] = [rows.filter((row) => row.kind === kind && row.seq !== null), rows.filter((row) => row.kind === kind && row.seq === null)];
		const isSame = `(SELECT COUNT(*) FROM json_each(:rows) r JOIN ${table} t ON t.id = r.value ->> 'id' AND t.seq = r.value ->> 'seq' AND t.workspace = :workspace) = :count`;
		const isGone = `NOT EXISTS (SELECT 1 FROM json_each(:ids) r JOIN ${table} t ON t.id = r.value AND t.workspace = :workspace AND t.deleted_at IS NULL)`;
		return [
			...(there.length > 0 ? [guard(isSame, { workspace, rows: JSON.stringify(there.map(({ id, seq }) => ({ id, seq }))), count: there.length })] : []),
			...(gone.length > 0 ? [guard(isGone, { workspace, ids: JSON.stringify(gone.map(({ id }) => id)) })] : []),
		];
	});
