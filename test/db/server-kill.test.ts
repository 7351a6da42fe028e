import { createClient } from '@libsql/client/web';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const program = fileURLToPath(new URL('../../db/server.ts', import.meta.url));

/** Starts the server as its own process and waits for its address. */
const start = async (file: string): Promise<{ child: ChildProcess; url: string }> => {
	const child = spawn(process.execPath, [program, '--file', file, '--port', '0', '--token', 'kill'], { stdio: ['ignore', 'pipe', 'inherit'] });
	let text = '';
	for await (const chunk of child.stdout!) {
		text += String(chunk);
		const url = /http:\/\/\S+/.exec(text)?.[0];
		if (url) return { child, url };
	}
	throw new Error(`The server did not start: ${text}`);
};

test('R4, R5: kill -9 in a burst: every acknowledged batch is there, and each batch whole or not at all', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'cuebook-kill-'));
	const file = join(folder, 'store.db');
	const acknowledged: number[] = [];
	let next = 0;
	for (let round = 0; round < 8; round += 1) {
		const { child, url } = await start(file);
		const client = createClient({ url, authToken: 'kill' });
		await client.batch(['CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY)', 'CREATE TABLE IF NOT EXISTS twin (id INTEGER PRIMARY KEY)'], 'write');
		const { rows } = await client.execute('SELECT (SELECT count(*) FROM t) AS t, (SELECT count(*) FROM t JOIN twin USING (id)) AS both, (SELECT count(*) FROM twin) AS twin');
		expect(rows[0]!['t']).toBe(rows[0]!['both']);
		expect(rows[0]!['twin']).toBe(rows[0]!['both']);
		const target = acknowledged.length + 40 + round * 17;
		const writers = Array.from({ length: 6 }, async () => {
			for (;;) {
				const id = next++;
				try {
					await client.batch([{ sql: 'INSERT INTO t VALUES (?)', args: [id] }, { sql: 'INSERT INTO twin VALUES (?)', args: [id] }], 'write');
				} catch {
					return; // Killed: this one was not acknowledged.
				}
				acknowledged.push(id);
				if (acknowledged.length === target) child.kill('SIGKILL');
			}
		});
		const gone = once(child, 'exit');
		await Promise.all([...writers, gone]);
	}
	const { child, url } = await start(file);
	const present = new Set((await createClient({ url, authToken: 'kill' }).execute('SELECT id FROM t JOIN twin USING (id)')).rows.map((row) => Number(row['id'])));
	expect(acknowledged.filter((id) => !present.has(id))).toEqual([]);
	const gone = once(child, 'exit');
	child.kill('SIGTERM');
	expect(await gone).toEqual([0, null]);
	rmSync(folder, { recursive: true, force: true });
});
