import { answer, refuse } from '$lib/server/answer.ts';
import { memberAt } from '$lib/server/door.ts';
import { pageFor } from '$lib/server/mirror.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async (event) => {
	const member = await memberAt(event);
	if (member instanceof Response) return member;
	const page = await pageFor(event.locals.db, member, event.url.searchParams.get('after') ?? '', event.url.searchParams.get('limit'));
	return page ? answer(page) : refuse(400, 'not-a-cursor', 'after is no cursor of this server: begin a new mirror with after=0.');
};
