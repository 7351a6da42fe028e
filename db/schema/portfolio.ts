/** What people keep of the book of customers: whom they follow, and the views they saved (CU12). Mirrored to devices. */
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { ViewDefinition } from '#domain/views/view.ts';
import { json, mirrored } from './columns.ts';

/** A person follows a customer: only that person's devices know. id = `userId:customerId`. */
export const follow = sqliteTable(
	'follow',
	{ ...mirrored(), id: text('id').primaryKey(), userId: text('user_id').notNull(), customerId: text('customer_id').notNull() },
	(t) => [index('follow_seq').on(t.workspace, t.seq)],
);

/** A saved view of a list. A private one reaches its owner's devices only. */
export const view = sqliteTable(
	'view',
	{
		...mirrored(),
		id: text('id').primaryKey(),
		owner: text('owner').notNull(),
		isShared: integer('is_shared', { mode: 'boolean' }).notNull(),
		/** It was shared once: colleagues' devices may hold it, and get a tombstone while it is private. */
		wasShared: integer('was_shared', { mode: 'boolean' }).notNull(),
		kind: text('kind').$type<'customer'>().notNull(),
		name: text('name').notNull(),
		position: integer('position').notNull(),
		definition: json<ViewDefinition>('definition').notNull(),
	},
	(t) => [index('view_seq').on(t.workspace, t.seq)],
);
