import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const languages = ['en', 'fr', 'it'] as const;
type Texts = Map<string, unknown>;

/** A language's texts by key, of all its files. */
function catalogue(language: string): Texts {
	const texts: Texts = new Map();
	for (const file of readdirSync(`${root}messages/${language}`)) {
		for (const [key, text] of Object.entries(JSON.parse(readFileSync(`${root}messages/${language}/${file}`, 'utf8')) as Record<string, unknown>)) {
			if (key === '$schema') continue;
			expect(texts.has(key), `${language}/${file} says ${key} a second time`).toBe(false);
			texts.set(key, text);
		}
	}
	return texts;
}
const texts = Object.fromEntries(languages.map((language) => [language, catalogue(language)])) as Record<(typeof languages)[number], Texts>;
const parameters = (text: unknown) => [...new Set(JSON.stringify(text).match(/\{[a-zA-Z]+\}/g))].sort();

test.each(['fr', 'it'] as const)('%s says all that English says, of the same things', (language) => {
	expect([...texts[language].keys()].sort()).toEqual([...texts.en.keys()].sort());
	for (const [key, text] of texts.en) expect(parameters(texts[language].get(key)), key).toEqual(parameters(text));
});

/** All sources below src, by path; the compiled catalogue is none. */
const sources = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' })
	.map((file) => file.replaceAll('\\', '/'))
	.filter((file) => /\.(ts|svelte)$/.test(file) && !file.startsWith('lib/messages/'))
	.map((file) => ({ file, code: readFileSync(`${root}src/${file}`, 'utf8') }));
const found = (pattern: RegExp, within: RegExp) => new Set(sources.filter(({ file }) => within.test(file)).flatMap(({ code }) => [...code.matchAll(pattern)].map(([, name]) => name!)));

test('every text is said somewhere', () => {
	const said = found(/\bm\.([a-zA-Z0-9_]+)/g, /./);
	expect([...texts.en.keys()].filter((key) => !said.has(key))).toEqual([]);
});

test('every reason for which a command is refused or held has words (SY3)', () => {
	const reasons = found(/\b(?:refused|held)\('([a-z-]+)'/g, /^lib\/server\/commands\//);
	const worded = found(/^\t'?([a-z-]+)'?: m\./gm, /^lib\/(ui\/refusal|features\/decisions\/refusals)\.ts$/);
	// What isn't there any more is said as such. Ids are made by the device, never twice: nobody reads `id-taken`.
	expect([...reasons].filter((reason) => !worded.has(reason) && !reason.startsWith('no-such-') && reason !== 'id-taken')).toEqual([]);
	expect(reasons.size).toBeGreaterThan(30);
});
