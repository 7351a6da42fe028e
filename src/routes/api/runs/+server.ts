import { answer, refuse } from '$lib/server/answer.ts';
import { memberAt } from '$lib/server/door.ts';
import { putAwayFor } from '$lib/server/history.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async (event) => {
	const member = await memberAt(event);
	if (member instanceof Response) return member;
	const found = await putAwayFor(event.locals.db, member, event.url.searchParams);
	return found ? answer(found) : refuse(400, 'bad-filter', 'A state of runs, a time in ms, or where the page begins can’t be read.');
};
