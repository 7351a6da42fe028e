import { answer } from '$lib/server/answer.ts';
import { memberAt } from '$lib/server/door.ts';
import { stayedBehind } from '$lib/server/migrations.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async (event) => {
	const member = await memberAt(event);
	if (member instanceof Response) return member;
	return answer({ left: await stayedBehind(event.locals.db, member, event.params.migration) });
};
