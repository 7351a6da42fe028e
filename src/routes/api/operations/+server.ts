import { answer } from '$lib/server/answer.ts';
import { memberAt } from '$lib/server/door.ts';
import { operationsFor } from '$lib/server/operations.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async (event) => {
	const member = await memberAt(event, 'settings.change');
	if (member instanceof Response) return member;
	return answer(await operationsFor(event.locals.db, event.locals.settings, member));
};
