/**
 * Jobs that this room holds and does not work, because the store went away before they could be given back (R7): given back when it answers
 * again. Their lease is for a worker that died; this one knows better.
 */
import { releaseJobs, type Job } from '#db/jobs.ts';
import { commit } from '#db/statement.ts';
import type { Engine } from './engine.ts';

/** A claim's token, and which of its jobs; null: all, because the claim's own answer was lost. */
type Debt = { token: string; jobs: Job[] | null };

export class Owed {
	#debts: Debt[] = [];

	/** Notes what could not be given back. */
	note(token: string, jobs: Job[] | null): void {
		this.#debts.push({ token, jobs });
	}

	/** Gives all of it back: what somebody else has claimed since stays theirs. Says whether there was any. Throws when the store can't be reached, and keeps what it owes. */
	async settle({ database, clock, now }: Engine): Promise<boolean> {
		const debts = this.#debts;
		if (debts.length === 0) return false;
		await commit(database, debts.map(({ token, jobs }) => releaseJobs(token, jobs, { now: clock ? null : now(), afterMs: 0 })));
		this.#debts = this.#debts.filter((debt) => !debts.includes(debt));
		return true;
	}
}
