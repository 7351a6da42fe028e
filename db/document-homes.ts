/** Which workspace a document belongs to: as published, or, before its first publishing, as its create command says. */
import { eq, sql } from 'drizzle-orm';
import type { Database } from './client.ts';
import { projection } from './schema/documents.ts';

/** The workspace of a document's room, or null when nobody made such a document. */
export async function workspaceOfDocument(db: Database, doc: string): Promise<string | null> {
	const [published] = await db.select({ workspace: projection.workspace }).from(projection).where(eq(projection.doc, doc));
	if (published) return published.workspace;
	const made = await db.all<{ workspace: string }>(
		sql`SELECT workspace FROM command WHERE type IN ('create-customer', 'create-playbook', 'create-note', 'create-template') AND json_extract(args, '$.id') = ${doc} AND json_extract(outcome, '$.status') = 'accepted' LIMIT 1`,
	);
	return made[0]?.workspace ?? null;
}
