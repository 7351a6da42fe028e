import * as v from 'valibot';
import { isAddress } from '../actions/recipients.ts';
import { id, line, text, type Command } from './command.ts';
import { draftGround } from './ground.ts';

const addresses = v.pipe(v.array(v.pipe(v.string(), v.trim(), v.check((one) => isAddress(one), 'not a mail address'))), v.maxLength(50));
const args = v.object({ draftId: id, to: addresses, cc: addresses, bcc: addresses, subject: line(300), html: text(200_000), isSending: v.optional(v.boolean(), true) });

/** Changes a mail that waits, and sends it so, or leaves it waiting. Held as approving it is. */
export const editMail = { type: 'edit-mail', permission: 'task.complete', args, ground: ({ draftId }, read) => draftGround(read, draftId) } satisfies Command<v.InferOutput<typeof args>>;
