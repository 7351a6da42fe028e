/**
 * Fractional positions: strings of `0-9A-Za-z` that sort by bytes, never ending in `0`, so that there is always room between two.
 * Each carries a few characters made from its owner's id: two people who insert at one place at once get different positions.
 */

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export const isPosition = (value: unknown): value is string => typeof value === 'string' && value.length <= 500 && /^[0-9A-Za-z]*[1-9A-Za-z]$/.test(value);

/** A position after `before` and ahead of `after` (null = the end of the list on that side), particular to `owner`. */
export function positionBetween(before: string | null, after: string | null, owner: string): string {
	// Neighbours at one place (or out of order) leave no room: then only the one before counts.
	const end = after !== null && before !== null && before >= after ? null : after;
	const tail = tailOf(owner);
	let position = end === null ? following(before ?? '') : middle(before ?? '', end);
	while (end !== null && position + tail >= end) position = middle(position, end);
	return position + tail;
}

/** Positions for a whole list, in order. */
export function positionsFor(owners: readonly string[]): string[] {
	let last: string | null = null;
	return owners.map((owner) => (last = positionBetween(last, null, owner)));
}

/** The nearest short one after `position`: appending stays short. */
function following(position: string): string {
	if (position === '') return 'V';
	const at = [...position].findIndex((digit) => digit !== 'z');
	if (at === -1) return `${position}V`;
	return position.slice(0, at) + digits[digits.indexOf(position[at]!) + 1]!;
}

/** Between `a` ('' = the beginning) and `b`, both exclusive; a < b. */
function middle(a: string, b: string): string {
	let at = 0;
	while ((a[at] ?? '0') === b[at]) at++;
	if (at > 0) return b.slice(0, at) + middle(a.slice(at), b.slice(at));
	const low = digits.indexOf(a[0] ?? '0');
	const high = digits.indexOf(b[0]!);
	if (high - low > 1) return digits[Math.floor((low + high) / 2)]!;
	// Next to each other: below a longer b its first digit alone is free, else we go on behind a.
	if (b.length > 1) return b[0]!;
	return digits[low]! + following(a.slice(1));
}

/** Three characters from the id (FNV-1a), the last not `0`. */
function tailOf(owner: string): string {
	let hash = 0x811c9dc5;
	for (let index = 0; index < owner.length; index++) hash = Math.imul(hash ^ owner.charCodeAt(index), 0x01000193) >>> 0;
	return digits[hash % 62]! + digits[(hash >>> 8) % 62]! + digits[1 + ((hash >>> 16) % 61)]!;
}
