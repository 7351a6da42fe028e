import { describe, expect, test } from 'vitest';
import { daysBetween, formatDistance, formatExact, formatMoney, formatRelative, formatSpan } from '../../../src/lib/ui/formats.ts';

const at = (text: string) => new Date(text).getTime();
const now = at('2026-11-24T08:00');
/** Intl writes narrow and no-break spaces, which differ by ICU version. */
const plain = (text: string) => text.replace(/\s/g, ' ');

describe('times as people say them (screens.md, Words)', () => {
	test.each([
		['2026-11-24T08:00:20', 'now'],
		['2026-11-24T08:05', 'in 5 minutes, 08:05'],
		['2026-11-24T15:00', 'in 7 hours, 15:00'],
		['2026-11-25T07:00', 'in 23 hours, Wed 07:00'],
		['2026-11-27T09:00', 'in 3 days, Fri 09:00'],
		['2026-11-23T09:00', '23 hours ago, Mon 09:00'],
		['2026-12-20T09:00', 'in 4 weeks, 20 Dec'],
		['2027-02-24T09:00', 'in 3 months, 24 Feb 2027'],
	])('%s is “%s”', (moment, words) => expect(plain(formatRelative(at(moment), now, 'en-GB'))).toBe(words));

	test('tomorrow is a calendar day, not 24 hours', () => {
		expect(daysBetween(at('2026-11-24T23:50'), at('2026-11-25T00:10'))).toBe(1);
		expect(formatDistance(at('2026-11-26T00:10'), at('2026-11-24T23:50'), 'en')).toBe('in 2 days');
	});
	test('a change of clocks between two days loses none', () => {
		expect(daysBetween(at('2026-03-28T12:00'), at('2026-03-30T00:00'))).toBe(2);
		expect(daysBetween(at('2026-10-24T12:00'), at('2026-10-26T23:59'))).toBe(2);
	});
	test('French and Italian have their own words', () => {
		expect(formatDistance(at('2026-11-25T10:00'), now, 'fr')).toBe('demain');
		expect(formatDistance(at('2026-11-27T10:00'), now, 'it')).toBe('tra 3 giorni');
	});
	test('the exact moment names its zone', () => {
		expect(plain(formatExact(Date.UTC(2026, 10, 24, 8), 'en-GB', 'Europe/Paris'))).toMatch(/Tuesday,? 24 November 2026 at 09:00:00 CET/);
	});
});

describe('money', () => {
	test('whole amounts without cents, others with two', () => {
		expect(plain(formatMoney(1240, 'en'))).toBe('€1,240');
		expect(plain(formatMoney(1240.5, 'en'))).toBe('€1,240.50');
		expect(plain(formatMoney(1240, 'fr'))).toBe('1 240 €');
	});
});

test.each([
	[0, '0 ms'],
	[250, '250 ms'],
	[2_500, '2.5 sec'],
	[30_000, '30 sec'],
	[300_000, '5 min'],
	[7_200_000, '2 hr'],
	[3 * 86_400_000, '3 days'],
])('%i ms took %s', (ms, said) => expect(formatSpan(ms, 'en')).toBe(said));
