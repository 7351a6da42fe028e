/** The devices of a person that asked for notifications. */
import { and, asc, eq } from 'drizzle-orm';
import type { Database } from './client.ts';
import { pushSubscription } from './schema/index.ts';
import { statement, type Statement } from './statement.ts';

export type PushSubscriptionRow = typeof pushSubscription.$inferSelect;
export type NewPushSubscription = Omit<PushSubscriptionRow, 'lastOkAt' | 'failedSince'>;

/** This person's devices in this workspace, oldest first. */
export const subscriptionsOf = (db: Database, workspace: string, userId: string): Promise<PushSubscriptionRow[]> =>
	db
		.select()
		.from(pushSubscription)
		.where(and(eq(pushSubscription.workspace, workspace), eq(pushSubscription.userId, userId)))
		.orderBy(asc(pushSubscription.createdAt), asc(pushSubscription.id));

/**
 * Keeps a device's subscription. An endpoint belongs to one browser: asking again changes what for; asking as another person, or in
 * another workspace, takes it over, and what was to be sent to it before is forgotten.
 */
export const keepSubscription = (made: NewPushSubscription): Statement[] => {
	const args = { ...made, topics: JSON.stringify(made.topics) };
	const isOther = '(push_subscription.workspace <> :workspace OR push_subscription.user_id <> :userId)';
	return [
		statement(`DELETE FROM push_subscription WHERE endpoint = :endpoint AND ${isOther}`, { endpoint: made.endpoint, workspace: made.workspace, userId: made.userId }),
		statement(
			`INSERT INTO push_subscription (id, workspace, user_id, session_id, endpoint, p256dh, auth, topics, language, label, created_at)
			 VALUES (:id, :workspace, :userId, :sessionId, :endpoint, :p256dh, :auth, :topics, :language, :label, :createdAt)
			 ON CONFLICT (endpoint) DO UPDATE SET session_id = excluded.session_id, p256dh = excluded.p256dh, auth = excluded.auth, topics = excluded.topics,
				language = excluded.language, label = excluded.label`,
			args,
		),
	];
};

/** Takes a device off, if it is this person's. */
export const forgetSubscription = (userId: string, endpoint: string): Statement[] => [
	statement('DELETE FROM push WHERE subscription_id IN (SELECT id FROM push_subscription WHERE endpoint = :endpoint AND user_id = :userId)', { endpoint, userId }),
	statement('DELETE FROM push_subscription WHERE endpoint = :endpoint AND user_id = :userId', { endpoint, userId }),
];
