/** Every day, on weekdays or on a day of the month, at a time of the workspace's zone, over all records that match (TR4, R22). */
import * as v from 'valibot';
import { edited, wallTime, whole } from './parameters.ts';
import type { Trigger } from './trigger.ts';
import { addDays, atLocalTime, daysInMonth, localDate, weekday } from '../calendar/zones.ts';

type Params = { every: 'day' | 'week' | 'month'; weekdays: number[]; day: number; time: string };

/** Days to look ahead: a month's day comes within two months, whatever the months. */
const horizon = 63;

/** Day 31 is the last day of a shorter month: a monthly rule runs every month. */
const isDue = ({ every, weekdays, day }: Params, date: string): boolean =>
	every === 'day' || (every === 'week' ? weekdays.includes(weekday(date)) : Number(date.slice(8)) === Math.min(day, daysInMonth(date)));

const rule = ({ every, weekdays, day, time }: Params): string => `${every}${every === 'week' ? [...weekdays].sort().join('') : every === 'month' ? day : ''}@${time}`;

export const scheduledRecurring: Trigger<Params> = {
	type: 'scheduled-recurring',
	icon: 'repeat',
	schema: v.pipe(
		v.object({
			every: v.pipe(v.picklist(['day', 'week', 'month'], 'required'), edited('choice', 'every')),
			weekdays: v.pipe(v.array(whole(1, 7)), edited('weekdays', 'weekdays')),
			day: v.pipe(whole(1, 31), edited('number', 'day_of_month')),
			time: v.pipe(wallTime(), edited('time', 'time')),
		}),
		v.forward(v.check(({ every, weekdays }) => every !== 'week' || weekdays.length > 0, 'required'), ['weekdays']),
	),
	initial: () => ({ every: 'week', weekdays: [1], day: 1, time: '09:00' }),
	events: [],
	matches: () => false,
	next: (params, after, { timeZone }) => {
		// One occurrence for each local date: an overlap runs it once, a gap moves it to the gap's end (R22).
		for (let date = localDate(after, timeZone), i = 0; i < horizon; i++, date = addDays(date, 1)) {
			const at = isDue(params, date) ? atLocalTime(date, params.time, timeZone) : null;
			if (at !== null && at > after) return { at, key: `${rule(params)}:${date}` };
		}
		return null;
	},
};
