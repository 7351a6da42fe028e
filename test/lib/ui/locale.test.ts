import { expect, test } from 'vitest';
import { regional } from '../../../src/lib/ui/locale.ts';

test('the chosen language in the person’s region, else where the product comes from', () => {
	expect(regional('en', ['fr-FR', 'en-US', 'en-GB'])).toBe('en-US');
	expect(regional('en', ['fr-FR'])).toBe('en-GB');
	expect(regional('fr', ['fr-CA'])).toBe('fr-CA');
	expect(regional('it', [])).toBe('it');
	// What a browser on a machine without a language says: Intl would throw, and the page stay blank.
	expect(regional('en', ['en-US@posix', 'en-AU'])).toBe('en-AU');
	expect(regional('en', ['en-US@posix'])).toBe('en-GB');
});
