/**
 * Column shapes that many tables share. Times are integers: milliseconds since the epoch, UTC (R20).
 */
import { integer, text } from 'drizzle-orm/sqlite-core';

/** Milliseconds since the epoch, UTC. */
export const at = (name: string) => integer(name);
/** A JSON value, kept as text. */
export const json = <T>(name: string) => text(name, { mode: 'json' }).$type<T>();

/**
 * What every row has that devices keep a copy of (design.md, The mirror): its workspace, the workspace's
 * growing `seq` at its last change, and when it was deleted (a tombstone), else null.
 */
export const mirrored = () => ({
	workspace: text('workspace').notNull(),
	seq: integer('seq').notNull(),
	deletedAt: at('deleted_at'),
});
