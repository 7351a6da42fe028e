import { answer, refuse } from '$lib/server/answer.ts';
import { firstLink } from '$lib/server/first-link.ts';
import { isSameSecret } from '$lib/server/same-secret.ts';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = async ({ locals, request }) => {
	const isStart = await isSameSecret(request.headers.get('x-cuebook-start') ?? '', locals.settings.ROOMS_SECRET);
	if (!isStart) return refuse(401, 'not-start', 'Only npm start may ask for the first link: it sends the rooms’ secret.');
	return answer(await firstLink(locals.db, locals.settings, locals.settings.CUEBOOK_OWNER_EMAIL));
};
