import * as v from 'valibot';
import { colour, id, line, type Command } from './command.ts';

/** Adds or changes a stage of the customers' life. */
export const saveStage = { type: 'save-stage', permission: 'settings.change', args: v.object({ id, name: line(100), position: v.pipe(v.number(), v.integer()), colour }) } satisfies Command;
