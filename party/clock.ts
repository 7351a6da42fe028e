/** The database's clock where the engine works (R20). Only what the database says of it is believed; this machine's own may be moved at any moment. */
import { assertClock, databaseNow, mostDriftMs } from '#db/clock.ts';
import type { Database } from '#db/client.ts';
import { commitGuarded, type Statement } from '#db/statement.ts';
import type { Engine } from './engine.ts';

/** This machine's clock, set by what the database said last. */
export class Clock {
	/** How far the database's clock is ahead of this machine's, in ms. */
	offset = 0;

	/** The database's clock, ms UTC. */
	readonly now = (): number => Math.round(Date.now() + this.offset);

	/** Sets it to what the database said in an answer that has just come, ms. */
	follow(theirs: number): void {
		this.offset = theirs - Date.now();
	}

	/** Asks the database. Throws when the store can't be reached. */
	async ask(database: Database): Promise<void> {
		this.follow(await databaseNow(database));
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
