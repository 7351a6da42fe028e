/** How times, money and numbers are written, in the person's language. Pure: the moment and the locale are passed in. */

/** The currency that money without one is written in. */
const defaultCurrency = 'EUR';

const cache = new Map<string, Intl.DateTimeFormat | Intl.NumberFormat | Intl.RelativeTimeFormat>();

// Making an Intl format costs ~50 µs; a table of 10,000 rows asks for the same few.
function kept<T extends Intl.DateTimeFormat | Intl.NumberFormat | Intl.RelativeTimeFormat>(key: string, make: () => T): T {
	const found = cache.get(key);
	if (found) return found as T;
	const made = make();
	cache.set(key, made);
	return made;
}
const dates = (locale: string, options: Intl.DateTimeFormatOptions) => kept(`d${locale}${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(locale, options));
const numbers = (locale: string, options: Intl.NumberFormatOptions) => kept(`n${locale}${JSON.stringify(options)}`, () => new Intl.NumberFormat(locale, options));

/** `1,240 €`: whole units when it is whole, else cents. */
export const formatMoney = (value: number, locale: string, currency: string = defaultCurrency): string =>
	numbers(locale, { style: 'currency', currency, minimumFractionDigits: Number.isInteger(value) ? 0 : 2, maximumFractionDigits: 2 }).format(value);

/** `12,345.6` (at most `digits` decimals). */
export const formatNumber = (value: number, locale: string, digits = 1): string => numbers(locale, { maximumFractionDigits: digits }).format(value);

/** `3.4 MB`: bytes in the unit a person would say them in (1 MB = 1,000,000 bytes). */
export function formatBytes(bytes: number, locale: string): string {
	const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
	const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
	return numbers(locale, { style: 'unit', unit: units[step]!, unitDisplay: 'short', maximumFractionDigits: step < 2 ? 0 : 1 }).format(bytes / 1000 ** step);
}

/** A date without its time; the year only when it is another than `now`'s. */
export function formatDate(at: number, locale: string, now: number, timeZone?: string): string {
	const isSameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
	return dates(locale, { day: 'numeric', month: 'short', ...(isSameYear ? {} : { year: 'numeric' }), ...(timeZone ? { timeZone } : {}) }).format(at);
}

/** The exact moment with its zone, for titles: `Tuesday 24 November 2026 at 09:00:00 CET`. */
export const formatExact = (at: number, locale: string, timeZone?: string): string =>
	dates(locale, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short', ...(timeZone ? { timeZone } : {}) }).format(at);

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** `in 3 days`, `2 minutes ago`, `now`, in the unit a person would say it in. `at` and `now` in ms UTC. */
export function formatDistance(at: number, now: number, locale: string): string {
	const relative = kept(`r${locale}`, () => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }));
	const gap = at - now;
	const size = Math.abs(gap);
	if (size < minute) return relative.format(0, 'second');
	if (size < hour) return relative.format(Math.round(gap / minute), 'minute');
	if (size < day) return relative.format(Math.round(gap / hour), 'hour');
	if (size < 14 * day) return relative.format(daysBetween(now, at), 'day');
	if (size < 60 * day) return relative.format(Math.round(gap / (7 * day)), 'week');
	if (size < 365 * day) return relative.format(Math.round(gap / (30.44 * day)), 'month');
	return relative.format(Math.round(gap / (365.25 * day)), 'year');
}

/** Local calendar days from `from` to `to`: tomorrow 00:10 is 1 even if that is in 20 minutes. */
export function daysBetween(from: number, to: number): number {
	const start = new Date(from).setHours(12, 0, 0, 0);
	const end = new Date(to).setHours(12, 0, 0, 0);
	return Math.round((end - start) / day);
}

/** `in 3 days, Tue 09:00`: how far, and when on the clock; beyond a fortnight the date instead of the weekday. */
export function formatRelative(at: number, now: number, locale: string): string {
	const size = Math.abs(at - now);
	const distance = formatDistance(at, now, locale);
	if (size < minute) return distance;
	const clock = dates(locale, { hour: '2-digit', minute: '2-digit' }).format(at);
	if (size < day && daysBetween(now, at) === 0) return `${distance}, ${clock}`;
	if (size < 7 * day) return `${distance}, ${dates(locale, { weekday: 'short' }).format(at)} ${clock}`;
	return `${distance}, ${formatDate(at, locale, now)}`;
}

/** `250 ms`, `2.5 sec`, `5 min`, `3 hr`, `2 days`: how long something took, in the unit a person would say it in. */
export function formatSpan(ms: number, locale: string): string {
	const units = [['millisecond', 1, 1_000], ['second', 1_000, 90_000], ['minute', minute, 90 * minute], ['hour', hour, 36 * hour], ['day', day, Infinity]] as const;
	const [unit, size] = units.find(([, , below]) => ms < below)!;
	return numbers(locale, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: unit === 'millisecond' ? 0 : 1 }).format(ms / size);
}
