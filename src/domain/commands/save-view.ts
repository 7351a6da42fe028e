import * as v from 'valibot';
import { limits, viewDefinition } from '../views/view.ts';
import { id, line, type Command } from './command.ts';

/** Adds or changes a saved view (CU12). Sharing needs the right to edit documents. */
export const saveView = {
	type: 'save-view',
	permission: null,
	args: v.object({ id, kind: v.literal('customer'), name: line(limits.name), isShared: v.boolean(), position: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100_000)), definition: viewDefinition }),
} satisfies Command;
