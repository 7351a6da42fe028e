/** JSON values as parameters hold them. */
import * as v from 'valibot';

const isJson = (value: unknown, depth = 0): boolean => {
	if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
	if (typeof value === 'number') return Number.isFinite(value);
	if (typeof value !== 'object' || depth > 8) return false;
	if (Array.isArray(value)) return value.every((one) => isJson(one, depth + 1));
	return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every((one) => one === undefined || isJson(one, depth + 1));
};

/** Any JSON value, up to 100,000 characters and eight levels. */
export const jsonValue = v.pipe(
	v.unknown(),
	v.check((value) => isJson(value) && JSON.stringify(value).length <= 100_000, 'only plain JSON can be kept here'),
);
