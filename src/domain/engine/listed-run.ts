/** Runs as lists show them, and what a list may be narrowed to (RU1, RU4): the same for rows on a device and for runs that were put away. */
import type { MirrorRows } from '../mirror.ts';

/** A run's row without why it began. */
export type ListedRun = Omit<MirrorRows['run'], 'cause'>;

/** RU1's four words (done, waiting, errors, stuck) beside whether it goes on at all. */
export const runFilterStates = ['all', 'live', 'waiting', 'stuck', 'errors', 'done', 'paused', 'stopped'] as const;
export type RunFilterState = (typeof runFilterStates)[number];

/** `since`: it began at or after this time, ms UTC. Null narrows nothing. */
export type RunFilter = { state: RunFilterState; playbookId: string | null; customerId: string | null; owner: string | null; since: number | null };

/** Whether a run is neither done nor stopped. */
export const isLive = ({ state }: Pick<ListedRun, 'state'>): boolean => state !== 'completed' && state !== 'stopped';

/** Whether a run is in a state of the filter. */
export function isInState({ state, hasErrors }: Pick<ListedRun, 'state' | 'hasErrors'>, wanted: RunFilterState): boolean {
	switch (wanted) {
		case 'all': return true;
		case 'live': return isLive({ state });
		case 'stuck': return state === 'failed';
		case 'errors': return state === 'completed' && hasErrors;
		case 'done': return state === 'completed' && !hasErrors;
		default: return state === wanted;
	}
}

/** Whether a run passes the filter, but for its state. `ownerOf`: a customer's. */
export const isAmongThose = (run: ListedRun, filter: Omit<RunFilter, 'state'>, ownerOf: (customerId: string) => string | null): boolean =>
	(filter.playbookId === null || run.playbookId === filter.playbookId) &&
	(filter.customerId === null || run.subjectId === filter.customerId) &&
	(filter.since === null || run.startedAt >= filter.since) &&
	(filter.owner === null || ownerOf(run.subjectId) === filter.owner);

/** The states of the filter that a run which was put away can be in. */
export const canBePutAway = (state: RunFilterState): boolean => state === 'all' || state === 'done' || state === 'errors' || state === 'stopped';
