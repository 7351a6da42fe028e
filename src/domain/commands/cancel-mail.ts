import * as v from 'valibot';
import { id, type Command } from './command.ts';
import { draftGround } from './ground.ts';

/** Never sends a mail that waits; its run goes on without it. Held when its text, its recipients or what it stands on has changed. */
export const cancelMail = { type: 'cancel-mail', permission: 'task.complete', args: v.object({ draftId: id }), ground: ({ draftId }, read) => draftGround(read, draftId) } satisfies Command<{ draftId: string }>;
