/**
 * The embedded libSQL server: the `libsql` engine behind Hrana over HTTP, for one machine. Production uses Turso or sqld; this one is
 * what `npm start` and the tests run, and what `@libsql/client` can't tell from them. It answers on loopback only.
 * Run by itself: `node db/server.ts --file F --port P --token T` (or the token in CUEBOOK_DB_TOKEN).
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { Pipeline } from './server/pipeline.ts';
import { Streams } from './server/streams.ts';
import { HranaError, readPipeline } from './server/wire.ts';

export interface ServerOptions {
	/** The database's path, or `:memory:` for one that ends with the server. */
	file: string;
	/** 0 takes a free port. */
	port: number;
	/** Whoever has it may do everything. */
	token: string;
	/** Milliseconds a stream may stay idle (10,000), a statement wait for another writer (5,000), and bytes of a body (20 MB). */
	idle?: number;
	busyWait?: number;
	mostBytes?: number;
}

export interface RunningServer {
	url: string;
	port: number;
	/** Answers what is under way, rolls back open transactions, and closes the file. */
	close(): Promise<void>;
}

const digest = (text: string) => createHash('sha256').update(text).digest();

/** The whole body as text. Over the limit it is read and dropped, so that the client hears the 413 instead of a broken connection. */
const bodyOf = async (request: IncomingMessage, most: number): Promise<string> => {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of request as AsyncIterable<Buffer>) {
		size += chunk.length;
		if (size <= most) chunks.push(chunk);
		else if (size > most * 10) break;
	}
	if (size > most) throw new HranaError('BODY_TOO_LARGE', `The body is larger than ${most} bytes. Send it in smaller batches.`, 413);
	return Buffer.concat(chunks).toString('utf8');
};

const send = (response: ServerResponse, status: number, body: object) => {
	const text = JSON.stringify(body);
	// Exactly this type: the client reads an error's code from nothing else.
	response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
};

/** Starts the server. Rejects when the port is taken or the file can't be opened. */
export const startServer = async ({ file, port, token, idle = 10_000, busyWait = 5_000, mostBytes = 20_000_000 }: ServerOptions): Promise<RunningServer> => {
	// Several connections can't share SQLite's own memory database, so this one is a file that nobody else knows.
	const passing = file === ':memory:' ? mkdtempSync(join(tmpdir(), 'cuebook-')) : null;
	const path = passing ? join(passing, 'memory.db') : file;
	mkdirSync(dirname(path), { recursive: true });
	const streams = new Streams(path, { idle, streams: 128 });
	const expected = digest(`Bearer ${token}`);

	const answer = async (request: IncomingMessage, response: ServerResponse) => {
		const at = `${request.method} ${(request.url ?? '/').split('?')[0]}`;
		if (at === 'GET /health') return send(response, 200, { isReady: true });
		if (at === 'GET /v2' || at === 'GET /v3') return send(response, 200, {});
		if (at !== 'POST /v2/pipeline' && at !== 'POST /v3/pipeline') throw new HranaError('NOT_FOUND', `Nothing answers ${at} here.`, 404);
		if (!timingSafeEqual(digest(request.headers.authorization ?? ''), expected)) throw new HranaError('AUTH_JWT_INVALID', 'The auth token is missing or wrong.', 401);
		const { baton, requests } = readPipeline(await bodyOf(request, mostBytes));
		const stream = streams.take(baton);
		let results: object[];
		try {
			results = await new Pipeline(stream, streams, busyWait).run(requests);
		} catch (error) {
			streams.end(stream);
			throw error;
		}
		const next = streams.park(stream);
		if (next !== null && response.socket?.destroyed !== false) streams.drop(next);
		send(response, 200, { baton: next, base_url: null, results });
	};

	const server = createServer({ keepAliveTimeout: 120_000, noDelay: true }, (request, response) => {
		answer(request, response).catch((error: unknown) => {
			const refusal = error instanceof HranaError ? error : new HranaError('INTERNAL', `The server failed: ${(error as Error).message}`, 500);
			if (!(error instanceof HranaError)) console.error(error);
			if (!response.headersSent) send(response, refusal.status, { message: refusal.message, code: refusal.code });
			request.resume();
		});
	});
	await new Promise<void>((resolve, reject) => server.once('error', reject).listen({ host: '127.0.0.1', port }, resolve)).catch((error: unknown) => {
		streams.close();
		throw error;
	});
	const taken = (server.address() as AddressInfo).port;
	return {
		url: `http://127.0.0.1:${taken}`,
		port: taken,
		async close() {
			const closed = new Promise((resolve) => server.close(resolve));
			server.closeIdleConnections();
			setTimeout(() => server.closeAllConnections(), 2_000).unref();
			await closed;
			streams.close();
			if (passing) rmSync(passing, { recursive: true, force: true });
		},
	};
};

if (import.meta.main) {
	const { values } = parseArgs({ options: { file: { type: 'string' }, port: { type: 'string' }, token: { type: 'string' } } });
	const token = values.token ?? process.env['CUEBOOK_DB_TOKEN'];
	if (!values.file || !values.port || !token) {
		console.error('Usage: node db/server.ts --file FILE --port PORT --token TOKEN (or the token in CUEBOOK_DB_TOKEN)');
		process.exit(1);
	}
	const server = await startServer({ file: values.file, port: Number(values.port), token });
	console.log(`libSQL answers at ${server.url}`);
	for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close().then(() => process.exit(0)));
}
