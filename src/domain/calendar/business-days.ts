/** Working days of a workspace: its weekdays, without its holidays, in its zone. */
import { addDays, localDate, weekday } from './zones.ts';
import type { WorkspaceSettings } from '../settings.ts';

type Calendar = Pick<WorkspaceSettings, 'timeZone' | 'workingDays' | 'holidays'>;

/** How far a search for a working day goes, in days: a calendar of holidays only must not hang. */
const horizon = 366;

/** Whether people work on an ISO date. A workspace that names no weekday works on all of them. */
export const isBusinessDay = (date: string, settings: Calendar): boolean =>
	(settings.workingDays.length === 0 || settings.workingDays.includes(weekday(date))) && !settings.holidays.includes(date);

/** The first working date at or after an ISO date; the date itself when a whole year has none. */
function nextBusinessDay(date: string, settings: Calendar): string {
	let day = date;
	for (let i = 0; i < horizon; i++, day = addDays(day, 1)) if (isBusinessDay(day, settings)) return day;
	return date;
}

/**
 * The ISO date `n` working days after the day of an instant (ms), in the workspace's zone. The day itself doesn't count;
 * 0 gives the day itself when it is worked, else the next worked one.
 */
export function addBusinessDays(ms: number, n: number, settings: Calendar): string {
	let day = localDate(ms, settings.timeZone);
	if (n <= 0) return nextBusinessDay(day, settings);
	for (let i = 0; i < n; i++) day = nextBusinessDay(addDays(day, 1), settings);
	return day;
}
