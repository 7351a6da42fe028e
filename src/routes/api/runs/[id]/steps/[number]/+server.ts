import { answer, refuse } from '$lib/server/answer.ts';
import { memberAt } from '$lib/server/door.ts';
import { pastOf } from '$lib/server/past.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async (event) => {
	const member = await memberAt(event);
	if (member instanceof Response) return member;
	const found = await pastOf(event.locals.db, member, event.params.id, Number(event.params.number));
	return found ? answer(found) : refuse(404, 'no-such-step', 'This step is not in your workspace, or it has not begun yet.');
};
