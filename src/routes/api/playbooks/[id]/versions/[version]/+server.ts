import { answer, refuse } from '$lib/server/answer.ts';
import { memberAt } from '$lib/server/door.ts';
import { versionFor } from '$lib/server/history.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async (event) => {
	const member = await memberAt(event);
	if (member instanceof Response) return member;
	const found = await versionFor(event.locals.db, member, event.params.id, event.params.version);
	return found ? answer(found) : refuse(404, 'no-such-version', 'This version is not in your workspace.');
};
