/** `GET /api/sync`: one page of the mirror for a member. */
import type { Database } from '#db/client.ts';
import { parseCursor, readPage, type Page } from '#db/sync.ts';
import type { Member } from './session.ts';

const limits = { default: 1_000, most: 2_000 };

/** The page after a cursor, by the member's rights; null when the cursor is none of ours. */
export async function pageFor(db: Database, { workspaceId, role, user }: Member, after: string, limit: string | null): Promise<Page | null> {
	const cursor = parseCursor(after);
	if (!cursor) return null;
	const asked = Number.parseInt(limit ?? '', 10);
	const size = Number.isFinite(asked) ? Math.min(Math.max(asked, 1), limits.most) : limits.default;
	return readPage(db, { workspaceId, userId: user.id, role, email: user.email }, cursor, size);
}
