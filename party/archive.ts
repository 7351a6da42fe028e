/** Puts finished runs away, a batch at each look: what is due never waits for more than one. */
import { archiveRuns, finishedRuns, forgetIncidents } from '#db/archive.ts';
import { commit } from '#db/statement.ts';
import type { Engine } from './engine.ts';

/** Runs of one batch. */
export const batchSize = 50;

/** Says whether there is more to put away. Killed in between, it goes on there: the store alone knows what is left. Throws when the store can't be reached. */
export const archive = async ({ database, workspace, now }: Engine): Promise<boolean> => {
	const ids = await finishedRuns(database, workspace, now(), batchSize);
	if (ids.length > 0) await commit(database, [...archiveRuns(workspace, ids, now()), forgetIncidents(workspace, now())]);
	return ids.length === batchSize;
};
