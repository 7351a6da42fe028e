/** The database's clock: the only one that decides what is due (R1, R20). */
import type { Database } from './client.ts';
import { guard, statement, type Statement } from './statement.ts';

/** ms UTC, in SQL. */
export const databaseClock = `CAST(unixepoch('subsec') * 1000 AS INTEGER)`;

/** How far what was decided may be from the database's clock when it is written, in ms: a lease. */
export const mostDriftMs = 60_000;

/** The database's clock, ms UTC. */
export const databaseNow = async (database: Database): Promise<number> => {
	const { rows } = await database.$client.execute(statement(`SELECT ${databaseClock} AS now`));
	return rows[0]!.now as number;
};

/** Aborts the batch when it was decided by a clock that isn't the database's: this machine's was moved meanwhile, or it stood still. */
export const assertClock = (now: number): Statement => guard(`ABS(${databaseClock} - :now) <= ${mostDriftMs}`, { now });
