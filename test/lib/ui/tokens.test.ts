import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync(new URL('../../../src/lib/ui/tokens.css', import.meta.url), 'utf8');
const block = (start: string) => css.slice(css.indexOf(start), css.indexOf('\n}', css.indexOf(start)));
const tokens = (text: string) => Object.fromEntries([...text.matchAll(/--color-([a-z-]+):\s*(#[0-9a-f]{6})/g)].map((m) => [m[1]!, m[2]!]));
const light = tokens(block('@theme static'));
const dark = { ...light, ...tokens(block("[data-theme='dark']")) };

/** Relative luminance and contrast as WCAG 2.2 defines them. */
function luminance(hex: string): number {
	const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as [number, number, number];
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(a: string, b: string): number {
	const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
	return (high + 0.05) / (low + 0.05);
}

const grounds = ['ground', 'sunken', 'surface', 'raised', 'hover', 'chosen'];
const words = ['ink', 'muted', 'done', 'waiting', 'warned', 'stuck', 'accent'];
const pairs = [
	...grounds.flatMap((ground) => words.map((word) => [word, ground])),
	...['ground', 'sunken', 'surface', 'raised', 'hover'].map((ground) => ['faint', ground]),
	...['done', 'waiting', 'warned', 'stuck'].flatMap((status) => [[status, `${status}-soft`], ['ink', `${status}-soft`]]),
	['on-accent', 'accent'],
	['on-accent', 'accent-strong'],
] as [string, string][];

describe.each([['light', light], ['dark', dark]] as const)('tokens in %s (screens.md, Language of form)', (_, theme) => {
	test.each(pairs)('%s on %s reads at 4.5:1', (word, ground) => {
		expect(contrast(theme[word]!, theme[ground]!)).toBeGreaterThanOrEqual(4.5);
	});
	test.each(['ground', 'surface', 'raised'])('the edge of a control and the focus ring are seen at 3:1 on %s', (ground) => {
		expect(contrast(theme['line-strong']!, theme[ground]!)).toBeGreaterThanOrEqual(3);
		expect(contrast(theme['accent']!, theme[ground]!)).toBeGreaterThanOrEqual(3);
	});
	test.each(Object.keys(light).filter((name) => name.startsWith('hue-')))('%s is seen at 3:1 on every ground it is drawn on', (hue) => {
		for (const ground of ['ground', 'sunken', 'surface', 'raised']) expect(contrast(theme[hue]!, theme[ground]!)).toBeGreaterThanOrEqual(3);
	});
});
