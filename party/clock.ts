/** The database's clock where the engine works (R20). Only what the database says of it is believed; this machine's own may be moved at any moment. */
import { assertClock, databaseNow, mostDriftMs } from '#db/clock.ts';
import type { Database } from '#db/client.ts';
import { commitGuarded, type Statement } from '#db/statement.ts';
import type { Engine } from './engine.ts';

/** This machine's clock, set by what the database said last. */
export class Clock {
	/**
	 * How far the database's clock is ahead of this machine's, in ms: at least, and at most. An answer says what it was on the way; how long the answer
	 * was on its way back, nobody knows.
	 */
	least = 0;
	#most = 0;

	/** The database's clock, ms UTC: never behind it, so that no lease seems longer than it is (R6). */
	readonly now = (): number => Math.round(Date.now() + this.#most);

	/** Sets it to what the database said, ms, in an answer that has just come to what was `asked` then, by this machine's clock. */
	follow(theirs: number, asked: number): void {
		const here = Date.now();
		this.least = theirs - here;
		// Longer than a lease makes no difference; it is this machine's clock that was moved.
		this.#most = this.least + Math.min(Math.max(0, here - asked), mostDriftMs);
	}

	/** Asks the database. Throws when the store can't be reached. */
	async ask(database: Database): Promise<void> {
		const asked = Date.now();
		this.follow(await databaseNow(database), asked);
	}
}

/** What was decided by a clock that had been moved: it is decided again, by the right one. */
export class ClockMoved extends Error {
	constructor() {
		super('This machine’s clock was moved, or it stood still for longer than a lease; the step is taken again by the database’s clock.');
		this.name = 'ClockMoved';
	}
}

/**
 * Commits what was decided at `now` (ms), unless the database's clock says otherwise: then it throws `ClockMoved`, nothing has changed, and the
 * engine's clock is right again. Else as `commitGuarded` (db/statement.ts).
 */
export const commitAt = async (engine: Engine, now: number, statements: Statement[], hasHappened: () => Promise<boolean>): Promise<boolean> => {
	const { clock, database } = engine;
	if (await commitGuarded(database, clock ? [assertClock(now), ...statements] : statements, hasHappened)) return true;
	if (clock) {
		await clock.ask(database);
		if (Math.abs(clock.now() - now) > mostDriftMs) throw new ClockMoved();
	}
	return false;
};
