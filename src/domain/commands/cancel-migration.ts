import * as v from 'valibot';
import { id, type Command } from './command.ts';

/** Moves no more runs to the other version; those that have moved stay there, and can be taken back. */
export const cancelMigration = { type: 'cancel-migration', permission: 'run.control', args: v.object({ migrationId: id }) } satisfies Command<{ migrationId: string }>;
