/** The real store for rooms under test: the embedded libSQL server in this process, with a workspace in it. */
import { applyMigrations } from '#db/migrate.ts';
import { openDatabase, type Database } from '#db/client.ts';
import { startServer, type RunningServer } from '#db/server.ts';

export type Store = { database: Database; vars: Record<string, string>; server: RunningServer; end: () => Promise<void> };

/** Makes the workspaces that tests write to; safe to call again. */
async function addWorkspaces(database: Database, ids: string[]): Promise<void> {
	for (const id of ids) await database.$client.execute({ sql: 'INSERT OR IGNORE INTO workspace (id, name, slug, created_at) VALUES (?, ?, ?, 0)', args: [id, id, id] });
}

/** Starts a store with the workspaces `w1` and `w2`. */
export async function startStore(file = ':memory:', port = 0): Promise<Store> {
	const token = 'token-for-tests';
	const server = await startServer({ file, port, token });
	const address = { url: server.url, authToken: token };
	await applyMigrations(address);
	const database = openDatabase(address);
	await addWorkspaces(database, ['w1', 'w2']);
	return { database, server, vars: { LIBSQL_URL: server.url, LIBSQL_AUTH_TOKEN: token }, end: async () => (database.$client.close(), server.close()) };
}
