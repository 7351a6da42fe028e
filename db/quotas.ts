/** Quotas in the store (R18): charged in the batch that prepares requests, refused there too, whichever rooms charge at once. */
import { fits, type Charge, type Used } from '#domain/engine/quota.ts';
import type { Database } from './client.ts';
import { guard, statement, type Statement } from './statement.ts';

/** Begins the buckets of API keys (db/api-keys.ts): those of a minute, which aren't senders. */
export const apiBucket = 'api:';

/** Charges, or aborts the whole batch when it doesn't fit (as `fits` says). Earlier windows of the bucket are forgotten. */
export const charge = (workspace: string, { bucket, window, count, cap }: Charge): Statement[] => [
	statement('DELETE FROM quota WHERE workspace = :workspace AND bucket = :bucket AND window < :window', { workspace, bucket, window }),
	statement(
		`INSERT INTO quota (workspace, bucket, window, used, cap) VALUES (:workspace, :bucket, :window, :count, :cap)
		 ON CONFLICT (workspace, bucket, window) DO UPDATE SET used = used + excluded.used, cap = excluded.cap`,
		{ workspace, bucket, window, count, cap },
	),
	guard('EXISTS (SELECT 1 FROM quota WHERE workspace = :workspace AND bucket = :bucket AND window = :window AND (used <= :cap OR used = :count))', { workspace, bucket, window, count, cap }),
];

/** The first of the charges that doesn't fit now, or null. */
export const exhausted = async (database: Database, workspace: string, charges: readonly Charge[]): Promise<Charge | null> => {
	for (const one of charges) {
		const { bucket, window } = one;
		const found = await database.$client.execute(statement('SELECT used FROM quota WHERE workspace = :workspace AND bucket = :bucket AND window = :window', { workspace, bucket, window }));
		if (!fits(one, Number(found.rows[0]?.used ?? 0))) return one;
	}
	return null;
};

/** What was charged in windows that began after a time (ms), most first. */
export const usedSince = (workspace: string, since: number): Statement =>
	statement(`SELECT bucket, used, cap FROM quota WHERE workspace = :workspace AND window > :since AND bucket NOT GLOB '${apiBucket}*' ORDER BY used DESC, bucket LIMIT 20`, { workspace, since });

/** Rows of `usedSince`. */
export const usedOf = (rows: readonly Record<string, unknown>[]): Used[] => rows.map((row) => ({ bucket: String(row.bucket), used: Number(row.used), cap: Number(row.cap) }));
