/** The customer list's filters, kept in the URL so that a colleague sees the same (screens.md, Frame). */
import type { MirrorRows } from '#domain/mirror.ts';
import type { Sort } from '$lib/ui/columns.ts';

export type Customer = MirrorRows['customer'];
/** Ids by which the list is narrowed: any of each, all of them together. `none` stands for customers without. */
export type Filters = { text: string; stages: string[]; owners: string[]; tags: string[] };

export const none = 'none';
const list = (text: string | null) => (text ? text.split(',').filter(Boolean) : []);

export const filtersOf = (url: URL): Filters => ({ text: url.searchParams.get('q') ?? '', stages: list(url.searchParams.get('stage')), owners: list(url.searchParams.get('owner')), tags: list(url.searchParams.get('tag')) });

export function sortOf(url: URL): Sort | null {
	const [by, direction] = (url.searchParams.get('sort') ?? '').split(':');
	return by ? { by, isDescending: direction === 'down' } : null;
}

/** The list's address with these filters; what is not set is left out. */
export function addressOf(filters: Filters, sort: Sort | null): string {
	const parts: [string, string][] = [
		['q', filters.text],
		['stage', filters.stages.join(',')],
		['owner', filters.owners.join(',')],
		['tag', filters.tags.join(',')],
		['sort', sort ? `${sort.by}${sort.isDescending ? ':down' : ''}` : ''],
	];
	const query = parts.filter(([, value]) => value !== '').map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
	return query.length === 0 ? '/customers' : `/customers?${query.join('&')}`;
}

export const isNarrowed = (filters: Filters): boolean => filters.text !== '' || filters.stages.length + filters.owners.length + filters.tags.length > 0;

/** Whether a customer passes all but the text, which the mirror's search answers. */
export function passes(customer: Customer, filters: Filters): boolean {
	const isAmong = (ids: string[], value: string | null) => ids.length === 0 || ids.includes(value ?? none);
	return isAmong(filters.stages, customer.stage) && isAmong(filters.owners, customer.owner) && (filters.tags.length === 0 || filters.tags.some((tag) => (tag === none ? customer.tags.length === 0 : customer.tags.includes(tag))));
}
