import { answer, refuse } from '$lib/server/answer.ts';
import { memberAt } from '$lib/server/door.ts';
import { tokenFor } from '$lib/server/room-access.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async (event) => {
	const member = await memberAt(event);
	if (member instanceof Response) return member;
	const token = await tokenFor(event.locals.db, event.locals.settings, member, event.url.searchParams.get('room') ?? '');
	return token ? answer(token) : refuse(403, 'no-such-room', 'This record is not in your workspace, or it was never made.');
};
