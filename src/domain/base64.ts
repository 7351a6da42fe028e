/** Bytes as text for JSON (RFC 4648, with padding), the same on every host. */
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const values = new Uint8Array(128);
for (let value = 0; value < letters.length; value++) values[letters.charCodeAt(value)] = value;

export function toBase64(bytes: Uint8Array): string {
	const parts: string[] = [];
	for (let at = 0; at < bytes.length; at += 3) {
		const left = bytes.length - at;
		const [a, b, c] = [bytes[at]!, left > 1 ? bytes[at + 1]! : 0, left > 2 ? bytes[at + 2]! : 0];
		const group = letters[a >> 2]! + letters[((a & 3) << 4) | (b >> 4)]!;
		parts.push(group + (left > 1 ? letters[((b & 15) << 2) | (c >> 6)]! : '=') + (left > 2 ? letters[c & 63]! : '='));
	}
	return parts.join('');
}

/** The bytes of such a text; null when it is none. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
	if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null;
	const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
	const bytes = new Uint8Array((text.length / 4) * 3 - padding);
	for (let at = 0, to = 0; at < text.length; at += 4, to += 3) {
		const value = (n: number) => values[text.charCodeAt(at + n)]!;
		const group = (value(0) << 18) | (value(1) << 12) | (value(2) << 6) | value(3);
		// What lies beyond the end is padding: a typed array drops it.
		bytes[to] = group >> 16;
		bytes[to + 1] = group >> 8;
		bytes[to + 2] = group;
	}
	return bytes;
}
