/** A customer document as rows. Pure and total: content that can't be read counts as blank until the room has healed it (S12). */
import type * as Y from 'yjs';
import type { ProjectedRow, Projection } from '../document-type.ts';
import { conflictRows } from './conflicts.ts';
import { customOfAll, firstOf, hasFlag, mapsOf, survivors } from './merged.ts';
import { agreements, contactRoles, entry, fields, fixedFields, isCustomField, isValid, meta, read, tags, team, type Subject } from './shape.ts';

const day = 86_400_000;

/** The customer's row, then its contacts, agreements and conflicts by id; nothing while the skeleton hasn't arrived. */
export function projection(doc: Y.Doc): Projection {
	const id = meta(doc).get('id');
	if (typeof id !== 'string') return [];
	const createdAt = Number(meta(doc).get('createdAt') ?? 0);
	const deals = entriesOf(agreements(doc)).map(([key, map]): ProjectedRow => ({ table: 'agreement', id: key, values: { customerId: id, ...fixed(map, 'agreement') } }));
	const people = [...survivors(doc)].map(([key, merged]): ProjectedRow => {
		const maps = mapsOf(doc, key, merged);
		return {
			table: 'contact',
			id: key,
			values: {
				customerId: id,
				...Object.fromEntries(fixedFields('contact').map((field) => [field, firstOf(maps, field)])),
				roles: contactRoles.filter((role) => hasFlag(maps, `role:${role}`)),
				tags: [...new Set(maps.flatMap((map) => [...map.keys()]))].filter((name) => name.startsWith('tag:')).map((name) => name.slice(4)).sort(),
				custom: customOfAll(maps),
				createdAt: Math.min(...maps.map((map) => (typeof map.get('createdAt') === 'number' ? Number(map.get('createdAt')) : createdAt))),
				mergedFrom: merged,
			},
		};
	});
	const values = {
		...fixed(fields(doc), 'customer'),
		tags: [...tags(doc).keys()].sort(),
		team: [...team(doc).keys()].sort(),
		custom: customOf(fields(doc)),
		...recurring(deals),
		createdAt,
	};
	return [{ table: 'customer', id, values }, ...people, ...deals, ...conflictRows(doc, id)];
}

/** MRR of the active agreements, and their earliest renewal: end less the notice when renewed tacitly, else the end (CU7). */
export function recurring(deals: readonly ProjectedRow[]): { mrr: number; renewalAt: number | null } {
	const active = deals.map((row) => row.values as { status: string; mrr: number; endAt: number | null; noticeDays: number; isTacit: boolean }).filter((deal) => deal.status === 'ACTIVE');
	const renewals = active.flatMap((deal) => (deal.endAt === null ? [] : [deal.isTacit ? deal.endAt - deal.noticeDays * day : deal.endAt]));
	// In cents, so that the sum is the same whatever the order.
	return { mrr: active.reduce((sum, deal) => sum + Math.round(deal.mrr * 100), 0) / 100, renewalAt: renewals.length === 0 ? null : Math.min(...renewals) };
}

function entriesOf(map: Y.Map<unknown>): [string, Y.Map<unknown>][] {
	return [...map.keys()].sort().flatMap((key) => {
		const found = entry(map, key);
		return found === null ? [] : [[key, found] as [string, Y.Map<unknown>]];
	});
}

const fixed = (map: Y.Map<unknown>, subject: Subject): Record<string, unknown> => Object.fromEntries(fixedFields(subject).map((field) => [field, read(map, subject, field)]));

function customOf(map: Y.Map<unknown>): Record<string, unknown> {
	const keys = [...map.keys()].filter((key) => isCustomField(key) && map.get(key) !== null && isValid('customer', key, map.get(key)));
	return Object.fromEntries(keys.sort().map((key) => [key, map.get(key)]));
}
