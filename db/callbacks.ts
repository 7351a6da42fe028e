/** What providers tell later about what was sent: each callback once, whenever it comes (R12). */
import { and, eq } from 'drizzle-orm';
import { deliveries, type Delivery } from '#domain/delivery.ts';
import type { Database } from './client.ts';
import { callback, mail } from './schema/index.ts';
import { bumpSeq, guard, seqNow, statement, type Statement } from './statement.ts';

export type CallbackRow = typeof callback.$inferSelect;
export type Told = Pick<CallbackRow, 'id' | 'workspace' | 'mailId' | 'delivery' | 'reason' | 'at' | 'receivedAt'>;

/** Whether a callback was taken already. */
export const isKnownCallback = async (database: Database, id: string): Promise<boolean> => (await database.select({ id: callback.id }).from(callback).where(eq(callback.id, id))).length > 0;

/** The mail that a provider calls by its own id; null when no row of the workspace has it. */
export const mailOfProvider = async (database: Database, workspace: string, providerId: string): Promise<string | null> =>
	(await database.select({ id: mail.id }).from(mail).where(and(eq(mail.workspace, workspace), eq(mail.providerId, providerId))))[0]?.id ?? null;

/** The rank of a delivery in SQL: later news outranks earlier news. */
const rank = (column: string): string => `CASE ${column} ${deliveries.map((delivery, index) => `WHEN '${delivery}' THEN ${index}`).join(' ')} ELSE -1 END`;

/** What is known of a mail's delivery, for its row, whichever of the two came first: `:id` is the mail's. */
export const deliveryKnown = (column: 'delivery' | 'at'): string => `(SELECT c.${column} FROM callback c WHERE c.mail_id = :id ORDER BY ${rank('c.delivery')} DESC LIMIT 1)`;

/** SQL: whether a provider took what it told of (1), or only said that it failed (0; `wasTaken`); NULL when it told nothing. `key` is SQL, too. */
export const takenIn = (key: string): string => `(SELECT MAX(delivery <> '${'failed' satisfies Delivery}') FROM callback WHERE mail_id = ${key})`;

/** The same of one mail, null when nothing was told. */
export const readTaken = async (database: Database, key: string): Promise<boolean | null> => {
	const taken = (await database.$client.execute(statement(`SELECT ${takenIn(':key')} AS taken`, { key }))).rows[0]!.taken;
	return taken === null ? null : taken === 1;
};

/** Aborts the batch by which an intent becomes unknown, when its provider has told of it: then it isn't (R12). */
export const assertUntold = (key: string): Statement => guard(`${takenIn(':key')} IS NULL`, { key });

/** Aborts the batch that only keeps a callback, when its mail has become unknown meanwhile: then it settles it (R12). */
export const assertKnown = (key: string): Statement => guard(`NOT EXISTS (SELECT 1 FROM intent WHERE key = :key AND state = 'unknown')`, { key });

/** Keeps a callback and shows it at its mail. Its id aborts the batch of a second one. `bumpSeq` included. */
export const keepCallback = (told: Told): Statement[] => [
	bumpSeq(told.workspace),
	statement(`INSERT INTO callback (id, workspace, mail_id, delivery, reason, at, received_at) VALUES (:id, :workspace, :mailId, :delivery, :reason, :at, :receivedAt)`, told),
	statement(
		`UPDATE mail SET seq = ${seqNow}, delivery = :delivery, delivery_at = :at, error = CASE WHEN :reason IS NULL THEN error ELSE :reason END
		 WHERE id = :mailId AND workspace = :workspace AND ${rank('COALESCE(delivery, \'\')')} < ${rank(':delivery')}`,
		{ workspace: told.workspace, mailId: told.mailId, delivery: told.delivery, reason: told.reason, at: told.at },
	),
];

