import { maxLength, nullable, object, pipe, string } from 'valibot';
import { answer, refuse } from '$lib/server/answer.ts';
import { bodyAt, memberAt } from '$lib/server/door.ts';
import { isDocumentOf } from '$lib/server/room-access.ts';
import { callRoom } from '$lib/server/rooms.ts';
import type { RequestHandler } from './$types';

const schema = object({ vector: nullable(pipe(string(), maxLength(200_000))) });

/** A document's content to keep on a device: what `vector` lacks. The same right as its room's token. */
export const POST: RequestHandler = async (event) => {
	const member = await memberAt(event);
	if (member instanceof Response) return member;
	const body = await bodyAt(event, schema);
	if (body instanceof Response) return body;
	const { id } = event.params;
	if (!(await isDocumentOf(event.locals.db, member.workspaceId, id))) return refuse(403, 'no-such-room', 'This record is not in your workspace, or it was never made.');
	const content = await callRoom<{ update: string }>(event.locals.settings, 'document', id, 'content', body.value);
	return content.ok ? answer(content.value) : refuse(content.status === 404 ? 404 : 503, content.code, content.message);
};
