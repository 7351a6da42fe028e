import * as v from 'valibot';
import { id, type Command } from './command.ts';
import { customerGround, groundOf, type Ground } from './ground.ts';

/** Runs the active version on these customers, by hand. */
export const startRun = {
	type: 'start-run',
	permission: 'run.control',
	args: v.object({ playbookId: id, customerIds: v.pipe(v.array(id), v.minLength(1), v.maxLength(500)) }),
	ground: ({ playbookId, customerIds }, read) =>
		customerIds.reduce<Ground>((ground, one) => Object.assign(ground, customerGround(read, one)), groundOf(read, 'activation', playbookId, ({ state, version }) => ({ state, version }))),
} satisfies Command<{ playbookId: string; customerIds: string[] }>;
