/** What an open document says of itself (SY4): never more than is known. */
import type { Shared } from './document-sharing.ts';

export type DocumentStatus = {
	/** `saved-here`: all edits acknowledged or none made, the room is out of reach. `saving`: edits that neither the device nor the room has yet. `waiting`: edits on this device, not yet acknowledged. `cannot`: see `reason`. */
	state: 'loading' | 'saved-here' | 'synced' | 'saving' | 'waiting' | 'cannot';
	/** Edits of this device that the room hasn't acknowledged. */
	waiting: number;
	/** offline (of a document that is loading: it isn't on this device, and its room can't be reached) · signed-out · no-right · not-found · reload-needed · storage-full · storage-failed · no-storage · unreadable · a refusal's code; null when all is well. */
	reason: string | null;
	/** Nothing can be written in it now: there is no right to, or its content isn't here yet. */
	isReadOnly: boolean;
};

export type DocumentFacts = {
	shared: Shared;
	waiting: number;
	/** What this tab made is on the device, or in the room. */
	isStored: boolean;
	/** Why the device can't keep work, or null. */
	storage: string | null;
	/** Why this app can't work with it, or null. */
	problem: string | null;
	isReady: boolean;
	/** Of a newer schema than this app knows (S15). */
	isNewer: boolean;
	/** The room was tried in vain since it was last reached. */
	isOutOfReach: boolean;
	/** Does the command that makes it still wait here? */
	isAwaited: () => boolean;
	mayEdit: boolean;
};

export function statusOf({ shared, waiting, isStored, storage, problem, isReady, isNewer, isOutOfReach, isAwaited, mayEdit }: DocumentFacts): DocumentStatus {
	const { link, refusal, isUnreadable } = shared;
	// No room yet, because its command still waits here: nothing is wrong.
	const ended = link.state === 'ended' && !(link.reason === 'not-found' && isAwaited()) ? link.reason : null;
	const stopped = ended ?? refusal?.code ?? (isNewer ? 'reload-needed' : isUnreadable ? 'unreadable' : problem);
	const state = (): DocumentStatus['state'] => {
		if (stopped !== null) return 'cannot';
		if (!isReady) return 'loading';
		if (link.state === 'open' && shared.isSynced && waiting === 0) return 'synced';
		if (storage !== null) return 'cannot';
		if (waiting === 0) return 'saved-here';
		return isStored ? 'waiting' : 'saving';
	};
	return {
		state: state(),
		waiting,
		reason: stopped ?? storage ?? (!isReady && isOutOfReach ? 'offline' : null),
		isReadOnly: !mayEdit || !isReady || isNewer || ended === 'no-right' || refusal?.code === 'no-right',
	};
}
