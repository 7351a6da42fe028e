/** Web Push: which devices asked for it, and what is to be pushed to them. Neither is mirrored: a device knows its own. */
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { at, json } from './columns.ts';

/** One browser that asked for notifications. It lives as long as the session that made it and the membership (MO1). */
export const pushSubscription = sqliteTable(
	'push_subscription',
	{
		id: text('id').primaryKey(),
		workspace: text('workspace').notNull(),
		userId: text('user_id').notNull(),
		sessionId: text('session_id').notNull(),
		/** Where the browser's push service takes messages for this device. */
		endpoint: text('endpoint').notNull().unique(),
		p256dh: text('p256dh').notNull(),
		auth: text('auth').notNull(),
		/** What for: `task`, … (src/domain/push.ts). */
		topics: json<string[]>('topics').notNull(),
		language: text('language').notNull(),
		label: text('label').notNull(),
		createdAt: at('created_at').notNull(),
		lastOkAt: at('last_ok_at'),
		/** Since when the push service refuses; null when the last one was taken. */
		failedSince: at('failed_since'),
	},
	(t) => [index('push_subscription_user').on(t.workspace, t.userId)],
);

/** What is to be pushed: one row for each (device, thing), so that nothing is announced twice. */
export const push = sqliteTable(
	'push',
	{
		subscriptionId: text('subscription_id').notNull(),
		/** `task:task_…`: also the notification's tag, so that the same one again takes its own place. */
		ref: text('ref').notNull(),
		workspace: text('workspace').notNull(),
		topic: text('topic').notNull(),
		subjectId: text('subject_id').notNull(),
		state: text('state').$type<'waiting' | 'sent' | 'dropped' | 'failed'>().notNull(),
		visibleAt: at('visible_at').notNull(),
		token: text('token'),
		attempts: integer('attempts').notNull().default(0),
		error: text('error'),
		createdAt: at('created_at').notNull(),
		settledAt: at('settled_at'),
	},
	(t) => [primaryKey({ columns: [t.subscriptionId, t.ref] }), index('push_due').on(t.workspace, t.state, t.visibleAt)],
);

/** How far a workspace's changes were looked through for what is to be pushed: a seq. */
export const pushMark = sqliteTable('push_mark', { workspace: text('workspace').primaryKey(), seq: integer('seq').notNull() });
