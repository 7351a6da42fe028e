import * as v from 'valibot';
import { id, reason, type Command } from './command.ts';

/** Takes the runs of a move back to the version and the step that they had, those that have not gone on since (BE2). */
export const rollBackMigration = { type: 'roll-back-migration', permission: 'run.control', args: v.object({ migrationId: id, reason }) } satisfies Command<{ migrationId: string; reason: string }>;
