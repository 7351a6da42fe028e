/** One comparison: a value, an operator, what is expected (CO1). Days are calendar days in the workspace's zone. */
import type { Operator } from './condition.ts';
import type { ConditionType } from './fields.ts';
import { daysBetween, isDate, localDate } from '../calendar/zones.ts';
import { isBlank, type Value } from '../value.ts';

type Context = { type: ConditionType; now: number; zone: string };

/** Operators that say what a value is not: they hold for a blank. All others (but `is-empty`) don't. */
const denied: Partial<Record<Operator, Operator>> = { 'is-not': 'is', 'none-of': 'any-of', 'not-contains': 'contains' };

/**
 * Whether `value operator expected` holds. A blank value is empty, is not anything, contains nothing, and is neither
 * before nor after, greater nor less. Texts compare without case and outer spaces; choices and people by id; dates by
 * their day in the zone, expected as ISO date or ms.
 */
export function holds(operator: Operator, value: Value, expected: unknown, context: Context): boolean {
	if (operator === 'is-empty') return isBlank(value);
	if (operator === 'is-not-empty') return !isBlank(value);
	const positive = denied[operator];
	if (positive) return !holds(positive, value, expected, context);
	if (isBlank(value)) return false;
	switch (operator) {
		case 'is': return isSame(value, expected, context);
		case 'any-of': return list(expected).some((one) => (Array.isArray(value) ? has(value, one, context) : isSame(value, one, context)));
		case 'contains': return Array.isArray(value) ? has(value, expected, context) : fold(value).includes(fold(expected)) && !isBlank(expected);
		case 'greater': case 'less': case 'between': case 'before': case 'after':
			return context.type === 'date' ? comparesDay(operator, value, expected, context) : comparesNumber(operator, value, expected);
		case 'within-last-days': case 'within-next-days': return isWithin(operator, value, expected, context);
		default: return false;
	}
}

const list = (expected: unknown): unknown[] => (Array.isArray(expected) ? expected : isBlank(expected) ? [] : [expected]);
const fold = (value: unknown): string => String(value ?? '').trim().toLowerCase();
const has = (values: string[], expected: unknown, { type }: Context): boolean => values.some((one) => (type === 'text' ? fold(one) === fold(expected) : one === expected));

function isSame(value: Value, expected: unknown, context: Context): boolean {
	if (isBlank(expected)) return false;
	if (Array.isArray(value)) return has(value, expected, context);
	switch (context.type) {
		case 'date': return dayOf(value, context.zone) !== null && dayOf(value, context.zone) === dayOf(expected, context.zone);
		case 'number': case 'score': case 'money': return numberOf(value) !== null && numberOf(value) === numberOf(expected);
		case 'boolean': return value === (expected === 'true' ? true : expected === 'false' ? false : expected);
		case 'text': return fold(value) === fold(expected);
		default: return value === expected;
	}
}

/** A number, also from a text such as `12.5`; null when it is none. */
function numberOf(value: unknown): number | null {
	if (typeof value === 'number') return Number.isFinite(value) ? value : null;
	const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;
	return Number.isFinite(parsed) ? parsed : null;
}

/** The ISO date of an ISO date or of an instant in ms; null when it is neither. */
function dayOf(value: unknown, zone: string): string | null {
	if (typeof value === 'number' && Number.isFinite(value)) return localDate(value, zone);
	return isDate(value) ? value : null;
}

function comparesNumber(operator: Operator, value: Value, expected: unknown): boolean {
	const seen = numberOf(value);
	if (seen === null) return false;
	if (operator === 'between') {
		const [low, high] = list(expected).map(numberOf);
		return low != null && high != null && seen >= Math.min(low, high) && seen <= Math.max(low, high);
	}
	const bound = numberOf(expected);
	return bound !== null && (operator === 'greater' || operator === 'after' ? seen > bound : seen < bound);
}

function comparesDay(operator: Operator, value: Value, expected: unknown, { zone }: Context): boolean {
	const seen = dayOf(value, zone);
	if (seen === null) return false;
	if (operator === 'between') {
		const [one, other] = list(expected).map((day) => dayOf(day, zone));
		return one != null && other != null && seen >= (one < other ? one : other) && seen <= (one < other ? other : one);
	}
	const bound = dayOf(expected, zone);
	return bound !== null && (operator === 'after' || operator === 'greater' ? seen > bound : seen < bound);
}

/** Today counts: within the last (next) 0 days is today. */
function isWithin(operator: Operator, value: Value, expected: unknown, { now, zone }: Context): boolean {
	const seen = dayOf(value, zone);
	const days = numberOf(expected);
	if (seen === null || days === null) return false;
	const ahead = daysBetween(localDate(now, zone), seen);
	return operator === 'within-next-days' ? ahead >= 0 && ahead <= days : ahead <= 0 && -ahead <= days;
}
