import * as v from 'valibot';
import type { Step } from '../documents/playbook/definition.ts';
import type { MigrateRefusal, StepMap } from '../engine/migrate.ts';
import { id, stepMap, version, type Command } from './command.ts';

/** A read: the runs under way on other versions, by the step they stand at, and what moving them by this map would do (BE2). */
export const previewMigration = {
	type: 'preview-migration',
	permission: null,
	isRead: true,
	args: v.object({ playbookId: id, version, map: v.optional(stepMap, {}) }),
} satisfies Command<{ playbookId: string; version: number; map: StepMap }>;

/** The runs at one step. `step`: as the newest of their versions has it. `isSame`: the new version has it too. `outcomes`: how many are kept, move, end, or stay for which reason. */
export type MigrationStep = { stepId: string; step: Step | null; versions: number[]; isSame: boolean; count: number; outcomes: Partial<Record<'keep' | 'move' | 'end' | MigrateRefusal, number>> };
/** `targets`: the new version's steps, in reading order. */
export type MigrationPreview = { total: number; steps: MigrationStep[]; targets: Step[] };
