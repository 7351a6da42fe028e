/** A template filled from a customer: what a page made of it begins with. */
import { addBusinessDays } from '../../calendar/business-days.ts';
import { endOfDay } from '../../calendar/zones.ts';
import type { Facts } from '../../engine/facts.ts';
import { blanks, render, type Rendered } from '../../text/liquid.ts';

/**
 * The template's HTML with its variables filled, `data-due-days` as `data-due-at` (ms UTC, the end of that working day after `now`) and the
 * assignee `owner` as the customer's owner, or nobody. A variable that is blank and has no default is printed as `[customer.domain?]`, so
 * that somebody sees what is missing. A template with wrong Liquid gives its reason.
 */
export function fillTemplate(html: string, facts: Facts, now: number): Rendered {
	const missing = blanks(html, facts);
	const marked = html.replace(/\{\{(-?)\s*([\w.-]+)\s*(-?)\}\}/g, (whole, left: string, path: string, right: string) => (missing.includes(path) ? `{{${left} ${path} | default: '[${path}?]' ${right}}}` : whole));
	const filled = render(marked, facts, { escape: 'html' });
	if (!filled.ok) return filled;
	const text = filled.text
		.replace(/ data-due-days="(\d+)"/g, (_, days: string) => ` data-due-at="${endOfDay(addBusinessDays(now, Number(days), facts.settings), facts.settings.timeZone)}"`)
		.replaceAll(' data-assignee="owner"', facts.owner ? ` data-assignee="${facts.owner.id}"` : '');
	return { ok: true, text };
}
