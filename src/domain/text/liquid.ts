/// <reference path="./liquidjs.d.ts" />
/** Fills templates: Liquid without files, with limits, strict about filters, blanks print nothing (EM4, EM6). */
import { filters, Liquid } from 'liquidjs/dist/liquid.browser.mjs';
import { LocalDate, scopeOf } from './scope.ts';
import type { ContactFacts, Facts } from '../engine/facts.ts';
import { isBlank } from '../value.ts';

/** What a printed value must be safe in. In `html` and `json` templates only the values are escaped, not the text around. */
export type Escape = 'none' | 'html' | 'json' | 'url';
export type Rendered = { ok: true; text: string } | { ok: false; reason: string };

const limits = { parseLimit: 200_000, renderLimit: 500, memoryLimit: 2_000_000 };
/** Nothing that reads files, keeps state, or prints around the escaping. */
const tags = ['assign', 'capture', 'if', 'unless', 'case', 'for', 'break', 'continue', 'comment', 'raw', '#'];

const printed = (value: unknown): string => {
	if (Array.isArray(value)) return value.map(printed).filter(Boolean).join(', ');
	if (value instanceof LocalDate) return value.toString();
	return value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
};
const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escapes: Record<Escape, (value: unknown) => string> = {
	none: printed,
	html: (value) => printed(value).replace(/[&<>"']/g, (char) => entities[char]!),
	json: (value) => JSON.stringify(printed(value)).slice(1, -1),
	url: (value) => encodeURIComponent(printed(value)),
};

const engines = new Map<string, Liquid>();
/** One engine for each way of escaping and zone: stateless, so that sharing it shares nothing else. */
function engineFor(escape: Escape, zone: string): Liquid {
	const key = `${escape} ${zone}`;
	const known = engines.get(key);
	if (known) return known;
	const engine = new Liquid({ strictFilters: true, strictVariables: false, ownPropertyOnly: true, timezoneOffset: zone, templates: {}, relativeReference: false, outputEscape: escapes[escape], ...limits });
	for (const tag of Object.keys(engine.tags)) if (!tags.includes(tag)) delete engine.tags[tag];
	// `raw` would print a value unescaped; `json` prints JSON, which is already safe in a JSON body.
	delete engine.filters.raw;
	if (escape === 'json') engine.registerFilter('json', { raw: true, handler: (value: unknown) => JSON.stringify(value instanceof LocalDate ? value.toString() : (value ?? null)) });
	engine.registerFilter('date', function (this: unknown, value: unknown, ...args: unknown[]) {
		return (filters.date as (this: unknown, ...all: unknown[]) => unknown).call(this, value instanceof LocalDate ? new Date(value.ms) : value, ...args);
	});
	engines.set(key, engine);
	return engine;
}

const named: Record<string, string> = { '&quot;': '"', '&#34;': '"', '&#39;': "'", '&apos;': "'", '&lt;': '<', '&gt;': '>', '&nbsp;': ' ', '&#160;': ' ', '\u00a0': ' ' };
/** Rich text escapes quotes inside `{{ }}` and `{% %}` too: put them back before parsing. `&amp;` last, so that nothing is unescaped twice. */
export const unescapeLiquid = (html: string): string =>
	html.replace(/\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g, (code) => code.replace(/&(?:quot|#34|#39|apos|lt|gt|nbsp|#160);|\u00a0/g, (entity) => named[entity]!).replaceAll('&amp;', '&'));

const sourceOf = (template: string, escape: Escape) => (escape === 'html' ? unescapeLiquid(template) : template);
const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).replace(/, (file|line):.*$/s, '');

/** Fills a template from the facts; `contact` is the recipient. A wrong template, or one over the limits of size and time, gives its reason. */
export function render(template: string, facts: Facts, options: { escape?: Escape; contact?: ContactFacts | null } = {}): Rendered {
	const escape = options.escape ?? 'none';
	try {
		const engine = engineFor(escape, facts.settings.timeZone);
		return { ok: true, text: String(engine.parseAndRenderSync(sourceOf(template, escape), scopeOf(facts, options.contact ?? null))) };
	} catch (error) {
		return { ok: false, reason: reasonOf(error) };
	}
}

/** What is wrong with a template's Liquid (unknown filter or tag, unclosed block), or null. */
export function problemOf(template: string, escape: Escape = 'none'): string | null {
	try {
		engineFor(escape, 'UTC').parse(sourceOf(template, escape));
		return null;
	} catch (error) {
		return reasonOf(error);
	}
}

/** The variables that a template prints without a default and that would be blank for these facts, each once, in order (EM4). */
export function blanks(template: string, facts: Facts, contact: ContactFacts | null = null): string[] {
	const scope = scopeOf(facts, contact);
	const found = new Set<string>();
	for (const [, code = ''] of unescapeLiquid(template).matchAll(/\{\{-?([\s\S]*?)-?\}\}/g)) {
		const path = /^\s*((?:customer|contact|owner|event|run|workspace)(?:\.[\w-]+)+)/.exec(code)?.[1];
		if (path && !/\|\s*default\s*:/.test(code) && isBlank(read(scope, path))) found.add(path);
	}
	return [...found];
}

const read = (scope: unknown, path: string): unknown =>
	path.split('.').reduce<unknown>((at, key) => (at !== null && typeof at === 'object' && Object.hasOwn(at, key) ? (at as Record<string, unknown>)[key] : null), scope);
