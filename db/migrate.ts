/** Brings a database to this version's tables, over HTTP. Safe to call again: what is applied stays applied. */
import { migrate } from 'drizzle-orm/libsql/migrator';
import { fileURLToPath } from 'node:url';
import { openDatabase, type DatabaseAddress } from './client.ts';

const folder = fileURLToPath(new URL('./migrations', import.meta.url));

/**
 * Applies the migrations that the database has not seen, all in one batch: they hold together or not at all.
 * Throws libSQL's error when one fails, and then nothing has changed.
 */
export const applyMigrations = async (address: DatabaseAddress): Promise<void> => {
	const database = openDatabase(address);
	try {
		await migrate(database, { migrationsFolder: folder });
	} finally {
		database.$client.close();
	}
};
