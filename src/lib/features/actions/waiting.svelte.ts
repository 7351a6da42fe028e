/** My Actions as the device knows them now: the list, its badge, and those on their way out. */
import type { MirrorRows } from '#domain/mirror.ts';
import { answerTo } from '#domain/question.ts';
import { mirror, queue, session, type QueuedCommand } from '$lib/sync/index.ts';
import { actionsFor, savedDraft, type Action, type MailText, type Run } from './action-list.ts';

// Once for all runs: looking through every step for each failed run would be their product.
const lasts = $derived.by(() => {
	const lasts = new Map<string, MirrorRows['step']>();
	for (const step of mirror.rows('step')) if ((lasts.get(step.runId)?.number ?? 0) < step.number) lasts.set(step.runId, step);
	return lasts;
});
function stuck(run: Run) {
	const last = lasts.get(run.id);
	return { at: last?.endedAt ?? last?.startedAt ?? last?.dueAt ?? run.startedAt, isUnknown: last?.state === 'unknown' };
}

// Written here and not in the rows yet: a mail reads as it was saved last.
const saved = $derived(new Map(queue.unseen.filter(isSave).map(({ args }) => [(args as { draftId: string }).draftId, args as MailText])));

function list(me: string | null): Action[] {
	return actionsFor(me, {
		tasks: mirror.rows('task'),
		runs: mirror.rows('run'),
		drafts: saved.size === 0 ? mirror.rows('draft') : mirror.rows('draft').map((draft) => savedDraft(draft, saved.get(draft.id))),
		teams: mirror.rows('team'),
		ownerOf: (customerId) => mirror.row('customer', customerId)?.owner ?? null,
		stuck,
	});
}

const decisions = new Set(['complete-task', 'answer-question', 'retry-step', 'skip-step', 'stop-run', 'approve-mail', 'edit-mail', 'cancel-mail']);

/** A mail that was saved and not sent still waits for a word. */
function isSave({ type, args }: QueuedCommand): boolean {
	return type === 'edit-mail' && (args as { isSending?: boolean }).isSending === false;
}
const idsIn = ({ args }: QueuedCommand): string[] => Object.values(args as Record<string, unknown>).filter((one) => typeof one === 'string');

const mine = $derived(session.user ? list(session.user.id) : []);
const everyones = $derived(list(null));
const isDecision = (command: QueuedCommand): boolean => decisions.has(command.type) && !isSave(command);
// Decided here: done for the person until the server's row says so.
const decided = $derived(new Set(queue.unseen.filter(isDecision).flatMap(idsIn)));
// Not answered yet, and no more to be undone at once: with a waiting mark.
const deciding = $derived(queue.waiting.filter((command) => isDecision(command) && command.notBefore === undefined));
const unsent = $derived(new Set(deciding.flatMap(idsIn)));
const isShown = (action: Action): boolean => !decided.has(action.id);

/** Reactive. */
export const actions = {
	/** What this person should do. */
	get mine(): readonly Action[] {
		return mine.filter(isShown);
	},
	/** What anybody should do. */
	get everyones(): readonly Action[] {
		return everyones.filter(isShown);
	},
	/** Decided on this device, waiting to be sent. */
	get unsent(): readonly Action[] {
		return everyones.filter((action) => unsent.has(action.id));
	},
	/** What was answered to it and waits to be sent, in words; null for others. */
	saidOf: (action: Action): string | null => {
		const said = action.kind === 'question' ? deciding.find((command) => command.type === 'answer-question' && idsIn(command).includes(action.id)) : undefined;
		return action.kind === 'question' && said ? (answerTo(action.question, (said.args as { answer: unknown }).answer)?.label ?? null) : null;
	},
	/** Whether its decision was taken back, and the server is still to hear of it. */
	isTakingBack: (id: string): boolean => deciding.some((command) => command.isTakenBack && idsIn(command).includes(id)),
	/** Takes back what was decided about it and waits to be sent. */
	takeBack: (id: string): void => deciding.filter((command) => idsIn(command).includes(id)).forEach((command) => void queue.cancel(command.id)),
	/** How many wait for this person: the frame's badge. */
	get count(): number {
		return actions.mine.length;
	},
};
