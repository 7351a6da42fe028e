import * as v from 'valibot';
import { id, type Command } from './command.ts';
import { draftGround } from './ground.ts';

/** Sends a mail that waits, exactly as it was seen. Held when its text, its recipients or what it stands on has changed. */
export const approveMail = { type: 'approve-mail', permission: 'task.complete', args: v.object({ draftId: id }), ground: ({ draftId }, read) => draftGround(read, draftId) } satisfies Command<{ draftId: string }>;
