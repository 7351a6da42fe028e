import { answer, refuse } from '$lib/server/answer.ts';
import { memberAt } from '$lib/server/door.ts';
import { whyFor } from '$lib/server/why.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async (event) => {
	const member = await memberAt(event);
	if (member instanceof Response) return member;
	const { searchParams } = event.url;
	const found = await whyFor(event.locals.db, member, searchParams.get('playbook') ?? '', searchParams.get('customer') ?? '', Date.now());
	return found ? answer(found) : refuse(404, 'no-such-playbook', 'This playbook is not in your workspace.');
};
