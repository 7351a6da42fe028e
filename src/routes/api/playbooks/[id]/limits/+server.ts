import { answer } from '$lib/server/answer.ts';
import { memberAt } from '$lib/server/door.ts';
import { keptOutByLimits } from '$lib/server/history.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async (event) => {
	const member = await memberAt(event);
	if (member instanceof Response) return member;
	return answer({ keptOut: await keptOutByLimits(event.locals.db, member, event.params.id) });
};
