/** What concerns a day, from the mirror's rows. Pure; times in ms UTC. */
import type { MirrorRows } from '#domain/mirror.ts';

export const day = 24 * 3_600_000;

/** Customers whose agreement renews within `days` from now (or should have, up to a week ago), the nearest first. */
export function renewals(customers: readonly MirrorRows['customer'][], owner: string | null, now: number, days = 90): MirrorRows['customer'][] {
	return customers
		.filter((customer) => customer.renewalAt !== null && customer.renewalAt >= now - 7 * day && customer.renewalAt <= now + days * day && (owner === null || customer.owner === owner))
		.sort((a, b) => a.renewalAt! - b.renewalAt!);
}

/** Runs whose next step is due within `hours` from now, the nearest first. */
export function upcoming(runs: readonly MirrorRows['run'][], isMine: (run: MirrorRows['run']) => boolean, now: number, hours = 24): MirrorRows['run'][] {
	return runs
		.filter((run) => (run.state === 'running' || run.state === 'waiting') && run.nextDueAt !== null && run.nextDueAt <= now + hours * 3_600_000 && isMine(run))
		.sort((a, b) => a.nextDueAt! - b.nextDueAt!);
}

/** Which part of the day it is, for the greeting. */
export const partOfDay = (now: number): 'morning' | 'afternoon' | 'evening' => {
	const hour = new Date(now).getHours();
	return hour < 12 ? 'morning' : hour < 18 ? 'afternoon' : 'evening';
};
