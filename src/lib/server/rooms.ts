/** The app's calls to rooms: signed HTTP (S8, docs/protocol.md). */
import { hmacWith, sign, signatureHeader } from '#domain/access/signature.ts';
import type { Settings } from './environment.ts';

const hmac = hmacWith(crypto.subtle, new TextEncoder());
const callTimeoutMs = 15_000;

export type Party = 'document' | 'automation' | 'workspace';
/** `status` 0: nobody answered, and the call may or may not have arrived. Every verb is idempotent, so it may be sent again. */
export type RoomAnswer<T> = { ok: true; value: T } | { ok: false; status: number; code: string; message: string };

/** Calls a room's verb. An unreachable room and a refusal are values, with the reason. */
export async function callRoom<T>(settings: Pick<Settings, 'ROOMS_URL' | 'ROOMS_SECRET'>, party: Party, room: string, verb: string, body: unknown): Promise<RoomAnswer<T>> {
	const path = `/parties/${party}/${room}/${verb}`;
	const text = JSON.stringify(body);
	try {
		const signature = await sign(hmac, settings.ROOMS_SECRET, Date.now(), { method: 'POST', path, body: text });
		const response = await fetch(new URL(path, settings.ROOMS_URL), {
			method: 'POST',
			body: text,
			headers: { 'content-type': 'application/json', [signatureHeader]: signature },
			signal: AbortSignal.timeout(callTimeoutMs),
		});
		if (response.ok) return { ok: true, value: (await response.json()) as T };
		const said = await response.text();
		return { ok: false, status: response.status, ...reasonIn(said) };
	} catch (error) {
		return { ok: false, status: 0, code: 'rooms-unreachable', message: error instanceof Error ? error.message : String(error) };
	}
}

function reasonIn(text: string): { code: string; message: string } {
	try {
		const { code, message } = JSON.parse(text) as { code?: unknown; message?: unknown };
		return { code: typeof code === 'string' ? code : 'room-refused', message: typeof message === 'string' ? message : text };
	} catch {
		return { code: 'room-refused', message: text };
	}
}

/** Tells open screens that there is something to pull. A hint: who misses it pulls at the next one. */
export const poke = (settings: Settings, workspaceId: string, seq: number) => callRoom(settings, 'workspace', workspaceId, 'poke', { seq });

/** Wakes the workspace's automation room: it drains, works and rearms. A hint too: the outside tick comes each minute (R3). */
export const wake = (settings: Settings, workspaceId: string) => callRoom(settings, 'automation', `${workspaceId}_0`, 'wake', {});
