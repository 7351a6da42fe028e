/** The sync light (SY4): one word for all that is open here. */
import type { DocumentStatus } from './open-document.svelte.ts';

export type Light = { state: 'synced' | 'saved-here' | 'waiting' | 'cannot'; waiting: number; reason: string | null };

/** `commands` that wait; `problem`: why the device can't keep work; `error`: why the lists aren't newer. Codes, or null. */
export type Lit = { documents: readonly DocumentStatus[]; commands: number; problem: string | null; error: string | null; isCurrent: boolean };

/** The worst of what is open. */
export function lightOf({ documents, commands, problem, error, isCurrent }: Lit): Light {
	const waiting = documents.reduce((sum, status) => sum + status.waiting, 0) + commands;
	const stuck = documents.find((status) => status.state === 'cannot' && (status.waiting > 0 || status.reason === 'reload-needed'));
	const reason = stuck?.reason ?? problem;
	if (reason !== null) return { state: 'cannot', waiting, reason };
	if (waiting > 0) return { state: 'waiting', waiting, reason: error };
	return { state: isCurrent ? 'synced' : 'saved-here', waiting, reason: isCurrent ? null : error };
}
