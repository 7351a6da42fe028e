/** The outside tick (R3): wakes the automation room of every workspace, because a killed host forgets its alarms. */
import { createClient } from '@libsql/client/web';
import { hmacWith, sign, signatureHeader } from '#domain/access/signature.ts';

export interface TickSettings {
	LIBSQL_URL: string;
	LIBSQL_AUTH_TOKEN: string;
	ROOMS_URL: string;
	ROOMS_SECRET: string;
}

const hmac = hmacWith(crypto.subtle, new TextEncoder());

/** Wakes every workspace's automation once, side by side. Answers how many woke, and what went wrong with the others. */
export const tick = async ({ LIBSQL_URL, LIBSQL_AUTH_TOKEN, ROOMS_URL, ROOMS_SECRET }: TickSettings): Promise<{ woken: number; problems: string[] }> => {
	const client = createClient({ url: LIBSQL_URL, authToken: LIBSQL_AUTH_TOKEN });
	const { rows } = await client.execute('SELECT id FROM workspace');
	client.close();
	const wake = async (workspace: string): Promise<string | null> => {
		const path = `/parties/automation/${workspace}_0/wake`;
		const body = '{}';
		const signature = await sign(hmac, ROOMS_SECRET, Date.now(), { method: 'POST', path, body });
		try {
			const response = await fetch(ROOMS_URL + path, { method: 'POST', body, headers: { 'content-type': 'application/json', [signatureHeader]: signature }, signal: AbortSignal.timeout(30_000) });
			return response.ok ? null : `${workspace}: ${response.status} ${(await response.text()).slice(0, 300)}`;
		} catch (error) {
			return `${workspace}: ${(error as Error).message}`;
		}
	};
	const outcomes = await Promise.all(rows.map((row) => wake(String(row['id']))));
	return { woken: outcomes.filter((problem) => problem === null).length, problems: outcomes.filter((problem) => problem !== null) };
};
