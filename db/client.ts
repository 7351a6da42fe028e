/**
 * The way to the store: drizzle over libSQL's HTTP client, the same in workerd and in Node. Nothing here reads an environment; what it
 * needs is passed in. This is the only place that picks the database for a workspace (design.md, Growth).
 */
import { createClient } from '@libsql/client/web';
import { drizzle } from 'drizzle-orm/libsql/web';

/** Where a libSQL database answers. `fetch` replaces the platform's own (tests lose and delay requests with it). */
export interface DatabaseAddress {
	url: string;
	authToken?: string | undefined;
	fetch?: typeof fetch | undefined;
}

/** What the app's and the rooms' settings both hold about the store (docs/protocol.md). */
export interface StoreSettings {
	LIBSQL_URL: string;
	LIBSQL_AUTH_TOKEN?: string | undefined;
}

/**
 * Opens a database. It costs no request: a call is one HTTP exchange. In a Worker open one for each request (workerd forbids
 * that one request waits for another's), in a room one for the room's life. Throws when the address is not a libSQL one.
 *
 * Without drizzle's relational queries (`database.query`): they would build a model of every table for each of these, 30 KB and half a millisecond.
 */
export const openDatabase = ({ url, authToken, fetch }: DatabaseAddress) => {
	const client = createClient({ url, ...(authToken ? { authToken } : {}), ...(fetch ? { fetch } : {}) });
	return drizzle({ client });
};

/** The store. Mutations go through `batch` only (R4). */
export type Database = ReturnType<typeof openDatabase>;

/**
 * The database that holds a workspace. One for all today; a database per workspace would change this function and nothing else.
 */
export const databaseOf = (settings: StoreSettings, _workspace: string | null): Database =>
	openDatabase({ url: settings.LIBSQL_URL, authToken: settings.LIBSQL_AUTH_TOKEN });
