/** Local dates and wall times of a workspace's zone (R22): a gap goes to its first valid instant, an overlap to the first. */
import { Temporal } from 'temporal-polyfill';

/** An amount of time as people say it; months only where a trigger offers them. */
export type CalendarDuration = { amount: number; unit: 'minutes' | 'hours' | 'days' | 'weeks' | 'months' };

/** The instant of a wall time in a zone. In a gap `earlier` lies before the jump, and the jump itself is the first valid instant (R22). */
function instantOf(wall: Temporal.PlainDateTime, zone: string): number {
	const found = wall.toZonedDateTime(zone, { disambiguation: 'earlier' });
	if (found.toPlainDateTime().equals(wall)) return found.epochMilliseconds;
	return found.getTimeZoneTransition('next')?.epochMilliseconds ?? found.epochMilliseconds;
}

const zoned = (ms: number, zone: string) => Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);

/** The ISO date (`2026-11-21`) on which an instant (ms) falls in a zone. */
export const localDate = (ms: number, zone: string): string => zoned(ms, zone).toPlainDate().toString();

/** The wall time (`HH:MM`) of an instant (ms) in a zone. */
export const localTime = (ms: number, zone: string): string => zoned(ms, zone).toPlainTime().toString({ smallestUnit: 'minute' });

/** The instant (ms) of an ISO date at `HH:MM` in a zone (R22). Throws a RangeError on a malformed date or time. */
export const atLocalTime = (date: string, time: string, zone: string): number => instantOf(Temporal.PlainDate.from(date).toPlainDateTime(Temporal.PlainTime.from(time)), zone);

/** The last millisecond of an ISO date in a zone. */
export const endOfDay = (date: string, zone: string): number => atLocalTime(addDays(date, 1), '00:00', zone) - 1;

/** The ISO date `days` later (negative: earlier). */
export const addDays = (date: string, days: number): string => Temporal.PlainDate.from(date).add({ days }).toString();

/** Whole days from one ISO date to another (negative when `to` lies before). */
export const daysBetween = (from: string, to: string): number => Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to), { largestUnit: 'day' }).days;

/** ISO weekday of an ISO date, 1 = Monday. */
export const weekday = (date: string): number => Temporal.PlainDate.from(date).dayOfWeek;

/** Days in the month of an ISO date. */
export const daysInMonth = (date: string): number => Temporal.PlainDate.from(date).daysInMonth;

/** Whether a text is an ISO calendar date that exists. */
export function isDate(text: unknown): text is string {
	if (typeof text !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
	try {
		return Temporal.PlainDate.from(text, { overflow: 'reject' }).toString() === text;
	} catch {
		return false;
	}
}

/**
 * An instant (ms) later by a duration. Minutes and hours are exact; days, weeks and months are calendar days in the
 * zone that keep the wall time (R22). Nothing to add gives the same instant back, also inside an overlap.
 */
export function addDuration(ms: number, duration: CalendarDuration, zone: string): number {
	const { amount, unit } = duration;
	if (amount === 0) return ms;
	if (unit === 'minutes') return ms + amount * 60_000;
	if (unit === 'hours') return ms + amount * 3_600_000;
	return instantOf(zoned(ms, zone).toPlainDateTime().add({ [unit]: amount }), zone);
}
