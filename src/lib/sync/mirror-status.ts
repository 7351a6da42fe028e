/** How the lists are (SY4). */
export type MirrorStatus = {
	/** `loading`: from the device. `syncing`: pages are coming; what is there can be used. `stale`: the last try failed, see `error`. */
	state: 'loading' | 'syncing' | 'synced' | 'stale';
	/** When all was here last, ms UTC; null before the first time. */
	syncedAt: number | null;
	/** Rows received since the last start of a sync that isn't done. */
	received: number;
	error: { code: string; message: string } | null;
};

/** Whether all lists are here, as the server has them, or as it had them when it could be reached last. */
export const isWhole = ({ syncedAt, state, error }: MirrorStatus): boolean => syncedAt !== null && (state === 'synced' || error !== null);
