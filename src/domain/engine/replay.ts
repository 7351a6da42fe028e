/** How long a request may be sent again under its key (R13). */

/** Keyed replay ends here, in ms: Resend keeps a key for 24 h. */
const replayMs = 23 * 3_600_000;

/** Whether what was first sent at `firstAt` (ms; null = never) is still known to the provider by its key. */
export const isReplayable = (firstAt: number | null, now: number): boolean => firstAt === null || now - firstAt <= replayMs;
