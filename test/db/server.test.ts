import { createClient as createHttpClient } from '@libsql/client/http';
import { createClient, type Client } from '@libsql/client/web';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../db/client.ts';
import { applyMigrations } from '../../db/migrate.ts';
import { workspace } from '../../db/schema/index.ts';
import { startServer, type RunningServer } from '../../db/server.ts';

const token = 'a-token-for-tests';
let folder: string;
let server: RunningServer;
let client: Client;

beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), 'cuebook-db-'));
	server = await startServer({ file: join(folder, 'store.db'), port: 0, token, idle: 300, busyWait: 400, mostBytes: 200_000 });
	client = createClient({ url: server.url, authToken: token, intMode: 'bigint' });
});

afterEach(async () => {
	client.close();
	await server.close();
	rmSync(folder, { recursive: true, force: true });
});

/** A pipeline as a client would send it, by hand. */
const post = async (body: unknown, { path = '/v2/pipeline', authorization = `Bearer ${token}` } = {}) => {
	const response = await fetch(server.url + path, { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: typeof body === 'string' ? body : JSON.stringify(body) });
	return { status: response.status, body: (await response.json()) as any };
};
const step = (sql: string, condition?: object) => ({ stmt: { sql }, ...(condition ? { condition } : {}) });

describe.each([
	['@libsql/client/web', createClient],
	['@libsql/client/http', createHttpClient],
])('%s', (_, create) => {
	test('values come back exactly: int64, floats, blobs, nulls, text', async () => {
		const exact = create({ url: server.url, authToken: token, intMode: 'bigint' });
		const values = [2n ** 63n - 1n, -(2n ** 63n), 9007199254740993n, 0.1, 1e300, 'é🦊 ‘quoted’', '', null, new Uint8Array([0, 255, 7])];
		const { rows } = await exact.execute({ sql: `SELECT ${values.map(() => '?').join(', ')}`, args: values });
		const got = Array.from({ length: values.length }, (_, index) => rows[0]![index]);
		expect(got.slice(0, 8)).toEqual(values.slice(0, 8));
		expect(new Uint8Array(got[8] as ArrayBuffer)).toEqual(values[8]);
		exact.close();
	});

	test('named values, counts, row ids and RETURNING', async () => {
		const exact = create({ url: server.url, authToken: token, intMode: 'bigint' });
		await exact.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)');
		const first = await exact.execute({ sql: 'INSERT INTO t VALUES (:id, $name)', args: { id: 9007199254740993n, name: 'Ada' } });
		expect([first.rowsAffected, first.lastInsertRowid]).toEqual([1, 9007199254740993n]);
		const many = await exact.execute("INSERT INTO t (name) VALUES ('b'), ('c') RETURNING id, name");
		expect([many.rowsAffected, many.columns, many.rows.map((row) => row['name'])]).toEqual([2, ['id', 'name'], ['b', 'c']]);
		expect((await exact.execute("UPDATE t SET name = 'x' WHERE name = 'nobody' RETURNING id")).rowsAffected).toBe(0);
		expect((await exact.execute('DELETE FROM t')).rowsAffected).toBe(3);
		exact.close();
	});
});

test('a value that is missing, too much or not representable is refused, and nothing lingers from the call before', async () => {
	expect((await client.execute({ sql: 'SELECT ? AS a, ? AS b', args: [1, 2] })).rows[0]).toMatchObject({ a: 1, b: 2 });
	await expect(client.execute({ sql: 'SELECT ? AS a, ? AS b', args: [1] })).rejects.toMatchObject({ code: 'ARGS_INVALID' });
	await expect(client.execute({ sql: 'SELECT 1', args: [1] })).rejects.toMatchObject({ code: 'ARGS_INVALID' });
	await expect(client.execute({ sql: 'SELECT :a', args: { b: 1 } })).rejects.toMatchObject({ code: 'ARGS_INVALID' });
	await expect(client.execute({ sql: 'SELECT ?, :a', args: { a: 1 } })).rejects.toMatchObject({ code: 'ARGS_INVALID' });
	await expect(client.execute({ sql: 'SELECT ?', args: ['cut\0here'] })).rejects.toMatchObject({ code: 'TEXT_WITH_NUL' });
	const { body } = await post({ requests: [{ type: 'execute', stmt: { sql: 'SELECT ?', args: [{ type: 'integer', value: '9223372036854775808' }] } }] });
	expect(body.results[0].error.code).toBe('BAD_VALUE');
});

test('errors carry SQLite’s code', async () => {
	await client.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, x UNIQUE)');
	await client.execute('INSERT INTO t (x) VALUES (1)');
	await expect(client.execute('INSERT INTO t (x) VALUES (1)')).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_UNIQUE' });
	await expect(client.execute('SELEC 1')).rejects.toMatchObject({ code: 'SQLITE_ERROR', message: expect.stringContaining('syntax error') });
	await expect(client.execute('SELECT 1; SELECT 2')).rejects.toMatchObject({ code: 'SQL_MANY_STATEMENTS' });
	await expect(client.execute('-- nothing')).rejects.toMatchObject({ code: 'SQL_NO_STATEMENT' });
});

test('R4: a batch commits whole, and a guard that does not hold rolls it back whole', async () => {
	await client.execute('CREATE TABLE t (x INTEGER)');
	const results = await client.batch(['INSERT INTO t VALUES (1)', { sql: 'INSERT INTO t VALUES (?) RETURNING x', args: [2] }, 'SELECT count(*) AS n FROM t'], 'write');
	expect(results[2]!.rows[0]!['n']).toBe(2n);
	const guard = (holds: boolean) => `SELECT CASE WHEN ${holds ? 'EXISTS (SELECT 1 FROM t)' : '0'} THEN 1 ELSE json('lost') END`;
	await client.batch([guard(true), 'INSERT INTO t VALUES (3)'], 'write');
	await expect(client.batch(['INSERT INTO t VALUES (4)', guard(false), 'INSERT INTO t VALUES (5)'], 'write')).rejects.toMatchObject({ message: expect.stringContaining('malformed JSON') });
	expect((await client.execute('SELECT group_concat(x) AS all_x FROM t')).rows[0]!['all_x']).toBe('1,2,3');
});

test('a batch’s steps follow their conditions: ok, error, not, and, or, is_autocommit', async () => {
	const ok = { type: 'ok', step: 0 };
	const error = { type: 'error', step: 1 };
	const never = { type: 'not', cond: ok };
	const steps = [
		step('SELECT 0'),
		step('SELECT * FROM nowhere'),
		step('SELECT 2', ok),
		step('SELECT 3', { type: 'error', step: 0 }),
		step('SELECT 4', error),
		step('SELECT 5', never),
		step('SELECT 6', { type: 'and', conds: [ok, error] }),
		step('SELECT 7', { type: 'and', conds: [ok, never] }),
		step('SELECT 8', { type: 'or', conds: [never, error] }),
		step('SELECT 9', { type: 'or', conds: [never, never] }),
		step('SELECT 10', { type: 'and', conds: [] }),
		step('SELECT 11', { type: 'or', conds: [] }),
		step('SELECT 12', { type: 'is_autocommit' }),
		step('BEGIN'),
		step('SELECT 14', { type: 'is_autocommit' }),
		step('SELECT 15', { type: 'not', cond: { type: 'is_autocommit' } }),
		step('ROLLBACK'),
		step('SELECT 17', { type: 'ok', step: 3 }), // A step that was passed over is neither ok
		step('SELECT 18', { type: 'error', step: 3 }), // nor an error.
	];
	const { body } = await post({ requests: [{ type: 'batch', batch: { steps } }, { type: 'get_autocommit' }, { type: 'close' }] });
	const { step_results: results, step_errors: errors } = body.results[0].response.result;
	expect(results.flatMap((result: unknown, index: number) => (result ? [index] : []))).toEqual([0, 2, 4, 6, 8, 10, 12, 13, 15, 16]);
	expect(errors.flatMap((failure: unknown, index: number) => (failure ? [index] : []))).toEqual([1]);
	expect(body.results[1].response).toEqual({ type: 'get_autocommit', is_autocommit: true });
	const forward = await post({ requests: [{ type: 'batch', batch: { steps: [step('SELECT 0', { type: 'ok', step: 0 })] } }] });
	expect(forward.body.results[0].error.code).toBe('BATCH_COND_BAD_STEP');
});

test('sequences, stored texts and describe; version 3 answers alike', async () => {
	await client.executeMultiple(`
		CREATE TABLE t (id INTEGER PRIMARY KEY, n); -- a comment; with a semicolon
		CREATE TRIGGER count_up AFTER INSERT ON t BEGIN UPDATE t SET n = CASE WHEN n IS NULL THEN 1 ELSE n END; DELETE FROM t WHERE n = 99; END;
		INSERT INTO t VALUES (1, NULL), (2, 99); /* ; */ INSERT INTO t VALUES (3, 'a;b')`);
	expect((await client.execute('SELECT group_concat(n) AS n FROM t')).rows[0]!['n']).toBe('1,a;b');
	const { status, body } = await post(
		{
			requests: [
				{ type: 'store_sql', sql_id: 7, sql: 'SELECT n, id AS x FROM t WHERE id = ?1 OR n = :n' },
				{ type: 'describe', sql_id: 7 },
				{ type: 'describe', sql: 'INSERT INTO t VALUES (?, ?)' },
				{ type: 'execute', stmt: { sql_id: 7, args: [{ type: 'integer', value: '1' }], named_args: [{ name: 'n', value: { type: 'null' } }], want_rows: false } },
				{ type: 'close_sql', sql_id: 7 },
				{ type: 'execute', stmt: { sql_id: 7 } },
				{ type: 'nonsense' },
				{ type: 'close' },
			],
		},
		{ path: '/v3/pipeline' },
	);
	expect(status).toBe(200);
	const [, described, insert, executed, , gone, nonsense, closed] = body.results;
	expect(described.response.result).toEqual({
		params: [{ name: null }, { name: ':n' }],
		cols: [
			{ name: 'n', decltype: null },
			{ name: 'x', decltype: 'INTEGER' },
		],
		is_explain: false,
		is_readonly: true,
	});
	expect(insert.response.result).toMatchObject({ is_readonly: false, params: [{ name: null }, { name: null }] });
	expect(executed.response.result).toMatchObject({ rows: [], cols: [{ name: 'n' }, { name: 'x' }] });
	expect([gone.error.code, nonsense.error.code, closed.type, body.baton]).toEqual(['SQL_NOT_FOUND', 'BAD_REQUEST', 'ok', null]);
});

test('a changed table is seen by statements that were prepared before, on every connection', async () => {
	await client.execute('CREATE TABLE t (a)');
	const reading = await client.transaction('read');
	await reading.execute('SELECT * FROM t');
	await reading.commit();
	expect((await client.execute('SELECT * FROM t')).columns).toEqual(['a']);
	await client.batch(['ALTER TABLE t ADD COLUMN b', 'INSERT INTO t VALUES (1, 2)'], 'write');
	expect((await client.execute('SELECT * FROM t')).columns).toEqual(['a', 'b']);
	await expect(client.batch(['ALTER TABLE t ADD COLUMN c', 'SELECT * FROM t', "SELECT json('lost')"], 'write')).rejects.toThrow();
	expect((await client.execute('SELECT * FROM t')).columns).toEqual(['a', 'b']);
});

test('a transaction left alone is rolled back when its stream expires, and its baton is then refused', async () => {
	await client.execute('CREATE TABLE t (x)');
	const abandoned = await client.transaction('write');
	await abandoned.execute('INSERT INTO t VALUES (1)');
	// The next writer waits for less time than the stream may idle in production; here it outlives it.
	await client.execute('INSERT INTO t VALUES (2)');
	await expect(abandoned.commit()).rejects.toMatchObject({ code: 'STREAM_EXPIRED' });
	expect((await client.execute('SELECT x FROM t')).rows.map((row) => row['x'])).toEqual([2n]);
});

test('one writer at a time: another waits, then gets SQLITE_BUSY; readers see what is committed', async () => {
	// A transaction here may idle for longer than others wait for it.
	const patient = await startServer({ file: join(folder, 'patient.db'), port: 0, token, busyWait: 400 });
	const client = createClient({ url: patient.url, authToken: token, intMode: 'bigint' });
	await client.execute('CREATE TABLE t (x)');
	const writing = await client.transaction('write');
	await writing.execute('INSERT INTO t VALUES (1)');
	expect((await client.execute('SELECT count(*) AS n FROM t')).rows[0]!['n']).toBe(0n);
	const second = client.batch(['INSERT INTO t VALUES (2)'], 'write');
	await writing.commit();
	await second;
	const holding = await client.transaction('write');
	await holding.execute('SELECT 1');
	await expect(client.batch(['INSERT INTO t VALUES (3)'], 'write')).rejects.toMatchObject({ code: 'SQLITE_BUSY' });
	await holding.rollback();
	expect((await client.execute('SELECT group_concat(x) AS x FROM t')).rows[0]!['x']).toBe('1,2');
	client.close();
	await patient.close();
});

test('many writers at once: every batch counts once', async () => {
	await client.batch(['CREATE TABLE t (n INTEGER)', 'INSERT INTO t VALUES (0)'], 'write');
	await Promise.all(Array.from({ length: 200 }, () => client.batch(['UPDATE t SET n = n + 1', 'SELECT n FROM t'], 'write')));
	expect((await client.execute('SELECT n FROM t')).rows[0]!['n']).toBe(200n);
});

test('a baton is good for one request', async () => {
	const first = await post({ requests: [{ type: 'execute', stmt: { sql: 'BEGIN IMMEDIATE' } }] });
	const second = await post({ baton: first.body.baton, requests: [{ type: 'get_autocommit' }] });
	expect(second.body.results[0].response.is_autocommit).toBe(false);
	const again = await post({ baton: first.body.baton, requests: [{ type: 'get_autocommit' }] });
	expect([again.status, again.body.code]).toEqual([400, 'STREAM_EXPIRED']);
	await post({ baton: second.body.baton, requests: [{ type: 'close' }] });
});

test('the door: token, size, form, paths', async () => {
	const request = { requests: [{ type: 'execute', stmt: { sql: 'SELECT 1' } }] };
	expect((await post(request, { authorization: 'Bearer wrong' })).status).toBe(401);
	expect((await post(request, { authorization: '' })).status).toBe(401);
	await expect(createClient({ url: server.url }).execute('SELECT 1')).rejects.toMatchObject({ code: 'AUTH_JWT_INVALID' });
	const large = { requests: [{ type: 'execute', stmt: { sql: 'SELECT ?', args: [{ type: 'text', value: 'x'.repeat(300_000) }] } }] };
	expect(await post(large)).toMatchObject({ status: 413, body: { code: 'BODY_TOO_LARGE' } });
	expect(await post('{')).toMatchObject({ status: 400, body: { code: 'BAD_JSON' } });
	expect(await post({})).toMatchObject({ status: 400, body: { code: 'BAD_PIPELINE' } });
	expect((await post(request, { path: '/elsewhere' })).status).toBe(404);
	expect((await fetch(`${server.url}/health`)).status).toBe(200);
	expect((await fetch(`${server.url}/v2`)).status).toBe(200);
	expect((await fetch(`${server.url}/v3-protobuf`)).status).toBe(404);
});

test('it answers on loopback only', async () => {
	const outside = Object.values(networkInterfaces()).flatMap((found) => found ?? []).filter(({ internal, family }) => !internal && family === 'IPv4');
	const outcomes = await Promise.all(
		outside.map(({ address }) => new Promise((resolve) => connect({ host: address, port: server.port, timeout: 1_000 }).once('connect', () => resolve('open')).once('error', () => resolve('refused')).once('timeout', () => resolve('refused')))),
	);
	expect(outcomes).toEqual(outside.map(() => 'refused'));
	expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
});

test('drizzle’s migrator makes every table, twice without harm, and drizzle reads and writes them', async () => {
	await applyMigrations({ url: server.url, authToken: token });
	await applyMigrations({ url: server.url, authToken: token });
	const database = openDatabase({ url: server.url, authToken: token });
	await expect(database.select().from(workspace)).resolves.toEqual([]);
	const { rows } = await client.execute("SELECT name FROM sqlite_master WHERE type = 'table'");
	expect(rows.map((row) => row['name'])).toEqual(expect.arrayContaining(['user', 'workspace', 'customer', 'job', 'intent']));
});

test('what was written is there after a restart; a memory database is not', async () => {
	await client.batch(['CREATE TABLE t (x)', 'INSERT INTO t VALUES (1)'], 'write');
	await server.close();
	server = await startServer({ file: join(folder, 'store.db'), port: 0, token });
	const again = createClient({ url: server.url, authToken: token });
	expect((await again.execute('SELECT x FROM t')).rows).toHaveLength(1);
	const memory = await startServer({ file: ':memory:', port: 0, token });
	const passing = createClient({ url: memory.url, authToken: token });
	await passing.batch(['CREATE TABLE t (x)'], 'write');
	await memory.close();
});

test('an EXPLAIN holds up nothing: what follows is committed, and closing writes the log back whole', async () => {
	await client.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)');
	for (const sql of ['EXPLAIN INSERT INTO t (v) VALUES (1)', 'EXPLAIN QUERY PLAN SELECT * FROM t WHERE v = 1', 'EXPLAIN SELECT * FROM t']) {
		const first = await client.execute(sql);
		expect(first.rows.length).toBeGreaterThan(0);
		expect((await client.execute(sql)).rows).toEqual(first.rows);
		await client.batch([{ sql: 'INSERT INTO t (v) VALUES (?) RETURNING id', args: [sql] }, 'UPDATE t SET v = v || 1 RETURNING id'], 'write');
	}
	expect((await client.execute('SELECT count(*) AS n FROM t')).rows[0]!['n']).toBe(3n);
	await server.close();
	expect(statSync(join(folder, 'store.db-wal'), { throwIfNoEntry: false })?.size ?? 0).toBe(0);
	server = await startServer({ file: join(folder, 'store.db'), port: 0, token });
});
