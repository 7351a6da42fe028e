import * as v from 'valibot';
import { id, reason, type Command } from './command.ts';
import { groundOf } from './ground.ts';

/** Runs the active version of an ended run's playbook once more on the same record, whatever its entry rule (never twice at once, RU5). */
export const runAgain = {
	type: 'run-again',
	permission: 'run.control',
	args: v.object({ runId: id, reason }),
	ground: ({ runId }, read) => groundOf(read, 'activation', read('run', runId)?.playbookId, ({ state, version }) => ({ state, version })),
} satisfies Command<{ runId: string; reason: string }>;
