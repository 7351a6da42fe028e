/**
 * Rows projected from documents (step 4 of the walk). Only a document room writes them, guarded by
 * (doc, epoch, position) (S11); they can be rebuilt from the room's log at any time (S13).
 */
import { index, integer, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { sql } from 'drizzle-orm';
import type { Actor } from '#domain/events/event.ts';
import type { ConflictChoice } from '#domain/mirror.ts';
import { at, json, mirrored } from './columns.ts';

const isUndrained = sql`drained_at IS NULL`;

/** How far a document is published, and what was published last: the ground the next events are computed on. */
export const projection = sqliteTable(
	'projection',
	{
		doc: text('doc').primaryKey(),
		workspace: text('workspace').notNull(),
		type: text('type').notNull(),
		epoch: integer('epoch').notNull(),
		position: integer('position').notNull(),
		/** The last projection, whole (rows by table and id). */
		rows: json<unknown>('rows').notNull(),
		publishedAt: at('published_at').notNull(),
	},
	(t) => [index('projection_workspace').on(t.workspace)],
);

/** A customer as of its document. `custom` holds the custom fields by field id. */
export const customer = sqliteTable(
	'customer',
	{
		...mirrored(),
		id: text('id').primaryKey(),
		name: text('name').notNull(),
		domain: text('domain'),
		externalId: text('external_id'),
		parentId: text('parent_id'),
		stage: text('stage'),
		stageSince: at('stage_since'),
		owner: text('owner'),
		tags: json<string[]>('tags').notNull(),
		team: json<string[]>('team').notNull(),
		custom: json<Record<string, unknown>>('custom').notNull(),
		/** Monthly recurring revenue of the active agreements, in the workspace's currency. */
		mrr: real('mrr').notNull(),
		/** Earliest renewal of an active agreement: tacit = end − notice, otherwise end (CU7). Null when none. */
		renewalAt: at('renewal_at'),
		createdAt: at('created_at').notNull(),
		updatedAt: at('updated_at').notNull(),
	},
	(t) => [
		index('customer_seq').on(t.workspace, t.seq),
		index('customer_stage').on(t.workspace, t.stage, t.stageSince),
		index('customer_external').on(t.workspace, t.externalId),
	],
);

export const contact = sqliteTable(
	'contact',
	{
		...mirrored(),
		id: text('id').primaryKey(),
		customerId: text('customer_id').notNull(),
		name: text('name').notNull(),
		email: text('email'),
		phone: text('phone'),
		title: text('title'),
		roles: json<string[]>('roles').notNull(),
		tags: json<string[]>('tags').notNull(),
		custom: json<Record<string, unknown>>('custom').notNull(),
		createdAt: at('created_at').notNull(),
		/** Contacts that this one also is (CU5). */
		mergedFrom: json<string[]>('merged_from').notNull().default([]),
	},
	(t) => [index('contact_seq').on(t.workspace, t.seq), index('contact_customer').on(t.customerId)],
);

export const agreement = sqliteTable(
	'agreement',
	{
		...mirrored(),
		id: text('id').primaryKey(),
		customerId: text('customer_id').notNull(),
		name: text('name').notNull(),
		status: text('status').notNull(),
		mrr: real('mrr').notNull(),
		startAt: at('start_at'),
		endAt: at('end_at'),
		noticeDays: integer('notice_days').notNull(),
		isTacit: integer('is_tacit', { mode: 'boolean' }).notNull(),
	},
	(t) => [index('agreement_seq').on(t.workspace, t.seq), index('agreement_customer').on(t.customerId)],
);

/** A playbook's draft as of its document. What runs is in playbook_version. */
export const playbook = sqliteTable(
	'playbook',
	{
		...mirrored(),
		id: text('id').primaryKey(),
		name: text('name').notNull(),
		triggerType: text('trigger_type'),
		/** The draft's definition (domain/documents/playbook/definition.ts). */
		draft: json<unknown>('draft').notNull(),
		draftHash: text('draft_hash').notNull(),
		problems: integer('problems').notNull(),
		createdAt: at('created_at').notNull(),
		updatedAt: at('updated_at').notNull(),
	},
	(t) => [index('playbook_seq').on(t.workspace, t.seq)],
);

/** A note or page on a customer. One that was removed keeps its row (`isRemoved`), so that it can come back. */
export const note = sqliteTable(
	'note',
	{
		...mirrored(),
		id: text('id').primaryKey(),
		customerId: text('customer_id').notNull(),
		kind: text('kind').$type<'note' | 'page'>().notNull(),
		title: text('title').notNull(),
		excerpt: text('excerpt').notNull(),
		author: text('author'),
		isPinned: integer('is_pinned', { mode: 'boolean' }).notNull(),
		isRemoved: integer('is_removed', { mode: 'boolean' }).notNull(),
		/** Its boxes, tasks or not, and how many are ticked. */
		taskCount: integer('task_count').notNull(),
		doneCount: integer('done_count').notNull(),
		/** People mentioned who haven't opened it since. */
		mentions: json<string[]>('mentions').notNull(),
		createdAt: at('created_at').notNull(),
		updatedAt: at('updated_at').notNull(),
	},
	(t) => [index('note_seq').on(t.workspace, t.seq), index('note_customer').on(t.customerId)],
);

/** A template of pages, its text as HTML with variables unfilled. */
export const template = sqliteTable(
	'template',
	{
		...mirrored(),
		id: text('id').primaryKey(),
		name: text('name').notNull(),
		html: text('html').notNull(),
		isRemoved: integer('is_removed', { mode: 'boolean' }).notNull(),
		createdAt: at('created_at').notNull(),
		updatedAt: at('updated_at').notNull(),
	},
	(t) => [index('template_seq').on(t.workspace, t.seq)],
);

/** Two devices wrote one field differently while apart (SY6). Open, it keeps automation off that field for the workspace's time. */
export const conflict = sqliteTable(
	'conflict',
	{
		...mirrored(),
		id: text('id').primaryKey(),
		customerId: text('customer_id').notNull(),
		subjectType: text('subject_type').$type<'customer' | 'contact' | 'agreement'>().notNull(),
		subjectId: text('subject_id').notNull(),
		/** `stage`, `owner`, `mrr`, `startAt`, `endAt` or a custom field's id. */
		field: text('field').notNull(),
		/** The values that differ, with who wrote each and when. */
		choices: json<ConflictChoice[]>('choices').notNull(),
		state: text('state').$type<'open' | 'settled' | 'expired'>().notNull(),
		openedAt: at('opened_at').notNull(),
		settledBy: json<Actor>('settled_by'),
		settledAt: at('settled_at'),
		/** The value that was chosen; null while open, or when nothing was. */
		chosen: json<unknown>('chosen'),
	},
	(t) => [index('conflict_seq').on(t.workspace, t.seq), index('conflict_subject').on(t.subjectId, t.field), index('conflict_customer').on(t.customerId), index('conflict_open').on(t.workspace, t.openedAt).where(sql`state = 'open'`)],
);

/** What happened: written in the same batch as the rows it changed (S11). `drainedAt` is set when playbooks have seen it. */
export const event = sqliteTable(
	'event',
	{
		id: text('id').primaryKey(),
		workspace: text('workspace').notNull(),
		seq: integer('seq').notNull(),
		type: text('type').notNull(),
		subjectType: text('subject_type').notNull(),
		subjectId: text('subject_id').notNull(),
		/** The customer it belongs to, when there is one: the history of a customer is one query. */
		customerId: text('customer_id'),
		at: at('at').notNull(),
		actor: json<unknown>('actor').notNull(),
		cause: json<unknown>('cause'),
		data: json<Record<string, unknown>>('data').notNull(),
		drainedAt: at('drained_at'),
	},
	(t) => [
		index('event_undrained').on(t.workspace, t.seq, t.id).where(isUndrained),
		index('event_subject').on(t.workspace, t.subjectId, t.at),
		index('event_customer').on(t.workspace, t.customerId, t.at),
	],
);

/** Interactions and usage are facts, not documents: rows as they come. */
export const interaction = sqliteTable(
	'interaction',
	{
		...mirrored(),
		id: text('id').primaryKey(),
		customerId: text('customer_id').notNull(),
		contactId: text('contact_id'),
		userId: text('user_id'),
		type: text('type').$type<'mail' | 'meeting' | 'call' | 'ticket' | 'note'>().notNull(),
		direction: text('direction').$type<'in' | 'out' | 'both'>().notNull(),
		title: text('title').notNull(),
		body: text('body').notNull(),
		at: at('at').notNull(),
	},
	(t) => [index('interaction_seq').on(t.workspace, t.seq), index('interaction_customer').on(t.customerId, t.at)],
);

/** Connections of one customer's users in one week (week = its Monday, ISO date). */
export const usageWeek = sqliteTable(
	'usage_week',
	{
		...mirrored(),
		id: text('id').primaryKey(),
		customerId: text('customer_id').notNull(),
		week: text('week').notNull(),
		connections: integer('connections').notNull(),
		activeUsers: integer('active_users').notNull(),
	},
	(t) => [index('usage_seq').on(t.workspace, t.seq), uniqueIndex('usage_once').on(t.customerId, t.week)],
);
