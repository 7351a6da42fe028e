/** A workspace's API keys: only their hashes are kept. */
import { and, eq, isNull } from 'drizzle-orm';
import type { Database } from './client.ts';
import { apiKey } from './schema/index.ts';
import { apiBucket, charge } from './quotas.ts';
import { bumpSeq, commitGuarded, seqNow, statement, type Statement } from './statement.ts';

export type ApiKey = typeof apiKey.$inferSelect;

/** How often it is written down that a key was used, ms. */
const usedEveryMs = 3_600_000;

/** A key that works, by the hash of its secret; null when there is none. */
export const findApiKey = async (database: Database, hash: string): Promise<ApiKey | null> => {
	const [row] = await database.select().from(apiKey).where(and(eq(apiKey.hash, hash), isNull(apiKey.revokedAt)));
	return row ?? null;
};

/** A key by id, whether it works or not. */
export const readApiKey = async (database: Database, workspace: string, id: string): Promise<ApiKey | null> => {
	const [row] = await database.select().from(apiKey).where(and(eq(apiKey.workspace, workspace), eq(apiKey.id, id)));
	return row ?? null;
};

/** A new key; `hint` is what its secret ends with. */
export const insertApiKey = (key: { workspace: string; id: string; name: string; hash: string; hint: string; by: string; now: number }): Statement =>
	statement(
		`INSERT INTO api_key (id, workspace, seq, name, hash, hint, created_by, created_at) VALUES (:id, :workspace, ${seqNow}, :name, :hash, :hint, :by, :now)`,
		key,
	);

/** From now on it opens nothing. */
export const revokeApiKey = (workspace: string, id: string, now: number): Statement =>
	statement(`UPDATE api_key SET seq = ${seqNow}, revoked_at = :now WHERE workspace = :workspace AND id = :id AND revoked_at IS NULL`, { workspace, id, now });

/** Notes that a key was used, at most once an hour; null when that is noted already. */
export const noteUse = ({ workspace, id, usedAt }: ApiKey, now: number): Statement[] | null =>
	usedAt !== null && now - usedAt < usedEveryMs ? null : [bumpSeq(workspace), statement(`UPDATE api_key SET seq = ${seqNow}, used_at = :now WHERE id = :id`, { workspace, id, now })];

/** How many orders a key may give in a minute: what a program does in bulk must leave the store and the rooms to people. */
export const ordersAMinute = 600;
const minuteMs = 60_000;

/** Counts orders of a key against its minute (ms UTC). Says when the next minute begins if they are too many: then none is counted. */
export const countOrders = async (database: Database, { workspace, id }: { workspace: string; id: string }, count: number, now: number): Promise<{ again: number } | null> => {
	const window = now - (now % minuteMs);
	const isCounted = await commitGuarded(database, charge(workspace, { bucket: `${apiBucket}${id}`, window, until: window + minuteMs, count, cap: ordersAMinute }), async () => false);
	return isCounted ? null : { again: window + minuteMs };
};
