/**
 * What automation may use of something that is shared, in a time (R18): so many mails a day from one sender. It is charged when requests are
 * prepared; what doesn't fit waits for the next day, which is no attempt.
 */
import type { IntentRequest } from '../actions/action.ts';
import { addDays, atLocalTime, localDate } from '../calendar/zones.ts';

/** Null = as many as there are. */
export type Quotas = { mailsADay: number | null };

/** So many of `bucket` in the window from `window` to `until` (ms UTC), in which at most `cap` are. */
export type Charge = { bucket: string; window: number; until: number; count: number; cap: number };

/** What a workspace used today of one bucket, for its administrators. */
export type Used = Pick<Charge, 'bucket' | 'cap'> & { used: number };

/** What these requests use. Mails that nobody approves count, by their sender; a day is the workspace's. */
export function chargesOf(requests: readonly IntentRequest[], { mailsADay }: Quotas, timeZone: string, now: number): Charge[] {
	if (mailsADay === null) return [];
	const counts = new Map<string, number>();
	for (const request of requests) {
		if (request.kind !== 'mail' || request.mailKind !== 'automatic') continue;
		const bucket = `mail ${request.from?.email.toLowerCase() ?? ''}`.trimEnd();
		counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
	}
	const today = localDate(now, timeZone);
	const [window, until] = [atLocalTime(today, '00:00', timeZone), atLocalTime(addDays(today, 1), '00:00', timeZone)];
	return [...counts].map(([bucket, count]) => ({ bucket, window, until, count, cap: mailsADay }));
}

/** Whether a charge fits beside what was used in its window. One that is larger than the whole goes alone, else it never would. */
export const fits = ({ count, cap }: Pick<Charge, 'count' | 'cap'>, used: number): boolean => used === 0 || used + count <= cap;
