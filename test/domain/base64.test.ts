import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromBase64, toBase64 } from '#domain/base64.ts';

it('is what everybody else means by base64, there and back', () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
			expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
			expect(fromBase64(toBase64(bytes))).toEqual(new Uint8Array(bytes));
		}),
	);
});

it.each(['A', 'AAA', 'AA=A', 'A===', '****', 'AAAA\n'])('%j is none', (text) => expect(fromBase64(text)).toBeNull());
