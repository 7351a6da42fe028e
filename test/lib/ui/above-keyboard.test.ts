/** What a screen's keyboard leaves of a page, in browsers that shrink the page and in those that lay the keyboard over it (MO1). */
import { expect, test } from 'vitest';
import { leftByKeyboard } from '../../../src/lib/ui/above-keyboard.ts';

test.each([
	['no keyboard', 740, { height: 740, offsetTop: 0, scale: 1 }, { covered: 0, isShort: false }],
	['Chromium shrinks the page', 380, { height: 380, offsetTop: 0, scale: 1 }, { covered: 0, isShort: true }],
	['Safari lays it over', 740, { height: 404, offsetTop: 0, scale: 1 }, { covered: 336, isShort: true }],
	['Safari has moved the page up to show a field', 740, { height: 404, offsetTop: 120.4, scale: 1 }, { covered: 216, isShort: true }],
	['a tall phone has room for more', 932, { height: 596.5, offsetTop: 0, scale: 1 }, { covered: 336, isShort: false }],
	['a page that was pinched larger', 740, { height: 370, offsetTop: 60, scale: 2 }, { covered: 0, isShort: false }],
	['the page is pulled beyond its end', 740, { height: 740, offsetTop: 30, scale: 1 }, { covered: 0, isShort: false }],
	['a browser that doesn’t say', 740, null, { covered: 0, isShort: false }],
])('%s', (_, inner, seen, left) => expect(leftByKeyboard(inner, seen)).toEqual(left));
