/**
 * R21, R22: every zone that the runtime knows × every transition in two years. What a wall time means is worked out once more here, from the two
 * offsets around the transition alone.
 */
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { addBusinessDays, isBusinessDay } from '#domain/calendar/business-days.ts';
import { addDays, addDuration, atLocalTime, endOfDay, localDate, localTime } from '#domain/calendar/zones.ts';
import { scheduledRecurring } from '#domain/triggers/scheduled-recurring.ts';
import { settings } from '../facts.ts';

const [from, to] = [Date.UTC(2026, 0, 1), Date.UTC(2028, 0, 1)];
const [minute, hour] = [60_000, 3_600_000];

/** At `at` (ms) the zone's wall clock goes from `at + before` to `at + after`. */
type Transition = { zone: string; at: number; before: number; after: number };

const offsetAt = (ms: number, zone: string): number => Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).offsetNanoseconds / 1e6;
const transitionsOf = (zone: string): Transition[] => {
	const found: Transition[] = [];
	for (let next = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone).getTimeZoneTransition('next'); next && next.epochMilliseconds < to; next = next.getTimeZoneTransition('next'))
		found.push({ zone, at: next.epochMilliseconds, before: offsetAt(next.epochMilliseconds - 1, zone), after: offsetAt(next.epochMilliseconds, zone) });
	return found.filter(({ before, after }) => before !== after);
};
const zones = Intl.supportedValuesOf('timeZone');
const transitions = zones.flatMap(transitionsOf);
/** One for each change there is: zones that turn their clocks at the same moment by the same time are one zone for days around it. */
const changes = [...new Map(transitions.map((one) => [`${one.at} ${one.before} ${one.after}`, one])).values()];

/** The instant of a wall time near a transition: the first that shows it, else the jump over it. `wall` in ms as if it were UTC. */
const meant = ({ at, before, after }: Transition, wall: number): number => (wall - before < at ? wall - before : wall - after >= at ? wall - after : at);

const textOf = (wall: number): [date: string, time: string] => [new Date(wall).toISOString().slice(0, 10), new Date(wall).toISOString().slice(11, 16)];
/** Wall times that matter: the edges of what is skipped or repeated, within it, and around the clock of the days before and after. */
const wallsAround = ({ at, before, after }: Transition): number[] => {
	const [low, high] = [at + Math.min(before, after), at + Math.max(before, after)];
	const midnight = Math.floor(low / (24 * hour)) * 24 * hour;
	return [low - minute, low, low + minute, (low + high) / 2, high - minute, high, high + minute, ...[-24, -15, 0, 9, 23.5, 24, 33, 47.5].map((hours) => midnight + hours * hour)];
};
const named = ({ zone, at }: Transition, what: unknown): string => `${zone} ${new Date(at).toISOString()} ${String(what)}`;

describe('R22 every zone, every transition of 2026 and 2027', () => {
	it('there are some: hundreds of zones, of which many change their clocks', () => {
		expect(zones.length).toBeGreaterThan(300);
		expect(new Set(transitions.map(({ zone }) => zone)).size).toBeGreaterThan(80);
	});

	it('a wall time is its first instant, and one that is skipped the jump', () => {
		const wrong = transitions.flatMap((one) => wallsAround(one).flatMap((wall) => {
			const [date, time] = textOf(wall);
			const found = atLocalTime(date, time, one.zone);
			return found === meant(one, wall) ? [] : [named(one, `${date} ${time}: ${new Date(found).toISOString()}`)];
		}));
		expect(wrong).toEqual([]);
	});

	it('a day ends where the next begins, and every instant around is in the day that its wall clock shows', () => {
		const wrong = transitions.flatMap((one) => [-26, -1, -0.001, 0, 0.001, 1, 26].flatMap((hours) => {
			const ms = one.at + Math.round(hours * hour);
			const date = localDate(ms, one.zone);
			const shown = textOf(ms + (ms < one.at ? one.before : one.after));
			const isRight = shown[0] === date && shown[1] === localTime(ms, one.zone) && endOfDay(date, one.zone) + 1 === atLocalTime(addDays(date, 1), '00:00', one.zone);
			return isRight ? [] : [named(one, new Date(ms).toISOString())];
		}));
		expect(wrong).toEqual([]);
	});

	it('a playbook of every day runs once for each date at each time, in order: none lost, none doubled', () => {
		const wrong = changes.flatMap((one) => [...new Set(wallsAround(one).map((wall) => textOf(wall)[1]))].flatMap((time) => {
			const first = localDate(one.at - 48 * hour, one.zone);
			const begin = atLocalTime(first, '00:00', one.zone) - 1;
			const dates: string[] = [];
			for (let last = begin; dates.length < 4; ) {
				const next = scheduledRecurring.next!({ every: 'day', weekdays: [], day: 1, time }, last, { ...settings, timeZone: one.zone })!;
				if (next.at <= last) return [named(one, `${time} goes back`)];
				// Asked again from any moment between the two it is the same run: nothing depends on when the engine looked.
				const between = scheduledRecurring.next!({ every: 'day', weekdays: [], day: 1, time }, Math.floor((last + next.at) / 2), { ...settings, timeZone: one.zone })!;
				if (between.key !== next.key) return [named(one, `${time} ${between.key} instead of ${next.key}`)];
				dates.push(next.key.slice(-10));
				last = next.at;
			}
			const expected = [0, 1, 2, 3].map((days) => addDays(first, days));
			return dates.join() === expected.join() ? [] : [named(one, `${time}: ${dates.join()}`)];
		}));
		expect(wrong).toEqual([]);
	});

	it('waits of hours are exact; waits of days keep the wall time and never end before they begin', () => {
		const wrong = transitions.flatMap((one) => [-25, -23.5, -1, -0.5, 0, 0.5].flatMap((hours) => {
			const start = one.at + hours * hour;
			const day = addDuration(start, { amount: 1, unit: 'days' }, one.zone);
			const wall = start + (start < one.at ? one.before : one.after) + 24 * hour;
			const isRight = addDuration(start, { amount: 30, unit: 'hours' }, one.zone) === start + 30 * hour && day > start && day === meant(one, wall);
			return isRight ? [] : [named(one, `${hours} h: ${new Date(day).toISOString()}`)];
		}));
		expect(wrong).toEqual([]);
	});

	it('R21 business days across it: always a worked date after the day of the start, each in its order', () => {
		const wrong = transitions.flatMap((one) => {
			const calendar = { timeZone: one.zone, workingDays: [1, 2, 3, 4, 5], holidays: [localDate(one.at, one.zone)] };
			let last = '';
			return [-72, -48, -24, -1, 0, 1, 24, 48].flatMap((hours) => {
				const ms = one.at + hours * hour;
				const [next, third] = [addBusinessDays(ms, 1, calendar), addBusinessDays(ms, 3, calendar)];
				const isRight = isBusinessDay(next, calendar) && next > localDate(ms, one.zone) && next >= last && third > next && atLocalTime(next, '09:00', one.zone) > ms;
				last = next;
				return isRight ? [] : [named(one, `${hours} h: ${next}`)];
			});
		});
		expect(wrong).toEqual([]);
	});
});
