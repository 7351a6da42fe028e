/** Why a step or a side effect failed, in the reader's language; what the other side said stays as it was said. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { errorText as written } from '../../../../src/domain/engine/error.ts';
import { overwriteGetLocale } from '../../../../src/lib/messages/runtime.js';
import { effectError, errorText } from '../../../../src/lib/features/flow/error-words.ts';

const room = new URL('../../../../party/', import.meta.url);
const sources = [...readdirSync(new URL('performers/', room)).map((file) => `performers/${file}`), 'perform.ts', 'child-run.ts', 'judge.ts'].map((file) => readFileSync(new URL(file, room), 'utf8')).join('\n');
const codes = [...new Set([...sources.matchAll(/errorText\(([^{)]*)/g)].flatMap(([, first]) => [...first!.matchAll(/'([a-z]+(?:-[a-z]+)*)'/g)].map(([, code]) => code!)))];
afterEach(() => overwriteGetLocale(() => 'en'));

describe('what performers give', () => {
	test('there are codes to tell', () => expect(codes.length).toBeGreaterThan(15));
	test.each(codes)('%s has words in each language', (code) => {
		const said = (['en', 'fr', 'it'] as const).map((locale) => (overwriteGetLocale(() => locale), errorText(written(code, { answer: 'Raw <1>', host: 'h.test', status: '500', url: 'ftp://x', kind: 'fax', cap: '5' }))));
		expect(new Set(said).size).toBe(3);
		for (const text of said) expect(text).not.toMatch(/undefined|[{}]/);
	});
	test('no performer answers with a text of its own', () => expect(sources.match(/error: (?:'|`|error instanceof)/g)).toBeNull());
});

test('a step says what its side effect failed of, once, with what the service said', () => {
	const error = written('mail-refused', { answer: 'Resend: Invalid `to` field.' });
	expect(effectError(error)).toBe('The mail service refused it. Its answer: Resend: Invalid `to` field.');
	expect(errorText(written('failed', { reason: error, parts: '0' }))).toBe(effectError(error));
	overwriteGetLocale(() => 'fr');
	expect(errorText(error)).toBe('Le service d’e-mail l’a refusé. Sa réponse : Resend: Invalid `to` field.');
});
test('what was written down as a text once is shown as it is', () => {
	expect(effectError('example.com answered 500.')).toBe('example.com answered 500.');
	expect(effectError('bounced')).toBe('bounced');
	expect(errorText(written('failed', { reason: 'Resend: Invalid `to` field.', parts: '0' }))).toBe('It didn’t work: Resend: Invalid `to` field.');
});
