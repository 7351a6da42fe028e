import { describe, expect, it } from 'vitest';
import { addDays, addDuration, atLocalTime, daysBetween, endOfDay, isDate, localDate, localTime } from '#domain/calendar/zones.ts';

const iso = (ms: number) => new Date(ms).toISOString();
const ms = (text: string) => Date.parse(text);

describe('R22: wall times of a zone', () => {
	it.each([
		['an ordinary day', '2026-11-21', '09:00', 'Europe/Paris', '2026-11-21T08:00:00.000Z'],
		['a gap at 02:30 goes to 03:00, its first valid instant', '2026-03-29', '02:30', 'Europe/Paris', '2026-03-29T01:00:00.000Z'],
		['the start of a gap', '2026-03-29', '02:00', 'Europe/Paris', '2026-03-29T01:00:00.000Z'],
		['the end of a gap', '2026-03-29', '03:00', 'Europe/Paris', '2026-03-29T01:00:00.000Z'],
		['the last minute of a gap', '2026-03-29', '02:59', 'Europe/Paris', '2026-03-29T01:00:00.000Z'],
		['an overlap goes to the first', '2026-10-25', '02:30', 'Europe/Paris', '2026-10-25T00:30:00.000Z'],
		['Lord Howe jumps half an hour: 02:15 is in the gap', '2026-10-04', '02:15', 'Australia/Lord_Howe', '2026-10-03T15:30:00.000Z'],
		['Lord Howe after its gap', '2026-10-04', '02:30', 'Australia/Lord_Howe', '2026-10-03T15:30:00.000Z'],
		['Lord Howe overlaps half an hour', '2026-04-05', '01:45', 'Australia/Lord_Howe', '2026-04-04T14:45:00.000Z'],
		['a gap at midnight (Beirut)', '2026-03-29', '00:00', 'Asia/Beirut', '2026-03-28T22:00:00.000Z'],
		['a whole day that Samoa skipped', '2011-12-30', '10:00', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
	])('%s', (_, date, time, zone, expected) => expect(iso(atLocalTime(date, time, zone))).toBe(expected));

	it('refuses what is no date or time', () => {
		expect(() => atLocalTime('2026-02-30x', '09:00', 'Europe/Paris')).toThrow(RangeError);
		expect(() => atLocalTime('2026-02-20', '25:00', 'Europe/Paris')).toThrow(RangeError);
	});
});

describe('durations (R22)', () => {
	it.each([
		['minutes are exact over a gap', '2026-03-29T00:50:00Z', 20, 'minutes', '2026-03-29T01:10:00.000Z'],
		['hours are exact over a gap', '2026-03-28T12:00:00Z', 24, 'hours', '2026-03-29T12:00:00.000Z'],
		['days keep the wall time over a gap', '2026-03-28T12:00:00Z', 1, 'days', '2026-03-29T11:00:00.000Z'],
		['days keep the wall time over an overlap', '2026-10-24T12:00:00Z', 1, 'days', '2026-10-25T13:00:00.000Z'],
		['a day that ends in the gap', '2026-03-28T01:30:00Z', 1, 'days', '2026-03-29T01:00:00.000Z'],
		['weeks', '2026-03-20T12:00:00Z', 2, 'weeks', '2026-04-03T11:00:00.000Z'],
		['months end on the last day', '2026-01-31T12:00:00Z', 1, 'months', '2026-02-28T12:00:00.000Z'],
		['nothing to add stays in the second pass of an overlap', '2026-10-25T01:30:00Z', 0, 'days', '2026-10-25T01:30:00.000Z'],
	] as const)('%s', (_, from, amount, unit, expected) => expect(iso(addDuration(ms(from), { amount, unit }, 'Europe/Paris'))).toBe(expected));
});

it('knows days of a zone', () => {
	expect(localDate(ms('2026-11-20T23:30:00Z'), 'Europe/Paris')).toBe('2026-11-21');
	expect(localTime(ms('2026-11-20T23:30:00Z'), 'Europe/Paris')).toBe('00:30');
	expect(iso(endOfDay('2026-03-29', 'Europe/Paris'))).toBe('2026-03-29T21:59:59.999Z');
	expect(addDays('2026-02-28', 1)).toBe('2026-03-01');
	expect(daysBetween('2026-03-01', '2026-02-27')).toBe(-2);
	expect(['2026-02-29', '2026-13-01', '2026-1-1', '', null, 20260101].map(isDate)).toEqual([false, false, false, false, false, false]);
	expect(isDate('2028-02-29')).toBe(true);
});
