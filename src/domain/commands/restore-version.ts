import * as v from 'valibot';
import { id, type Command } from './command.ts';

/** Makes the draft what a version was. Publishing it is another decision. */
export const restoreVersion = { type: 'restore-version', permission: 'document.edit', args: v.object({ playbookId: id, version: v.pipe(v.number(), v.integer(), v.minValue(1)) }) } satisfies Command;
