import * as v from 'valibot';
import { id, type Command } from './command.ts';

/** Takes a tag away. Records that hold it keep the id, so that nothing is lost when it is saved again. */
export const removeTag = { type: 'remove-tag', permission: 'settings.change', args: v.object({ id }) } satisfies Command;
