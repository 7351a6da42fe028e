import { answer, refuse } from '$lib/server/answer.ts';
import { memberAt } from '$lib/server/door.ts';
import { historyOf } from '$lib/server/history.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async (event) => {
	const member = await memberAt(event);
	if (member instanceof Response) return member;
	const { searchParams } = event.url;
	const events = await historyOf(event.locals.db, member, searchParams.get('customer') ?? '', searchParams.get('before'));
	return events ? answer({ events }) : refuse(400, 'not-valid', 'before is milliseconds since 1970.');
};
