/** The text part of a mail, from its HTML. */

const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', hellip: '…', ndash: '–', mdash: '—', euro: '€' };

function decode(text: string): string {
	return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]+));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
		if (name) return named[name.toLowerCase()] ?? whole;
		const code = decimal ? Number(decimal) : parseInt(hex ?? '', 16);
		return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
	});
}

/** Readable plain text of an HTML body: paragraphs and lists as lines, links with their address, entities decoded. Scripts and styles vanish. */
export function plainText(html: string): string {
	const text = html
		.replace(/<(script|style|head|title)\b[\s\S]*?<\/\1\s*>|<!--[\s\S]*?-->/gi, '')
		.replace(/\s+/g, ' ')
		.replace(/<a\b[^>]*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')[^>]*>(.*?)<\/a\s*>/gi, (_, double?: string, single?: string, label = '') => {
			const address = double ?? single ?? '';
			const shown = label.replace(/<[^>]*>/g, '').trim();
			return !address || shown === address || `mailto:${shown}` === address ? shown : shown ? `${shown} (${address})` : address;
		})
		.replace(/<li\b[^>]*>/gi, '\n- ')
		.replace(/<br\s*\/?>/gi, '\n')
		.replace(/<\/(p|div|h[1-6]|ul|ol|blockquote|table|pre)\s*>/gi, '\n\n')
		.replace(/<\/tr\s*>/gi, '\n')
		.replace(/<\/?[a-z][^>]*>/gi, '');
	return decode(text).split('\n').map((line) => line.trim()).join('\n').replace(/\n{3,}/g, '\n\n').trim();
}
