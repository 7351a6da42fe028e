/** Many updates as one. */
import * as Y from 'yjs';

/** Merges updates (one at least), in groups: merging n at once takes time that grows with n². */
export function mergedOf(updates: Uint8Array[]): Uint8Array {
	if (updates.length === 1) return updates[0]!;
	if (updates.length <= 64) return Y.mergeUpdates(updates);
	const groups: Uint8Array[] = [];
	for (let i = 0; i < updates.length; i += 64) groups.push(Y.mergeUpdates(updates.slice(i, i + 64)));
	return mergedOf(groups);
}
