import { answer, refuse } from '$lib/server/answer.ts';
import { mostBytes, takeCallback } from '$lib/server/callbacks.ts';
import { textUpTo } from '$lib/server/door.ts';
import { poke, wake } from '$lib/server/rooms.ts';
import type { RequestHandler } from './$types';

/** Where Resend tells what became of a workspace's mails. Its signature is its right: it has no session. */
export const POST: RequestHandler = async ({ locals: { db, settings, after }, params: { workspace }, request }) => {
	const body = await textUpTo(request, mostBytes);
	if (body === null) return refuse(413, 'too-large', `A callback has at most ${mostBytes} bytes.`);
	const taken = await takeCallback(db, settings, workspace, request.headers, body, Date.now());
	if (!taken.ok) return refuse(taken.status, taken.code, taken.message);
	if (taken.seq !== null) after(poke(settings, workspace, taken.seq));
	if (taken.wakes) after(wake(settings, workspace));
	return answer({});
};
