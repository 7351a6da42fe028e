import { expect, test } from 'vitest';
import { regional } from '../../../src/lib/ui/locale.ts';

test('the chosen language in the person’s region, else where the product comes from', () => {
	expect(regional('en', ['fr-FR', 'en-US', 'en-GB'])).toBe('en-US');
	expect(regional('en', ['fr-FR'])).toBe('en-GB');
	expect(regional('fr', ['fr-CA'])).toBe('fr-CA');
	expect(regional('it', [])).toBe('it');
});
