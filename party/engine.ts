/** What draining and working are given: the store, a clock, chance and a log. Tests pass their own (R20). */
import type { Database } from '#db/client.ts';
import { readTruth, type CustomerTruth, type Truth } from '#db/facts.ts';
import type { Breaker } from './breaker.ts';
import type { Clock } from './clock.ts';
import type { Owed } from './owed.ts';
import type { Settings } from './settings.ts';
import type { Trace } from './trace.ts';

export type Engine = {
	database: Database;
	workspace: string;
	shard: number;
	settings: Settings;
	/** The database's clock as this machine can tell it, ms UTC (R20). */
	now: () => number;
	/** What keeps `now` with the database; null where `now` is the truth itself (tests). */
	clock: Clock | null;
	/** 0 ≤ x < 1: jitter (R16). */
	random: () => number;
	/** A fresh claim token (R5). */
	newToken: () => string;
	/** One structured line about something that needs an eye; `about` names run and intent. */
	log: (what: string, about: Record<string, unknown>, error?: unknown) => void;
	breaker: Breaker;
	/** What could not be given back. */
	owed: Owed;
	/** Told of what the engine does; nobody listens when it is absent. */
	trace?: (one: Trace) => void;
};

/** The truth about one customer now; `one` is undefined when it is gone. Throws when the workspace itself is gone. */
export const truthOf = async ({ database, workspace }: Engine, customerId: string): Promise<Truth & { one: CustomerTruth | undefined }> => {
	const truth = await readTruth(database, workspace, [customerId]);
	if (!truth) throw new Error(`There is no workspace ${workspace}.`);
	return { ...truth, one: truth.customers[0] };
};

/** A generated id (S2): 20 of [a-z0-9], the same for the same parts. */
export const idFrom = async (prefix: string, ...parts: string[]): Promise<string> => {
	const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(parts)));
	return prefix + Array.from(new Uint8Array(digest).subarray(0, 20), (byte) => (byte % 36).toString(36)).join('');
};
