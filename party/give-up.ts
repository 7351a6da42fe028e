/**
 * Gives what runs left on its way its last word (R12): an order, a skipped time or a deleted record took the job away that would have said how
 * it went. A worker that still does it tells afterwards (R9).
 */
import { assertLeft, leftIntents } from '#db/intents.ts';
import { leaseMs } from '#db/jobs.ts';
import { bumpSeq, commitGuarded } from '#db/statement.ts';
import type { Engine } from './engine.ts';
import { lastWord, unsaid } from './perform.ts';

/** How often it is looked for, in ms, and how many are given up at a look. */
export const giveUpEveryMs = 60_000;
const most = 100;

/** Says how many were given up. Throws when the store can't be reached. */
export const giveUp = async ({ database, workspace, now, log }: Engine): Promise<number> => {
	let count = 0;
	for (const { intent, run } of await leftIntents(database, workspace, now() - leaseMs, most)) {
		const word = unsaid(intent);
		if (!(await commitGuarded(database, [assertLeft(intent.key), bumpSeq(workspace), ...lastWord(run, intent, word, now())], async () => false))) continue;
		count++;
		log(`an intent that its run left is ${word.state}`, { run: run.id, intent: intent.key, kind: intent.kind });
	}
	return count;
};
