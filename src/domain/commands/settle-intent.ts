import * as v from 'valibot';
import { line, type Command } from './command.ts';
import { stepGround } from './ground.ts';

/** An intent's key (R10), and the run it is of. */
const key = v.pipe(v.string(), v.regex(/^[a-z0-9_-]{1,160}$/));

/**
 * A person says what became of something whose answer was lost (R12): it happened, it did not and is to be done again, or it did not and
 * is left. The run goes on when nothing of its step is unknown any more.
 */
export const settleIntent = {
	type: 'settle-intent',
	permission: 'run.control',
	args: v.object({ runId: key, key, outcome: v.picklist(['happened', 'again', 'left']), reason: line(500) }),
	ground: ({ runId }, read) => stepGround(read, runId),
} satisfies Command<{ runId: string; key: string; outcome: 'happened' | 'again' | 'left'; reason: string }>;
