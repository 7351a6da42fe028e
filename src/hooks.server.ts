/** The door of the app's server: settings, store and session for each request to /api, sign-in, and where writes may come from. */
import type { Handle } from '@sveltejs/kit';
import { prepare, refuseForeign, answerAuth } from '$lib/server/door.ts';

export const handle: Handle = async ({ event, resolve }) => {
	const path = event.url.pathname;
	if (!path.startsWith('/api/')) return resolve(event);
	prepare(event);
	if (path.startsWith('/api/auth/')) return answerAuth(event);
	return refuseForeign(event) ?? resolve(event);
};
