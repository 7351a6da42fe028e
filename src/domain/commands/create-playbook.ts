import * as v from 'valibot';
import { id, line, type Command } from './command.ts';

/** Makes a playbook's document, empty but for its name. */
export const createPlaybook = { type: 'create-playbook', permission: 'document.edit', args: v.object({ id: v.pipe(id, v.startsWith('playbook_')), name: line(200) }) } satisfies Command;
