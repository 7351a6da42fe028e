import { answer, refuse } from '$lib/server/answer.ts';
import { memberAt } from '$lib/server/door.ts';
import { describeSession } from '$lib/server/session.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async (event) => {
	const member = await memberAt(event);
	if (member instanceof Response) return member;
	const described = await describeSession(event.locals.db, event.locals.settings, (await event.locals.session())!);
	return described ? answer(described) : refuse(403, 'no-workspace', 'You belong to no workspace. Ask a colleague for an invitation.');
};
