/**
 * Who may sign in, and to which workspaces. The first six tables are better-auth's (its organization is our
 * workspace); their timestamps are in its own form.
 */
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { at, json, mirrored } from './columns.ts';

const moment = (name: string) => integer(name, { mode: 'timestamp_ms' });

export const user = sqliteTable('user', {
	id: text('id').primaryKey(),
	name: text('name').notNull(),
	email: text('email').notNull().unique(),
	emailVerified: integer('email_verified', { mode: 'boolean' }).notNull().default(false),
	image: text('image'),
	createdAt: moment('created_at').notNull(),
	updatedAt: moment('updated_at').notNull(),
});

export const session = sqliteTable('session', {
	id: text('id').primaryKey(),
	token: text('token').notNull().unique(),
	userId: text('user_id').notNull(),
	activeOrganizationId: text('active_organization_id'),
	expiresAt: moment('expires_at').notNull(),
	ipAddress: text('ip_address'),
	userAgent: text('user_agent'),
	createdAt: moment('created_at').notNull(),
	updatedAt: moment('updated_at').notNull(),
});

export const account = sqliteTable('account', {
	id: text('id').primaryKey(),
	accountId: text('account_id').notNull(),
	providerId: text('provider_id').notNull(),
	userId: text('user_id').notNull(),
	accessToken: text('access_token'),
	refreshToken: text('refresh_token'),
	idToken: text('id_token'),
	accessTokenExpiresAt: moment('access_token_expires_at'),
	refreshTokenExpiresAt: moment('refresh_token_expires_at'),
	scope: text('scope'),
	password: text('password'),
	createdAt: moment('created_at').notNull(),
	updatedAt: moment('updated_at').notNull(),
});

export const verification = sqliteTable('verification', {
	id: text('id').primaryKey(),
	identifier: text('identifier').notNull(),
	value: text('value').notNull(),
	expiresAt: moment('expires_at').notNull(),
	createdAt: moment('created_at').notNull(),
	updatedAt: moment('updated_at').notNull(),
});

/** A workspace: better-auth's organization, with our settings. `seq` grows with every commit that devices must see. */
export const workspace = sqliteTable('workspace', {
	id: text('id').primaryKey(),
	name: text('name').notNull(),
	slug: text('slug').notNull().unique(),
	logo: text('logo'),
	metadata: text('metadata'),
	createdAt: moment('created_at').notNull(),
	seq: integer('seq').notNull().default(0),
	timeZone: text('time_zone').notNull().default('Europe/Paris'),
	language: text('language').notNull().default('en'),
	/** ISO weekdays that are worked, 1 = Monday. */
	workingDays: json<number[]>('working_days').notNull().default([1, 2, 3, 4, 5]),
	/** ISO dates on which nobody works. */
	holidays: json<string[]>('holidays').notNull().default([]),
	/** The address that mail comes from; null = the captured default. */
	mailFrom: text('mail_from'),
	/** Resend API key; null = mail is captured in the Outbox. */
	resendKey: text('resend_key'),
	/** Standard Webhooks secret (`whsec_…`) that signs what Call webhook sends. */
	webhookSecret: text('webhook_secret'),
	/** Where incidents are told of, by a signed webhook; null = nowhere but in the app (R24). */
	alertUrl: text('alert_url'),
	/** The secret by which Resend signs its callbacks (`whsec_…`); null = it tells nothing. */
	resendWebhookSecret: text('resend_webhook_secret'),
	/** How long automation waits for a person to settle a conflict, in hours (SY6). */
	conflictHours: integer('conflict_hours').notNull().default(24),
	/** How many mails of one sender automation may send a day; null = as many as there are (R18). */
	mailsADay: integer('mails_a_day'),
	/** Stops all claiming of this workspace's jobs (R17). */
	isPaused: integer('is_paused', { mode: 'boolean' }).notNull().default(false),
});

export const member = sqliteTable(
	'member',
	{
		id: text('id').primaryKey(),
		organizationId: text('organization_id').notNull(),
		userId: text('user_id').notNull(),
		role: text('role').notNull(),
		createdAt: moment('created_at').notNull(),
	},
	(t) => [uniqueIndex('member_once').on(t.organizationId, t.userId), index('member_user').on(t.userId)],
);

export const invitation = sqliteTable('invitation', {
	id: text('id').primaryKey(),
	organizationId: text('organization_id').notNull(),
	email: text('email').notNull(),
	role: text('role'),
	status: text('status').notNull(),
	expiresAt: moment('expires_at').notNull(),
	inviterId: text('inviter_id').notNull(),
	createdAt: moment('created_at'),
});

/** What devices know of a member: a copy of user × member that carries the mirror's seq. id = user id. */
export const person = sqliteTable(
	'person',
	{
		...mirrored(),
		id: text('id').notNull(),
		name: text('name').notNull(),
		email: text('email').notNull(),
		role: text('role').notNull(),
		colour: text('colour').notNull(),
	},
	(t) => [uniqueIndex('person_once').on(t.workspace, t.id), index('person_seq').on(t.workspace, t.seq)],
);

/** The outcome of every command that was decided; a replay returns it (design.md: what people decide). */
export const command = sqliteTable('command', {
	id: text('id').primaryKey(),
	workspace: text('workspace').notNull(),
	userId: text('user_id').notNull(),
	type: text('type').notNull(),
	args: json<unknown>('args').notNull(),
	outcome: json<{ status: 'accepted' | 'held' | 'refused'; reason?: string; result?: unknown }>('outcome').notNull(),
	at: at('at').notNull(),
});
