/** The part of an address that says what a list of runs is narrowed to: a colleague who opens it sees the same. */
import { runFilterStates, type RunFilter } from '#domain/engine/listed-run.ts';

/** What a page's own runs are: of one playbook, of one customer, or all. */
export type RunScope = { playbookId?: string; customerId?: string };
/** Days back from now that “since” may be. */
export const periods = [1, 7, 30, 90, 365] as const;
/** As the address has it: `days` instead of a time, and whether those that were put away are shown. */
export type ListAddress = Omit<RunFilter, 'since'> & { days: number | null; isWithOld: boolean };

const names = { state: 'state', playbookId: 'playbook', customerId: 'customer', owner: 'owner', days: 'since', isWithOld: 'old' } as const;

/** Reads an address; what can't be read narrows nothing. The page's own scope stands over it. */
export function readAddress(params: URLSearchParams, scope: RunScope): ListAddress {
	const days = Number(params.get('since'));
	return {
		state: runFilterStates.find((state) => state === params.get('state')) ?? 'all',
		playbookId: scope.playbookId ?? params.get('playbook'),
		customerId: scope.customerId ?? params.get('customer'),
		owner: params.get('owner'),
		days: periods.find((period) => period === days) ?? null,
		isWithOld: params.has('old'),
	};
}

/** The same address with something else: its other parts stay. */
export function addressWith(url: URL, change: Partial<ListAddress>): string {
	const params = new URLSearchParams(url.search);
	for (const [part, value] of Object.entries(change) as [keyof typeof names, unknown][]) {
		if (value === null || value === false || value === 'all' || value === '') params.delete(names[part]);
		else params.set(names[part], value === true ? '' : String(value));
	}
	const query = params.toString().replaceAll(/=(?=&|$)/g, '');
	return url.pathname + (query === '' ? '' : `?${query}`);
}

const day = 86_400_000;
/** The filter at `now` (ms). By the hour, so that the same is asked for the same. */
export const filterAt = ({ days, isWithOld: _, ...rest }: ListAddress, now: number): RunFilter => ({ ...rest, since: days === null ? null : Math.floor(now / 3_600_000) * 3_600_000 - days * day });

/** How many parts narrow the list beside its state, and beside its page's scope. */
export const countOf = ({ playbookId, customerId, owner, days }: ListAddress, scope: RunScope): number =>
	[scope.playbookId ? null : playbookId, scope.customerId ? null : customerId, owner, days].filter((part) => part !== null).length;
