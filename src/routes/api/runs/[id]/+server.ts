import { answer, refuse } from '$lib/server/answer.ts';
import { memberAt } from '$lib/server/door.ts';
import { runFor } from '$lib/server/history.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async (event) => {
	const member = await memberAt(event);
	if (member instanceof Response) return member;
	const found = await runFor(event.locals.db, member, event.params.id);
	return found ? answer(found) : refuse(404, 'no-such-run', 'This run is not in your workspace.');
};
