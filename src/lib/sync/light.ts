/** The sync light (SY4): one word for all that is open here. */
import type { DocumentStatus } from './document-status.ts';

/** `isOffline`: the browser has no network, or the link was found dead and hasn't come back. */
export type Light = { state: 'synced' | 'saved-here' | 'saving' | 'waiting' | 'cannot'; waiting: number; reason: string | null; isOffline: boolean };

/** `commands` that wait; `isSaving`: edits or commands that aren't on the device yet; `problem`: why the device can't keep work; `error`: why the lists aren't newer. Codes, or null. */
export type Lit = { documents: readonly DocumentStatus[]; commands: number; isSaving: boolean; problem: string | null; error: string | null; isCurrent: boolean; isOffline: boolean };

/** The worst of what is open. */
export function lightOf({ documents, commands, isSaving, problem, error, isCurrent, isOffline }: Lit): Light {
	const waiting = documents.reduce((sum, status) => sum + status.waiting, 0) + commands;
	// It isn't said to wait here, or to be unable to leave, before it is here.
	if (problem === null && isSaving) return { state: 'saving', waiting, reason: null, isOffline };
	const stuck = documents.find((status) => status.state === 'cannot' && (status.waiting > 0 || status.reason === 'reload-needed'));
	const reason = stuck?.reason ?? problem;
	if (reason !== null) return { state: 'cannot', waiting, reason, isOffline };
	if (waiting > 0) return { state: 'waiting', waiting, reason: error, isOffline };
	return { state: isCurrent ? 'synced' : 'saved-here', waiting, reason: isCurrent ? null : error, isOffline };
}
