/**
 * Hocuspocus as its own SQLite extension would run it (the same table and statements), over the `libsql` engine that the product has: the
 * extension's `sqlite3` fetches a binary that is not in npm.
 */
import Libsql from 'libsql';
/* eslint-disable @typescript-eslint/ban-ts-comment -- what the bench installs into bench/node_modules is there or isn't */
// @ts-ignore
import { Database } from '@hocuspocus/extension-database';
// @ts-ignore
import { Server } from '@hocuspocus/server';

const database = new Libsql(process.env['FILE']!);
database.exec('CREATE TABLE IF NOT EXISTS "documents" ("name" varchar(255) NOT NULL, "data" blob NOT NULL, UNIQUE(name))');
const read = database.prepare('SELECT data FROM "documents" WHERE name = ? ORDER BY rowid DESC');
const write = database.prepare('INSERT INTO "documents" ("name", "data") VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET data = excluded.data');

await new Server({
	port: Number(process.env['PORT']),
	address: '127.0.0.1',
	quiet: true,
	extensions: [
		new Database({
			fetch: async ({ documentName }: { documentName: string }) => (read.get([documentName]) as { data: Uint8Array } | undefined)?.data ?? null,
			store: async ({ documentName, state }: { documentName: string; state: Uint8Array }) => void write.run([documentName, state]),
		}),
	],
}).listen();
