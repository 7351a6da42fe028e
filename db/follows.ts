/** Who follows which customer (CU12). */
import { and, eq, isNull } from 'drizzle-orm';
import type { Database } from './client.ts';
import type { Statement } from './commands.ts';
import { follow } from './schema/portfolio.ts';
import { seqOf } from './sync.ts';

type Follow = { workspaceId: string; userId: string; customerId: string };
/** A user's ids have no colon: the row of one person and customer is one row. A workspace is in it by its customer. */
const idOf = ({ userId, customerId }: Follow): string => `${userId}:${customerId}`;

/** Statement that follows. Followed already = nothing changes. */
export const followStatement = (db: Database, one: Follow): Statement => {
	const row = { userId: one.userId, customerId: one.customerId, workspace: one.workspaceId, seq: seqOf(one.workspaceId), deletedAt: null };
	return db.insert(follow).values({ ...row, id: idOf(one) }).onConflictDoUpdate({ target: follow.id, set: row });
};

/** Statement that follows no longer, leaving a tombstone. */
export const unfollowStatement = (db: Database, one: Follow, now: number): Statement =>
	db
		.update(follow)
		.set({ deletedAt: now, seq: seqOf(one.workspaceId) })
		.where(and(eq(follow.id, idOf(one)), eq(follow.workspace, one.workspaceId), isNull(follow.deletedAt)));
