/** Writes what several jobs of one claim come to in as few batches as can be, without one of them being in another's way (R4, R5). */
import { assertAllHeld, isHeld, type Job } from '#db/jobs.ts';
import { bumpSeq, merged, type Statement } from '#db/statement.ts';
import { ClockMoved, commitAt } from './clock.ts';
import type { Engine } from './engine.ts';

/** A step's job, and the statements that end it. */
export type Ending = { job: Job; statements: Statement[] };
/** Whether a job's statements were committed; `false` when another worker or a person was faster: then nothing of it changed. */
export type Written = Map<number, boolean | Error>;

/**
 * Commits the endings of jobs of one claim, decided at `now` (ms), in one batch behind a guard on all of them. When one is lost, or refused by the store, nothing
 * happened: the halves are tried by themselves, until it stands alone. Throws when the store can't be reached, or `ClockMoved`.
 */
export const commitHeld = async (engine: Engine, now: number, endings: readonly Ending[]): Promise<Written> => {
	if (endings.length === 0) return new Map();
	const jobs = endings.map(({ job }) => job);
	const statements = [assertAllHeld(jobs), bumpSeq(engine.workspace), ...merged(endings.flatMap((one) => one.statements))];
	const all = (word: boolean | Error): Written => new Map(jobs.map(({ id }) => [id, word]));
	try {
		const isWritten = await commitAt(engine, now, statements, async () => !(await isHeld(engine.database, ...jobs)));
		if (isWritten || jobs.length === 1) return all(isWritten);
	} catch (error) {
		if (pauseAfter(error) !== null) throw error;
		if (jobs.length === 1) return all(error as Error);
	}
	const half = Math.ceil(endings.length / 2);
	return new Map([...(await commitHeld(engine, now, endings.slice(0, half))), ...(await commitHeld(engine, now, endings.slice(half)))]);
};

/** How soon a job is tried again when the store went away under it, in ms. */
const storePauseMs = 2_000;

/** When to try again after trouble that is not the job's own, in ms: at once when this machine's clock was moved. Null: it is the job's. */
export const pauseAfter = (error: unknown): number | null => (error instanceof ClockMoved ? 0 : isStoreTrouble(error) ? storePauseMs : null);

/** Whether the store did not answer, or was busy: `LibsqlError` without an SQLite code, or fetch's TypeError. */
const isStoreTrouble = (error: unknown): boolean => {
	for (let at: unknown = error; at instanceof Error; at = at.cause) {
		if (at.name === 'LibsqlError' && 'code' in at) return !String(at.code).startsWith('SQLITE_') || String(at.code).startsWith('SQLITE_BUSY');
		if (at instanceof TypeError && /fetch|network|connect/i.test(at.message)) return true;
	}
	return false;
};
