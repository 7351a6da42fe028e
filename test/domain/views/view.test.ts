import { is } from 'valibot';
import { describe, expect, it } from 'vitest';
import type { Group } from '#domain/conditions/condition.ts';
import { viewDefinition, type ViewDefinition } from '#domain/views/view.ts';

const group = (items: Group['items'] = []): Group => ({ id: 'filters', kind: 'group', mode: 'all', items });
const plain: ViewDefinition = { whose: 'all', text: '', filters: group(), scope: 'all', isTree: false, sort: null, columns: ['stage'], group: null };
const nested = (depth: number): Group => (depth === 1 ? group([{ id: 'c', kind: 'clause', field: 'customer.mrr', operator: 'greater', value: 5 }]) : group([nested(depth - 1)]));

describe('CU12: a view’s definition', () => {
	it('takes conditions over any field, nested to three, custom columns and a sort', () => {
		const filters = group([{ id: 'a', kind: 'clause', field: 'customer.f_tier', operator: 'any-of', value: ['gold', 'silver'] }, { ...nested(2), mode: 'any' }]);
		expect(is(viewDefinition, { ...plain, filters, columns: ['stage', 'f_tier'], sort: { by: 'f_tier', isDescending: true }, group: 'stage', scope: 'parents', whose: 'followed', isTree: true })).toBe(true);
		expect(is(viewDefinition, { ...plain, filters: nested(3) })).toBe(true);
	});

	it('refuses what is too deep, too much, or none', () => {
		for (const wrong of [
			{ filters: nested(4) },
			{ filters: group(Array.from({ length: 51 }, (_, n) => ({ id: `c${n}`, kind: 'clause', field: 'customer.mrr', operator: 'greater', value: 1 }) as const)) },
			{ columns: [] },
			{ columns: Array.from({ length: 41 }, (_, n) => `f_${n}`) },
			{ text: 'x'.repeat(201) },
			{ whose: 'nobody' },
			{ sort: { by: '<script>', isDescending: false } },
			{ filters: { ...group(), mode: 'none' } },
		])
			expect(is(viewDefinition, { ...plain, ...wrong }), JSON.stringify(wrong).slice(0, 80)).toBe(false);
	});
});
