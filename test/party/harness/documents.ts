/** Documents for tests, made the way the app makes them. */
import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { call } from './client.ts';

/** A generated id (S2). */
export const newId = (prefix: string): string => `${prefix}_${Array.from(randomBytes(20), (byte) => 'abcdefghijklmnopqrstuvwxyz0123456789'[byte % 36]).join('')}`;

export const ada = { kind: 'user', id: 'ada' } as const;

/** Makes a customer in workspace `w1` and returns its id. */
export async function newCustomer(url: string, name = 'Acme', args: Record<string, unknown> = {}): Promise<string> {
	const id = newId('customer');
	expect(await call(url, 'document', id, 'create', { workspace: 'w1', type: 'customer', args: { name, ...args }, actor: ada })).toEqual({ ok: true, value: { created: true } });
	return id;
}
