/** Generated ids (S2): a prefix and 20 random characters of `[a-z0-9]` (103 bits). */
const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** `customer_3k…`: never repeats. */
export function generatedId(prefix: string): string {
	let id = '';
	while (id.length < 20) for (const byte of crypto.getRandomValues(new Uint8Array(32))) if (byte < 252 && id.length < 20) id += alphabet[byte % 36];
	return `${prefix}_${id}`;
}
