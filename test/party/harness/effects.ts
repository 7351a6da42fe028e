/** What the world was asked to do, by the world's own log: a server that does what a key asks for once, as providers with idempotency keys do. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Effects = {
	url: string;
	/** By key (the header `idempotency-key`, else the body): when it was asked for, ms UTC, each time. */
	asked: Map<string, number[]>;
	/** How many things were done: once for each key that came as a header, each time for those without. */
	done: () => number;
	end: () => Promise<void>;
};

export const startEffects = async (): Promise<Effects> => {
	const asked = new Map<string, number[]>();
	let done = 0;
	const server = createServer((request, response) => {
		let body = '';
		request.on('data', (data: Buffer) => (body += data.toString())).on('end', () => {
			const key = request.headers['idempotency-key'] as string | undefined;
			const before = asked.get(key ?? body);
			if (key === undefined || !before) done++;
			if (before) before.push(Date.now());
			else asked.set(key ?? body, [Date.now()]);
			response.end('ok');
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked, done: () => done, end: () => new Promise((resolve) => (server.close(() => resolve()), server.closeAllConnections())) };
};
