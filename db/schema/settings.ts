/** What a workspace's administrators define: stages, custom fields, tags, teams. Mirrored to devices. */
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { json, mirrored } from './columns.ts';

export const stage = sqliteTable(
	'stage',
	{ ...mirrored(), id: text('id').primaryKey(), name: text('name').notNull(), position: integer('position').notNull(), colour: text('colour').notNull() },
	(t) => [index('stage_seq').on(t.workspace, t.seq)],
);

export const field = sqliteTable(
	'field',
	{
		...mirrored(),
		id: text('id').primaryKey(),
		subject: text('subject').$type<'customer' | 'contact'>().notNull(),
		name: text('name').notNull(),
		type: text('type').notNull(),
		options: json<{ id: string; label: string }[]>('options'),
		position: integer('position').notNull(),
	},
	(t) => [index('field_seq').on(t.workspace, t.seq)],
);

export const tag = sqliteTable(
	'tag',
	{ ...mirrored(), id: text('id').primaryKey(), subject: text('subject').$type<'customer' | 'contact'>().notNull(), name: text('name').notNull(), colour: text('colour').notNull() },
	(t) => [index('tag_seq').on(t.workspace, t.seq)],
);

export const team = sqliteTable(
	'team',
	{ ...mirrored(), id: text('id').primaryKey(), name: text('name').notNull(), memberIds: json<string[]>('member_ids').notNull() },
	(t) => [index('team_seq').on(t.workspace, t.seq)],
);

/** One import of a file: its progress and what could not be read (IN2). */
export const importJob = sqliteTable('import', {
	id: text('id').primaryKey(),
	workspace: text('workspace').notNull(),
	userId: text('user_id').notNull(),
	fileName: text('file_name').notNull(),
	state: text('state').$type<'running' | 'done' | 'cancelled'>().notNull(),
	rows: integer('rows').notNull(),
	created: integer('created').notNull().default(0),
	updated: integer('updated').notNull().default(0),
	unchanged: integer('unchanged').notNull().default(0),
	errors: json<{ line: number; reason: string }[]>('errors').notNull(),
	mapping: json<unknown>('mapping').notNull(),
	startedAt: integer('started_at').notNull(),
	endedAt: integer('ended_at'),
});

/** A key that opens the HTTP API to a program (AD2, IN1). The secret is shown once, and only its hash is kept. */
export const apiKey = sqliteTable(
	'api_key',
	{
		...mirrored(),
		id: text('id').primaryKey(),
		name: text('name').notNull(),
		/** SHA-256 of the secret, hex. */
		hash: text('hash').notNull(),
		/** The secret's last four characters. */
		hint: text('hint').notNull(),
		createdBy: text('created_by').notNull(),
		createdAt: integer('created_at').notNull(),
		usedAt: integer('used_at'),
		revokedAt: integer('revoked_at'),
	},
	(t) => [index('api_key_seq').on(t.workspace, t.seq), uniqueIndex('api_key_hash').on(t.hash)],
);
