/**
 * Rooms for tests of the app's server alone: an HTTP server that checks signatures as the rooms do, keeps what it was asked, and
 * applies edits to real documents of the domain's types in memory.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hmacWith, isSigned, signatureHeader } from '#domain/access/signature.ts';

const hmac = hmacWith(crypto.subtle, new TextEncoder());

export type RoomCall = { party: string; room: string; verb: string; body: any };
/** What a room says to a call. Undefined = `{}`. */
export type RoomBehaviour = (call: RoomCall) => unknown;

export async function startRooms(secret: string, behave: RoomBehaviour = () => ({})) {
	const calls: RoomCall[] = [];
	const server = createServer(async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const body = Buffer.concat(chunks).toString('utf8');
		const path = request.url ?? '';
		const header = request.headers[signatureHeader];
		const isTrusted = await isSigned(hmac, secret, Date.now(), { method: request.method ?? '', path, body }, typeof header === 'string' ? header : null);
		const [, , party = '', room = '', verb = ''] = path.split('/');
		const call: RoomCall = { party, room, verb, body: isTrusted ? JSON.parse(body) : null };
		const answer = isTrusted ? await behave(call) : null;
		if (isTrusted) calls.push(call);
		const refused = answer as { status?: number; code?: string } | null;
		response.writeHead(!isTrusted ? 401 : refused?.code ? (refused.status ?? 422) : 200, { 'content-type': 'application/json' });
		response.end(JSON.stringify(answer ?? {}));
	});
	await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		calls,
		close: () => new Promise<void>((done) => (server.closeAllConnections(), server.close(() => done()))),
	};
}
