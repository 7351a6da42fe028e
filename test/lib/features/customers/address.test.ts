import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clause, Group } from '#domain/conditions/condition.ts';
import { scopes } from '#domain/views/view.ts';
import { addressOf, differing, noFilters, plainView, readAddress, type Changes } from '../../../../src/lib/features/customers/list/address.ts';
import { countOf, editedFilters, none, quickOf, withQuick } from '../../../../src/lib/features/customers/list/conditions.ts';

const read = (address: string) => readAddress(new URL(address, 'http://x').searchParams);
const clause = (id: string, field: string, value: unknown): Clause => ({ id, kind: 'clause', field, operator: 'any-of', value });

const someFilters: fc.Arbitrary<Group> = fc
	.array(fc.tuple(fc.constantFrom('customer.stage', 'customer.f_tier', 'contact.title'), fc.oneof(fc.constant(null), fc.integer(), fc.array(fc.string({ maxLength: 8 }), { maxLength: 3 })), fc.boolean()), { maxLength: 5 })
	.map((items) => ({ ...noFilters, items: items.map(([field, value, isNested], n) => (isNested ? { id: `c${n}`, kind: 'group', mode: 'any', items: [clause(`c${n}-0`, field, value)] } : clause(`c${n}`, field, value))) }));
const someChanges: fc.Arbitrary<Changes> = fc.record(
	{
		text: fc.string({ maxLength: 40 }),
		filters: someFilters,
		scope: fc.constantFrom(...scopes),
		isTree: fc.boolean(),
		sort: fc.option(fc.record({ by: fc.constantFrom('mrr', 'f_tier'), isDescending: fc.boolean() }), { nil: null }),
		group: fc.option(fc.constantFrom('stage', 'f_tier'), { nil: null }),
		columns: fc.uniqueArray(fc.constantFrom('stage', 'mrr', 'f_tier'), { minLength: 1 }),
	},
	{ requiredKeys: [] },
);

describe('CU12: the list’s address', () => {
	it('holds a view and every change on it, and gives them back', () => {
		fc.assert(fc.property(someChanges, fc.constantFrom('all', 'mine', 'view_x'), (changes, id) => void expect(read(addressOf(id, changes))).toEqual({ viewId: id, changes })));
	});

	it('is plain when nothing is changed, and leaves out what can’t be read', () => {
		expect(addressOf('all', {})).toBe('/customers');
		expect(read('/customers?f=%7B%7D&scope=moon&columns=&sort=<&new')).toEqual({ viewId: 'all', changes: { sort: null } });
		expect(read('/customers?f=["all",["customer.mrr","explodes",1]]').changes.filters).toBeUndefined();
	});

	it('a change back to what the view has is none, whatever the ids of its clauses', () => {
		const base = { ...plainView('all'), filters: { ...noFilters, items: [clause('x', 'customer.stage', ['s'])] } };
		expect(differing(base, { text: '', isTree: false, filters: { ...noFilters, items: [clause('other', 'customer.stage', ['s'])] } })).toEqual({});
		expect(differing(base, { filters: noFilters })).toEqual({ filters: noFilters });
	});
});

describe('conditions of a list', () => {
	it('quick filters are conditions like others, with or without “none”', () => {
		let filters = withQuick(noFilters, 'customer.stage', ['s1', 's2']);
		expect(filters.items).toMatchObject([{ kind: 'clause', field: 'customer.stage', operator: 'any-of', value: ['s1', 's2'] }]);
		filters = withQuick(filters, 'customer.stage', ['s1', none]);
		expect(quickOf(filters, 'customer.stage')).toEqual(['s1', none]);
		filters = withQuick(filters, 'customer.owner', [none]);
		expect([quickOf(filters, 'customer.stage'), quickOf(filters, 'customer.owner')]).toEqual([['s1', none], [none]]);
		expect(countOf(filters)).toBe(3);
		expect(withQuick(withQuick(filters, 'customer.stage', []), 'customer.owner', [])).toEqual(noFilters);
	});

	it('are added, changed and removed at any depth by the editor’s edits', () => {
		let filters = editedFilters(noFilters, 'put-filter', { id: 'g', kind: 'group', parent: 'filters', mode: 'any' });
		filters = editedFilters(filters, 'put-filter', { id: 'c', kind: 'clause', parent: 'g', field: '', operator: 'is' });
		filters = editedFilters(filters, 'set-filter', { id: 'c', field: 'customer.mrr', operator: 'greater', value: 5 });
		filters = editedFilters(filters, 'set-filter', { id: 'filters', mode: 'any' });
		expect(filters).toEqual({ ...noFilters, mode: 'any', items: [{ id: 'g', kind: 'group', mode: 'any', items: [{ id: 'c', kind: 'clause', field: 'customer.mrr', operator: 'greater', value: 5 }] }] });
		expect(editedFilters(filters, 'remove-filter', { id: 'g' }).items).toEqual([]);
	});
});
