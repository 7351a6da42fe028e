/** What waits for a person: open tasks and failed runs, in the order they should be done. Pure over the mirror's rows. */
import type { MirrorRows } from '#domain/mirror.ts';
import type { Answer, Question } from '#domain/question.ts';
import { cleanHtml } from '#domain/rich-text/clean.ts';
import { plainText } from '#domain/text/plain-text.ts';

export type Task = MirrorRows['task'];
export type Run = MirrorRows['run'];
export type Draft = MirrorRows['draft'];
/** A question is a task that is done by answering it; `question` is what was asked. */
export type Action = { id: string; kind: 'task'; at: number | null; task: Task } | { id: string; kind: 'question'; at: number | null; task: Task; question: Question } | { id: string; kind: 'run'; at: number; run: Run; isUnknown: boolean } | { id: string; kind: 'mail'; at: number; draft: Draft };
/** What may be changed of a mail. */
export type MailText = { to: string[]; cc: string[]; bcc: string[]; subject: string; html: string };
/** What the list is narrowed to. */
export const kinds = ['all', 'task', 'question', 'mail', 'run'] as const;
export type KindFilter = (typeof kinds)[number];
export const groupNames = ['late', 'today', 'later', 'none'] as const;
export type GroupName = (typeof groupNames)[number];
export type Group = { name: GroupName; actions: Action[] };

export type ActionRows = {
	tasks: readonly Task[];
	runs: readonly Run[];
	drafts?: readonly Draft[];
	teams: readonly MirrorRows['team'][];
	/** Who owns a customer; null when nobody or unknown. */
	ownerOf: (customerId: string) => string | null;
	/** When a failed run got stuck: its failed step's end, ms UTC; and whether nobody knows what became of what it asked for (R12). */
	stuck: (run: Run) => { at: number; isUnknown: boolean };
};

/** What is done with an action; a mail may be sent with another text than it has. */
export type Decision = 'complete' | 'answer' | 'retry' | 'skip' | 'stop' | 'send' | 'cancel';

/** Whether a decision is for an action. Of a run whose answer was lost nothing is tried again before that is settled, on its page (R12). */
export function isFor(decision: Decision, action: Action): boolean {
	if (action.kind === 'task') return decision === 'complete';
	if (action.kind === 'question') return decision === 'answer';
	if (action.kind === 'mail') return decision === 'cancel' || (decision === 'send' && action.draft.to.length > 0);
	return decision === 'stop' || ((decision === 'retry' || decision === 'skip') && !action.isUnknown);
}

/** A task is somebody's when they are named or in its team; one that names nobody is its customer's owner's. */
export function isMyTask(task: Task, me: string, rows: Pick<ActionRows, 'teams' | 'ownerOf'>): boolean {
	if (task.assignees.includes(me)) return true;
	if (task.teamId) return rows.teams.some((team) => team.id === task.teamId && team.memberIds.includes(me));
	return task.assignees.length === 0 && task.customerId !== null && rows.ownerOf(task.customerId) === me;
}

/** A mail to validate is theirs who are named, or its team's. */
export const isMyDraft = ({ assignees, teamId }: Draft, me: string, { teams }: Pick<ActionRows, 'teams'>): boolean =>
	assignees.includes(me) || (teamId !== null && teams.some((team) => team.id === teamId && team.memberIds.includes(me)));

/** A mail as it was saved here, cleaned as the server does it; the same row when nothing was. */
export function savedDraft(draft: Draft, saved: MailText | undefined): Draft {
	if (!saved) return draft;
	const html = cleanHtml(saved.html);
	return { ...draft, to: saved.to, cc: saved.cc, bcc: saved.bcc, subject: saved.subject, html, text: plainText(html) };
}

/** A failed run is its customer's owner's to mend, and of whoever started it by hand. */
export const isMyRun = (run: Run, me: string, rows: Pick<ActionRows, 'ownerOf'>): boolean => rows.ownerOf(run.subjectId) === me || ('userId' in run.cause && run.cause.userId === me);

/** Where a task is done: its box in a note, else its customer's page. */
export const taskHref = ({ customerId, doc, item }: Task): string | undefined => (customerId === null ? undefined : doc ? `/customers/${customerId}/documents/${doc}#box-${item}` : `/customers/${customerId}`);

/** Everything open, for one person or (`me` null) for all: by due time, those without one last. */
export function actionsFor(me: string | null, rows: ActionRows): Action[] {
	const list: Action[] = [];
	for (const task of rows.tasks) if (task.state === 'open' && (me === null || isMyTask(task, me, rows))) list.push(task.question ? { id: task.id, kind: 'question', at: task.dueAt, task, question: task.question } : { id: task.id, kind: 'task', at: task.dueAt, task });
	for (const run of rows.runs) if (run.state === 'failed' && (me === null || isMyRun(run, me, rows))) list.push({ id: run.id, kind: 'run', run, ...rows.stuck(run) });
	for (const draft of rows.drafts ?? []) if (draft.state === 'waiting' && (me === null || isMyDraft(draft, me, rows))) list.push({ id: draft.id, kind: 'mail', at: draft.createdAt, draft });
	return list.sort((a, b) => (a.at ?? Infinity) - (b.at ?? Infinity) || (a.id < b.id ? -1 : 1));
}

/** Late: due before now. Today: until the local midnight. A stuck run is late from the moment it stuck; a mail is today's until its day is over. */
export function groupOf(action: Action, now: number): GroupName {
	if (action.at === null) return 'none';
	if (action.kind === 'mail') return action.at < new Date(now).setHours(0, 0, 0, 0) ? 'late' : 'today';
	if (action.at <= now) return 'late';
	return action.at < new Date(now).setHours(24, 0, 0, 0) ? 'today' : 'later';
}

/** The labels that questions have in common, in the order of the first: many can be answered alike. Empty when one of them has none. */
export function commonAnswers(actions: readonly Action[]): string[] {
	const labels = actions.map((action) => (action.kind === 'question' && action.question.kind === 'choice' ? action.question.choices.map(({ label }) => label) : []));
	return (labels[0] ?? []).filter((label) => labels.every((others) => others.includes(label)));
}

/** A question's answer by its label; null when it doesn't offer that. */
export function answerNamed(action: Action, label: string): Answer | null {
	const choice = action.kind === 'question' && action.question.kind === 'choice' ? action.question.choices.find((one) => one.label === label) : undefined;
	return choice ? { value: choice.id, label: choice.label } : null;
}

/** The actions under their headings, empty headings left out. */
export function grouped(actions: readonly Action[], now: number): Group[] {
	return groupNames.map((name) => ({ name, actions: actions.filter((action) => groupOf(action, now) === name) })).filter((group) => group.actions.length > 0);
}
