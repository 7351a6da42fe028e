/** What runs ask of people and of the world, as they see it: tasks, mails, mails that wait for a word, and what providers told of them. */
import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Delivery } from '#domain/delivery.ts';
import type { Answer, Question } from '#domain/question.ts';
import { at, json, mirrored } from './columns.ts';

/** A task a person does. id = intent key when a playbook made it (truly once). */
export const task = sqliteTable(
	'task',
	{
		...mirrored(),
		id: text('id').primaryKey(),
		customerId: text('customer_id'),
		runId: text('run_id'),
		title: text('title').notNull(),
		description: text('description').notNull(),
		/** Users who may do it; the first that completes it does. */
		assignees: json<string[]>('assignees').notNull(),
		teamId: text('team_id'),
		dueAt: at('due_at'),
		state: text('state').$type<'open' | 'done' | 'cancelled'>().notNull(),
		completedBy: text('completed_by'),
		completedAt: at('completed_at'),
		createdAt: at('created_at').notNull(),
		/** The note whose box stands for it, and that box; a box's own task has the box's id. */
		doc: text('doc'),
		item: text('item'),
		/** What is asked, when it is done by answering, and the answer once there is one. */
		question: json<Question>('question'),
		answer: json<Answer>('answer'),
	},
	(t) => [index('task_seq').on(t.workspace, t.seq), index('task_run').on(t.runId)],
);

/** Every mail that was sent or captured: the Outbox. id = intent key, or generated for sign-in links and invitations. */
export const mail = sqliteTable(
	'mail',
	{
		...mirrored(),
		id: text('id').primaryKey(),
		kind: text('kind').$type<'automatic' | 'internal' | 'sign-in' | 'invitation' | 'validated'>().notNull(),
		customerId: text('customer_id'),
		runId: text('run_id'),
		from: text('from_address').notNull(),
		to: json<string[]>('to_addresses').notNull(),
		cc: json<string[]>('cc_addresses').notNull(),
		bcc: json<string[]>('bcc_addresses').notNull(),
		subject: text('subject').notNull(),
		html: text('html').notNull(),
		text: text('text').notNull(),
		state: text('state').$type<'captured' | 'sent' | 'failed' | 'unknown'>().notNull(),
		providerId: text('provider_id'),
		error: text('error'),
		at: at('at').notNull(),
		/** What the provider told of it later, and when that happened; null when it told nothing. */
		delivery: text('delivery').$type<Delivery>(),
		deliveryAt: at('delivery_at'),
	},
	(t) => [index('mail_seq').on(t.workspace, t.seq), index('mail_customer').on(t.customerId), index('mail_provider').on(t.providerId).where(sql`provider_id IS NOT NULL`)],
);

/**
 * A mail that waits for a person's word (AC7): rendered when its step fired. id = the key of the intent that sends it, once it is
 * approved; how that went is in `mail` under the same id.
 */
export const draft = sqliteTable(
	'draft',
	{
		...mirrored(),
		id: text('id').primaryKey(),
		runId: text('run_id').notNull(),
		number: integer('number').notNull(),
		customerId: text('customer_id').notNull(),
		/** Users who may decide it; the first that does does. */
		assignees: json<string[]>('assignees').notNull(),
		teamId: text('team_id'),
		from: text('from_address').notNull(),
		replyTo: text('reply_to'),
		to: json<string[]>('to_addresses').notNull(),
		cc: json<string[]>('cc_addresses').notNull(),
		bcc: json<string[]>('bcc_addresses').notNull(),
		subject: text('subject').notNull(),
		html: text('html').notNull(),
		text: text('text').notNull(),
		state: text('state').$type<'waiting' | 'approved' | 'cancelled'>().notNull(),
		decidedBy: text('decided_by'),
		decidedAt: at('decided_at'),
		createdAt: at('created_at').notNull(),
	},
	(t) => [index('draft_seq').on(t.workspace, t.seq), index('draft_run').on(t.runId)],
);

/** What a provider told of a mail (R12): each once. `mailId` is the intent's key, or the row's id of a mail that no run sent. */
export const callback = sqliteTable(
	'callback',
	{
		/** The workspace, and the provider's own id of this callback. */
		id: text('id').primaryKey(),
		workspace: text('workspace').notNull(),
		mailId: text('mail_id').notNull(),
		delivery: text('delivery').$type<Delivery>().notNull(),
		reason: text('reason'),
		/** When it happened, as the provider says; and when it was told. */
		at: at('at').notNull(),
		receivedAt: at('received_at').notNull(),
	},
	(t) => [index('callback_mail').on(t.mailId)],
);
