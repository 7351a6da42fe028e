/**
 * Liquid inside HTML. `{{ … }}` and `{% … %}` must reach the template engine as they were typed: `{{ name | default: "there" }}` with
 * escaped quotes doesn't parse. So nothing in a tag is escaped but a `<` that could begin an HTML tag: a draft shown unfilled
 * can't bring markup along, and `{% if customer.mrr < 500 %}` still reads.
 */

const tag = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;

/** The text cut at its Liquid tags, in order, nothing left out. */
export function liquidParts(text: string): { text: string; isLiquid: boolean }[] {
	const parts: { text: string; isLiquid: boolean }[] = [];
	let from = 0;
	for (const match of text.matchAll(tag)) {
		if (match.index > from) parts.push({ text: text.slice(from, match.index), isLiquid: false });
		parts.push({ text: match[0], isLiquid: true });
		from = match.index + match[0].length;
	}
	if (from < text.length) parts.push({ text: text.slice(from), isLiquid: false });
	return parts;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text: string): string => text.replace(/[&<>"]/g, (char) => entities[char]!);

/** Text as HTML, its Liquid untouched (but see above). */
export const escapeAround = (text: string): string =>
	liquidParts(text)
		.map((part) => (part.isLiquid ? part.text.replace(/<(?=[a-z/!?])/gi, '&lt;') : escape(part.text)))
		.join('');

/** The other way round: our own HTML's text as it was typed. */
export const unescapeAround = (html: string): string =>
	liquidParts(html)
		.map((part) => (part.isLiquid ? part.text.replaceAll('&lt;', '<') : part.text.replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: '\u00a0' })[name]!)))
		.join('');

/**
 * An address that a link may have: http, https, mailto, or one that begins with a Liquid output; as an attribute's text. Null when it
 * may not. Double quotes in its Liquid become single ones, since they would end the attribute.
 */
export function hrefOf(value: unknown): string | null {
	if (typeof value !== 'string') return null;
	const address = value.trim();
	if (!/^(https?:\/\/|mailto:|\{\{)/i.test(address)) return null;
	const parts = liquidParts(address);
	if (address.startsWith('{{') && parts[0]?.isLiquid !== true) return null;
	if (parts.some((part) => part.isLiquid && part.text.includes('"') && part.text.includes("'"))) return null;
	return parts.map((part) => (part.isLiquid ? part.text.replaceAll('"', "'").replace(/<(?=[a-z/!?])/gi, '&lt;') : escape(part.text))).join('');
}
