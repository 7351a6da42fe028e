import { canonical } from '#domain/value.ts';

/** The id of an event: the same for the same change, however often its publishing is tried (S11). */
export async function eventId(parts: unknown[]): Promise<string> {
	const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(canonical(parts)));
	return Array.from(new Uint8Array(digest).subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
