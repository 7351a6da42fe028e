/** Deciding an action: it leaves the list at once, goes to the queue, and can be taken back for a while before it is sent (SY3). */
import { m } from '$lib/messages/messages.js';
import { draftGround, type Seen } from '#domain/commands/ground.ts';
import { idInAct } from '#domain/commands/own-consequence.ts';
import type { Answer } from '#domain/question.ts';
import { canonical } from '#domain/value.ts';
import { groundNow, mirror, newId, queue, send } from '$lib/sync/index.ts';
import { toast } from '$lib/ui/toasts.svelte.ts';
import type { Action, Decision, MailText } from './action-list.ts';

/** How long a decision can be taken back before it is sent, in ms. It is on the device from the start: a tab that goes away takes nothing with it. */
export const undoTime = 5_000;

const runCommands = { retry: 'retry-step', skip: 'skip-step', stop: 'stop-run' } as const;

type Asked = { type: string; args: Record<string, unknown> };
function commandOf(action: Action, decision: Decision, text: MailText | null, answer: Answer | null): Asked {
	if (action.kind === 'question') return { type: 'answer-question', args: { taskId: action.id, answer: answer!.value } };
	if (action.kind === 'task') return { type: 'complete-task', args: { taskId: action.id } };
	if (action.kind === 'run') return { type: runCommands[decision as keyof typeof runCommands], args: { runId: action.id } };
	if (decision === 'cancel') return { type: 'cancel-mail', args: { draftId: action.id } };
	return text ? { type: 'edit-mail', args: { draftId: action.id, ...text } } : { type: 'approve-mail', args: { draftId: action.id } };
}

/** What was saved here of a mail and is not in its row yet: sending it must send that. */
function savedText(action: Action): MailText | null {
	if (action.kind !== 'mail') return null;
	const textOf = ({ to, cc, bcc, subject, html }: MailText): MailText => ({ to, cc, bcc, subject, html });
	const row = mirror.row('draft', action.id);
	const shown = textOf(action.draft);
	return row && canonical(textOf(row)) !== canonical(shown) ? shown : null;
}

/** What it is based on as it is seen now: a mail as it was saved here, beside what its row still says. */
function groundOf(action: Action, { type, args }: Asked): Seen[] {
	const seen = groundNow(type, args);
	if (action.kind !== 'mail') return seen;
	const shown = draftGround((kind, id) => (kind === 'draft' ? (action.draft as never) : mirror.row(kind, id)), action.id);
	return seen.map((one) => (one.name.startsWith('draft/') && canonical(shown[one.name]) !== canonical(one.was) ? { name: one.name, was: shown[one.name]!, or: one.was } : one));
}

/** Changes a mail and leaves it waiting: it reads so at once. */
export function saveMail(action: Action, text: MailText): void {
	const asked = { type: 'edit-mail', args: { draftId: action.id, ...text, isSending: false } };
	send(asked.type, asked.args, undefined, groundOf(action, asked));
	toast(m.actions_saved_x({ name: text.subject }), { status: 'done' });
}

const nameOf = (action: Action): string => (action.kind === 'task' || action.kind === 'question' ? action.task.title : action.kind === 'mail' ? action.draft.subject : (mirror.row('playbook', action.run.playbookId)?.name ?? ''));

/** Takes the actions away with one Undo for all of them. Tasks are completed, mails sent or cancelled; runs are retried, their step is skipped, or they are stopped. */
export function decideAll(actions: readonly Action[], decision: Exclude<Decision, 'answer'>, text: MailText | null = null): void {
	const words = { complete: m.actions_done_x, retry: m.actions_retried_x, skip: m.actions_skipped_x, stop: m.actions_stopped_x, send: m.actions_sent_x, cancel: m.actions_cancelled_x };
	start(actions, (action) => commandOf(action, decision, text ?? savedText(action), null), words[decision]);
}

/** Answers questions, with one Undo for all of them; each in its own way of saying it. */
export function answerAll(answers: readonly { action: Action; answer: Answer }[]): void {
	const said = new Map(answers.map(({ action, answer }) => [action.id, answer]));
	start(answers.map(({ action }) => action), (action) => commandOf(action, 'answer', null, said.get(action.id)!), ({ name }) => m.actions_answered_x({ name, answer: answers[0]!.answer.label }));
}

function start(actions: readonly Action[], askedOf: (action: Action) => Asked, words: (inputs: { name: string }) => string): void {
	if (actions.length === 0) return;
	// What the first of them leads to must not hold the rest (ADR 28).
	const act = actions.length > 1 ? newId('command') : null;
	const ids = actions.map((action, n) => {
		const asked = askedOf(action);
		return send(asked.type, asked.args, act === null ? undefined : idInAct(act, n), groundOf(action, asked), undoTime).id;
	});
	const [only] = actions;
	const said = actions.length === 1 && only ? words({ name: nameOf(only) }) : m.actions_done_many({ count: actions.length });
	toast(said, { status: 'done', seconds: undoTime / 1000, act: { label: m.ui_undo(), run: () => undo(ids) } });
}

/** Takes them back; says it when one was sent already, because nobody was looking for a moment. */
function undo(ids: readonly string[]): void {
	if (ids.some((id) => queue.waiting.every((command) => command.id !== id))) toast(m.actions_undo_late(), { status: 'warned' });
	for (const id of ids) void queue.cancel(id);
}
