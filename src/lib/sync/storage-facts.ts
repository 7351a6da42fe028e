/** What the browser promises about this device's data, and how much room there is. */
import { browserEnvironment } from './environment.ts';

/** `granted`: only the person clears it. `refused`: the browser may clear it when the device runs out of room. `not-asked`, or `unknown` where browsers don't say. */
export type Permanence = 'granted' | 'refused' | 'not-asked' | 'unknown';

/** What was promised so far. */
export async function permanence(): Promise<Permanence> {
	const isKept = await navigator.storage?.persisted?.().catch(() => undefined);
	return isKept === undefined ? 'unknown' : isKept ? 'granted' : 'not-asked';
}

/** Asks the browser to keep this device's data (Firefox asks the person). Call it from a click. */
export async function askToKeep(): Promise<Permanence> {
	const isKept = await navigator.storage?.persist?.().catch(() => undefined);
	return isKept === undefined ? 'unknown' : isKept ? 'granted' : 'refused';
}

/** Bytes used by this site and allowed to it; null where the browser doesn't say. */
export const space = (): Promise<{ used: number; quota: number } | null> => browserEnvironment().space();
