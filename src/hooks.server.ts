/** The door of the app's server: settings, store and session for each request to /api and /healthz, sign-in, and where writes may come from. */
import type { Handle, HandleServerError } from '@sveltejs/kit';
import { refuse } from '$lib/server/answer.ts';
import { prepare, refuseForeign, answerAuth } from '$lib/server/door.ts';

export const handle: Handle = async ({ event, resolve }) => {
	const path = event.url.pathname;
	if (!path.startsWith('/api/') && path !== '/healthz') return resolve(event);
	prepare(event);
	if (path.startsWith('/api/auth/')) return answerAuth(event);
	if (event.route.id === null) return refuse(404, 'no-such-call', 'This server does not know the call. Reload the app.');
	// Callbacks come from providers, not from pages: their signature is checked instead.
	if (path.startsWith('/api/callbacks/')) return resolve(event);
	return refuseForeign(event) ?? resolve(event);
};

/** What broke is for the log; the person is told what is safe and what to do. */
export const handleError: HandleServerError = ({ error, event, status }) => {
	if (status !== 404) console.error(`${event.request.method} ${event.url.pathname}:`, error);
	return { code: status === 404 ? 'not-found' : 'unexpected', message: status === 404 ? 'There is no such page.' : 'The server could not answer. Nothing of yours is lost: try again in a moment.' };
};
