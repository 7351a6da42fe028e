import { describe, expect, it } from 'vitest';
import { addBusinessDays, isBusinessDay } from '#domain/calendar/business-days.ts';
import { settings } from '../facts.ts';

const from = (text: string) => Date.parse(text);

describe('business days', () => {
	it.each([
		['over a weekend', '2026-03-20T10:00:00Z', 1, '2026-03-23'],
		['a week of work', '2026-03-18T10:00:00Z', 5, '2026-03-25'],
		['from a Saturday', '2026-03-21T10:00:00Z', 1, '2026-03-23'],
		['0 on a worked day is that day', '2026-03-18T10:00:00Z', 0, '2026-03-18'],
		['0 on a Sunday is Monday', '2026-03-22T10:00:00Z', 0, '2026-03-23'],
		['over Easter Monday', '2026-04-03T10:00:00Z', 1, '2026-04-07'],
		['the day is the zone’s: late on Thursday in UTC is Friday in Paris', '2026-03-19T23:30:00Z', 1, '2026-03-23'],
	])('%s', (_, start, n, expected) => expect(addBusinessDays(from(start), n, settings)).toBe(expected));

	it('ends also when nobody ever works', () => {
		expect(addBusinessDays(from('2026-03-18T10:00:00Z'), 2, { ...settings, workingDays: [9] })).toBe('2026-03-20');
		expect(isBusinessDay('2026-03-22', { ...settings, workingDays: [] })).toBe(true);
	});
});
