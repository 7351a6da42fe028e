const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** A generated room or row id, e.g. `customer_3k9…`: prefix, `_`, 20 of [a-z0-9] (S2; 103 bits). With an empty prefix, only the 20. */
export function newId(prefix: string): string {
	let id = '';
	while (id.length < 20) {
		// 252 = 7 × 36: a byte above would favour the first letters.
		for (const byte of crypto.getRandomValues(new Uint8Array(32))) if (byte < 252 && id.length < 20) id += alphabet[byte % 36];
	}
	return prefix === '' ? id : `${prefix}_${id}`;
}
