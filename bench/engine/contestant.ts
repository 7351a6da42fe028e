/** What is asked of each engine that is compared. */
export type Burst = {
	/** For each job, ms from its due time to when it was begun (a peer's) or decided (ours). */
	lateness: number[];
	/** ms from the last one's due time until the last one was done for good. */
	drain: number;
};

/** When jobs are due that only wait, in ms from now. */
export const farAway = 30 * 86_400_000;

export type Contestant = {
	name: string;
	/** Puts as many jobs in as are due in a month. */
	pend: (count: number) => Promise<void>;
	/** Puts as many in as are due `lead` ms from now, each `apartMs` (0) after the one before, and waits until all are done. */
	burst: (count: number, lead: number, apartMs?: number) => Promise<Burst>;
	/** Puts as many in as are due now and call an address, each with an id of its own. */
	effects: (count: number, url: string) => Promise<void>;
	/** Steps a second that its store alone allows, where that can be asked. */
	stepsPerSecond?: (count: number) => Promise<number>;
	/** `kill -9` of the worker, and a new one. */
	kill: () => Promise<void>;
	start: () => Promise<void>;
	end: () => Promise<void>;
};
