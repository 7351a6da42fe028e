import * as v from 'valibot';
import type { StepMap } from '../engine/migrate.ts';
import { id, reason, stepMap, version, type Command } from './command.ts';

/** Moves the runs that are under way on other versions to this one, by a map of steps; at a step that isn't named they are kept, if the version has it (BE2). */
export const migrateRuns = {
	type: 'migrate-runs',
	permission: 'run.control',
	args: v.object({ playbookId: id, version, map: v.optional(stepMap, {}), reason }),
} satisfies Command<{ playbookId: string; version: number; map: StepMap; reason: string }>;
