/** Asks for an emailed link (better-auth's magic link), and reads what the link's failure says. */
import { call } from '$lib/sync/index.ts';

export type LinkProblem = { kind: 'offline' | 'too-many' | 'other'; message: string };

/** Whether the text has the shape of an address; whether it exists only a mail can tell. */
export const isEmail = (text: string): boolean => /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(text.trim()) || /^[^\s@]+@localhost$/.test(text.trim());

/** Only a path of this app may follow sign-in: anything else would let a link lead people away. */
export function safePath(next: string | null): string {
	if (!next || !next.startsWith('/') || next.startsWith('//') || next.includes('\\')) return '/';
	return next.startsWith('/sign-in') ? '/' : next;
}

/** Null when a link is on its way (or the address is unknown: the server doesn't tell), else why not. */
export async function askForLink(email: string, next: string): Promise<LinkProblem | null> {
	const answer = await call('/api/auth/sign-in/magic-link', { email, callbackURL: safePath(next), errorCallbackURL: '/sign-in' });
	if (answer.ok) return null;
	return { kind: answer.status === 0 ? 'offline' : answer.status === 429 ? 'too-many' : 'other', message: answer.message };
}
