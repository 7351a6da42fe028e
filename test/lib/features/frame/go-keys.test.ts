import { expect, test } from 'vitest';
import { goKeys } from '../../../../src/lib/features/frame/go-keys.ts';

test('g then a letter goes, within its time (screens.md, Keys)', () => {
	const read = goKeys();
	expect(read('g', 0)).toBeNull();
	expect(read('c', 500)).toBe('c');
	expect(read('c', 600)).toBeNull();
});
test('too late, or after another key, it is only a letter', () => {
	const read = goKeys();
	read('g', 0);
	expect(read('c', 2_000)).toBeNull();
	read('g', 3_000);
	expect(read('Shift', 3_100)).toBeNull();
	expect(read('c', 3_200)).toBeNull();
});
