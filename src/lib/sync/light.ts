/** The sync light (SY4): one word for all that is open here. */
import type { DocumentStatus } from './document-status.ts';

/** `isOffline`: the browser has no network, or the link was found dead and hasn't come back. */
export type Light = { state: 'synced' | 'saved-here' | 'waiting' | 'cannot'; waiting: number; reason: string | null; isOffline: boolean };

/** `commands` that wait; `problem`: why the device can't keep work; `error`: why the lists aren't newer. Codes, or null. */
export type Lit = { documents: readonly DocumentStatus[]; commands: number; problem: string | null; error: string | null; isCurrent: boolean; isOffline: boolean };

/** The worst of what is open. */
export function lightOf({ documents, commands, problem, error, isCurrent, isOffline }: Lit): Light {
	const waiting = documents.reduce((sum, status) => sum + status.waiting, 0) + commands;
	const stuck = documents.find((status) => status.state === 'cannot' && (status.waiting > 0 || status.reason === 'reload-needed'));
	const reason = stuck?.reason ?? problem;
	if (reason !== null) return { state: 'cannot', waiting, reason, isOffline };
	if (waiting > 0) return { state: 'waiting', waiting, reason: error, isOffline };
	return { state: isCurrent ? 'synced' : 'saved-here', waiting, reason: isCurrent ? null : error, isOffline };
}
