/** The part of a text that changed, as one deletion and one insertion, so that what colleagues write beside it stays. */
export function change(before: string, after: string): { at: number; deleted: number; inserted: string } {
	const most = Math.min(before.length, after.length);
	let at = 0;
	while (at < most && before[at] === after[at]) at++;
	let end = 0;
	while (end < most - at && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
	return { at, deleted: before.length - at - end, inserted: after.slice(at, after.length - end) };
}

/** Where a cursor stands after such a change by somebody else. */
export function shifted(cursor: number, { at, deleted, inserted }: { at: number; deleted: number; inserted: string }): number {
	if (cursor <= at) return cursor;
	return cursor >= at + deleted ? cursor - deleted + inserted.length : at + inserted.length;
}
