/** What interactions and usage say about customers, made anew only when their rows changed. */
import type { MirrorRows } from '#domain/mirror.ts';

/** Latest touch by customer, ms UTC (CU2): an outgoing mail that nobody answered is none. */
export function lastTouches(interactions: readonly MirrorRows['interaction'][]): Map<string, number> {
	const latest = new Map<string, number>();
	for (const { customerId, type, direction, at } of interactions) {
		if (type === 'mail' && direction === 'out') continue;
		if (at > (latest.get(customerId) ?? 0)) latest.set(customerId, at);
	}
	return latest;
}

/** Connections of the last `weeks` weeks by customer, oldest first. */
export function usageByCustomer(rows: readonly MirrorRows['usageWeek'][], weeks = 12): Map<string, MirrorRows['usageWeek'][]> {
	const by = new Map<string, MirrorRows['usageWeek'][]>();
	for (const row of rows) {
		const found = by.get(row.customerId);
		if (found) found.push(row);
		else by.set(row.customerId, [row]);
	}
	for (const [id, list] of by) by.set(id, list.sort((a, b) => (a.week < b.week ? -1 : 1)).slice(-weeks));
	return by;
}
