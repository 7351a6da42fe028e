/** Writes what several jobs of one claim come to in as few batches as can be, without one of them being in another's way (R4, R5). */
import { assertAllHeld, isHeld, type Job } from '#db/jobs.ts';
import { bumpSeq, commitGuarded, type Statement } from '#db/statement.ts';
import type { Engine } from './engine.ts';

/** A step's job, and the statements that end it. */
export type Ending = { job: Job; statements: Statement[] };
/** Whether a job's statements were committed; `false` when another worker or a person was faster: then nothing of it changed. */
export type Written = Map<number, boolean | Error>;

/**
 * Commits the endings of jobs of one claim, in one batch behind a guard on all of them. When one is lost, or refused by the store, nothing
 * happened: the halves are tried by themselves, until it stands alone. Throws when the store can't be reached.
 */
export const commitHeld = async (engine: Engine, endings: readonly Ending[]): Promise<Written> => {
	if (endings.length === 0) return new Map();
	const jobs = endings.map(({ job }) => job);
	const statements = [assertAllHeld(jobs), bumpSeq(engine.workspace), ...endings.flatMap((one) => one.statements)];
	const all = (word: boolean | Error): Written => new Map(jobs.map(({ id }) => [id, word]));
	try {
		const isWritten = await commitGuarded(engine.database, statements, async () => !(await isHeld(engine.database, ...jobs)));
		if (isWritten || jobs.length === 1) return all(isWritten);
	} catch (error) {
		if (isStoreTrouble(error)) throw error;
		if (jobs.length === 1) return all(error as Error);
	}
	const half = Math.ceil(endings.length / 2);
	return new Map([...(await commitHeld(engine, endings.slice(0, half))), ...(await commitHeld(engine, endings.slice(half)))]);
};

/** Whether the store did not answer, or was busy: `LibsqlError` without an SQLite code, or fetch's TypeError. */
export const isStoreTrouble = (error: unknown): boolean => {
	for (let at: unknown = error; at instanceof Error; at = at.cause) {
		if (at.name === 'LibsqlError' && 'code' in at) return !String(at.code).startsWith('SQLITE_') || String(at.code).startsWith('SQLITE_BUSY');
		if (at instanceof TypeError && /fetch|network|connect/i.test(at.message)) return true;
	}
	return false;
};
