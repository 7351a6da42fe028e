/** Fills the templates of a step; the first that is wrong refuses the step, with its parameter and reason. */
import type { Refusal } from './action.ts';
import type { ContactFacts, Facts } from '../engine/facts.ts';
import { render, type Escape } from '../text/liquid.ts';

export type Template = { param: string; text: string; escape: Escape };

/** The filled texts by parameter, or the refusal `bad-liquid`. */
export function renderAll(templates: readonly Template[], facts: Facts, contact: ContactFacts | null = null): { texts: Record<string, string> } | { refusal: Refusal } {
	const texts: Record<string, string> = {};
	for (const { param, text, escape } of templates) {
		const rendered = render(text, facts, { escape, contact });
		if (!rendered.ok) return { refusal: { code: 'bad-liquid', detail: { param, reason: rendered.reason } } };
		texts[param] = rendered.text;
	}
	return { texts };
}
