/** The life of an import: begun, fed in pieces, ended or cancelled. What was imported stays in any case. */
import type { Database } from '#db/client.ts';
import { beginImport, endImport, readImport, type ImportRow } from '#db/imports.ts';
import type { ImportMapping } from '#domain/import/mapping.ts';
import { refuse } from './answer.ts';
import { generatedId } from './generated-id.ts';
import type { Member } from './session.ts';

/** Begins an import with a mapping, which holds for all its pieces. */
export async function startImport(db: Database, { workspaceId, user }: Member, { fileName, mapping }: { fileName: string; mapping: ImportMapping }): Promise<{ id: string }> {
	const id = generatedId('import');
	await beginImport(db, { id, workspace: workspaceId, userId: user.id, fileName, state: 'running', rows: 0, errors: [], mapping, startedAt: Date.now() });
	return { id };
}

/** The import that rows are for, or why they can't be taken. */
export async function importAt(db: Database, { workspaceId }: Member, id: string): Promise<ImportRow | Response> {
	const job = await readImport(db, workspaceId, id);
	if (!job) return refuse(404, 'no-such-import', 'There is no such import in your workspace: begin a new one.');
	return job.state === 'running' ? job : refuse(409, 'import-ended', 'This import has ended: begin a new one.');
}

/** Ends an import, once; answers what it came to. */
export async function closeImport(db: Database, { workspaceId }: Member, id: string, state: 'done' | 'cancelled') {
	await endImport(db, workspaceId, id, state, Date.now());
	const job = await readImport(db, workspaceId, id);
	return job && { state: job.state, rows: job.rows, created: job.created, updated: job.updated, unchanged: job.unchanged, errors: job.errors };
}
