import * as v from 'valibot';
import { id, line, userId, type Command } from './command.ts';

/** Adds or changes a team. */
export const saveTeam = { type: 'save-team', permission: 'settings.change', args: v.object({ id, name: line(100), memberIds: v.pipe(v.array(userId), v.maxLength(500)) }) } satisfies Command;
