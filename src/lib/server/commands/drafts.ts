/** Mails that wait for a person's word (AC7): sent as they were seen, edited, or cancelled; the run that waits goes on. */
import type { InferOutput } from 'valibot';
import { approveDraft, assertWaiting, cancelDraft, readDraft, rewriteDraft, type MailRequest } from '#db/drafts.ts';
import { insertRunEvent } from '#db/runs.ts';
import { resumeWaits } from '#db/waits.ts';
import { forBatch, type Statement } from '#db/statement.ts';
import type { editMail as editMailCommand } from '#domain/commands/edit-mail.ts';
import { cleanHtml } from '#domain/rich-text/clean.ts';
import { plainText } from '#domain/text/plain-text.ts';
import { accepted, held, refused, type Deciding, type Decision, type Handler } from './decision.ts';

type Found = NonNullable<Awaited<ReturnType<typeof readDraft>>>;

async function waiting({ db, args, member }: Deciding<{ draftId: string }>): Promise<Found | Decision> {
	const found = await readDraft(db, member.workspaceId, args.draftId);
	if (!found || found.draft.deletedAt !== null) return refused('no-such-mail');
	const { state, decidedBy, decidedAt } = found.draft;
	return state === 'waiting' ? found : held('mail-decided', { state, by: decidedBy, at: decidedAt });
}

/** One decided mail: what it changes, a line of the run's history, and the run goes on. */
function decided({ db, member, now }: Deciding<unknown>, { draft }: Found, type: string, statements: Statement[]): Decision {
	const { id, runId, number, subject } = draft;
	const { workspaceId } = member;
	const said = insertRunEvent(workspaceId, runId, type, { by: member.user.id, reason: subject }, now);
	return accepted(forBatch(db, [assertWaiting(id), ...statements, said, ...resumeWaits(workspaceId, 'draft', `${runId}:${number}`, now)]), { wakes: true });
}
const wordOf = ({ member, now }: Deciding<unknown>, { draft }: Found) => ({ workspace: member.workspaceId, id: draft.id, by: member.user.id, now });

export const approveMail: Handler<{ draftId: string }> = async (deciding) => {
	const found = await waiting(deciding);
	if ('status' in found) return found;
	if (found.draft.to.length === 0) return refused('no-recipients');
	return decided(deciding, found, 'mail-approved', approveDraft(wordOf(deciding, found)));
};

export const cancelMail: Handler<{ draftId: string }> = async (deciding) => {
	const found = await waiting(deciding);
	return 'status' in found ? found : decided(deciding, found, 'mail-cancelled', cancelDraft(wordOf(deciding, found)));
};

export const editMail: Handler<InferOutput<typeof editMailCommand.args>> = async (deciding) => {
	const { db, args, member, now } = deciding;
	const found = await waiting(deciding);
	if ('status' in found) return found;
	const { to, cc, bcc, subject, isSending } = args;
	const html = cleanHtml(args.html);
	if (html === '') return refused('blank-mail');
	if (isSending && to.length === 0) return refused('no-recipients');
	const request: MailRequest = { ...found.request, to, cc, bcc, subject, html, text: plainText(html) };
	const rewrite = rewriteDraft(member.workspaceId, found.draft.id, request);
	if (isSending) return decided(deciding, found, 'mail-edited', [...rewrite, ...approveDraft(wordOf(deciding, found))]);
	const said = insertRunEvent(member.workspaceId, found.draft.runId, 'mail-changed', { by: member.user.id, reason: subject }, now);
	return accepted(forBatch(db, [assertWaiting(found.draft.id), ...rewrite, said]));
};
