import { expect, it } from 'vitest';
import { newId } from '../../../src/lib/sync/new-id.ts';

it('S2: ids are 20 of [a-z0-9] behind their prefix, all letters used, none twice', () => {
	const ids = Array.from({ length: 2_000 }, () => newId('customer'));
	for (const id of ids) expect(id).toMatch(/^customer_[a-z0-9]{20}$/);
	expect(new Set(ids).size).toBe(ids.length);
	expect(new Set(ids.flatMap((id) => [...id.slice(9)])).size).toBe(36);
	expect(newId('')).toMatch(/^[a-z0-9]{20}$/);
});
