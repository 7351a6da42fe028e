import { describe, expect, test } from 'vitest';
import { sortRows, type Column } from '../../../src/lib/ui/columns.ts';
import { hueColour } from '../../../src/lib/ui/hue.ts';
import { searchOptions } from '../../../src/lib/ui/options.ts';

describe('searching options', () => {
	const options = [{ value: '1', label: 'Grand Élan', hint: 'elan.example' }, { value: '2', label: 'Élan vital' }, { value: '3', label: 'Quick-Stop' }];
	test('accents and case do not matter, beginnings come first', () => expect(searchOptions(options, 'elan').map((o) => o.value)).toEqual(['2', '1']));
	test('every word must occur, in any order, also in the hint', () => {
		expect(searchOptions(options, 'example grand').map((o) => o.value)).toEqual(['1']);
		expect(searchOptions(options, 'grand vital')).toEqual([]);
	});
	test('an empty query gives all, up to the limit', () => expect(searchOptions(options, '  ', 2)).toHaveLength(2));
});

describe('sorting a table', () => {
	type Row = { id: string; name: string; mrr: number | null };
	const rows: Row[] = [{ id: 'a', name: 'zeta', mrr: 5 }, { id: 'b', name: 'Élan', mrr: null }, { id: 'c', name: 'Echo', mrr: 40 }, { id: 'd', name: 'item 10', mrr: 5 }, { id: 'e', name: 'item 9', mrr: 7 }];
	const columns: Column<Row>[] = [{ id: 'name', label: '', width: '', sortBy: (row) => row.name }, { id: 'mrr', label: '', width: '', sortBy: (row) => row.mrr }];
	const ids = (by: string, isDescending: boolean) => sortRows(rows, columns, { by, isDescending }, 'en').map((row) => row.id).join('');
	test('text as people sort it', () => expect(ids('name', false)).toBe('cbeda'));
	test('numbers, with nulls last in both directions and equals in their order', () => {
		expect(ids('mrr', false)).toBe('adecb');
		expect(ids('mrr', true)).toBe('ceadb');
	});
	test('no sort or an unknown column leaves the order', () => {
		expect(sortRows(rows, columns, null, 'en')).toEqual(rows);
		expect(ids('nothing', true)).toBe('abcde');
	});
});

test('a chosen colour is a hue by name, a literal, or grey', () => {
	expect(hueColour('teal')).toBe('var(--color-hue-teal)');
	expect(hueColour('#12ab9f')).toMatch(/^light-dark\(#12ab9f, /);
	expect(hueColour('url(evil)')).toBe('var(--color-hue-grey)');
	expect(hueColour(null)).toBe('var(--color-hue-grey)');
});
