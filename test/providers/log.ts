/** A local HTTP server that stands for an outside system, and remembers every request: tests judge by what it saw. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Seen = { at: number; method: string; path: string; headers: IncomingHttpHeaders; body: string; /** The body as it came. */ bytes: Buffer };
export type Provider = { url: string; port: number; seen: Seen[]; close: () => Promise<void> };

/** Starts it on loopback; `port` 0 takes a free one. `answer` gets each request after it was logged. */
export const startProvider = async (answer: (seen: Seen, response: ServerResponse, request: IncomingMessage) => unknown, port = 0): Promise<Provider> => {
	const seen: Seen[] = [];
	const server = createServer(async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const bytes = Buffer.concat(chunks);
		const one = { at: Date.now(), method: request.method!, path: request.url!, headers: request.headers, body: bytes.toString('utf8'), bytes };
		seen.push(one);
		await answer(one, response, request);
	});
	await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
	const taken = (server.address() as AddressInfo).port;
	return {
		url: `http://127.0.0.1:${taken}`,
		port: taken,
		seen,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
};
