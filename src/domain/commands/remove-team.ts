import * as v from 'valibot';
import { id, type Command } from './command.ts';

/** Takes a team away. Records that hold it keep the id, so that nothing is lost when it is saved again. */
export const removeTeam = { type: 'remove-team', permission: 'settings.change', args: v.object({ id }) } satisfies Command;
