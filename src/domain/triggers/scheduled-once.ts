/** Once, at a date and time of the workspace's zone, over all records that match the filters (TR4, R22). */
import * as v from 'valibot';
import { edited, wallDateTime } from './parameters.ts';
import type { Trigger } from './trigger.ts';
import { atLocalTime } from '../calendar/zones.ts';

export const scheduledOnce: Trigger<{ at: string }> = {
	type: 'scheduled-once',
	icon: 'calendar-clock',
	schema: v.object({ at: v.pipe(wallDateTime(), edited('date-time', 'at')) }),
	initial: () => ({ at: null }),
	events: [],
	matches: () => false,
	next: ({ at: wall }, after, { timeZone }) => {
		const at = atLocalTime(wall.slice(0, 10), wall.slice(11), timeZone);
		return at > after ? { at, key: `once:${wall}` } : null;
	},
};
