/** What a queued decision is about: its task, mail or run, else its customer. */
import { answerTo } from '#domain/question.ts';
import { mirror } from '$lib/sync/index.ts';

/** `href`: where to see it; `isOpen`: whether it can still be decided, as the lists know it; `said`: what the command answers, in words. */
export type Subject = { title: string; href: string | null; isOpen: boolean; said?: string };

/** The subject of a command's arguments (reactive); an empty title when it names none that is here. */
export function subjectOf(args: unknown): Subject {
	const { taskId, runId, draftId, customerId } = (args ?? {}) as Record<string, string | undefined>;
	const { answer } = (args ?? {}) as { answer?: unknown };
	const [task, draft, run] = [taskId ? mirror.row('task', taskId) : undefined, draftId ? mirror.row('draft', draftId) : undefined, runId ? mirror.row('run', runId) : undefined];
	if (task) return { title: task.title, href: task.customerId ? `/customers/${task.customerId}` : null, isOpen: task.state === 'open', ...(task.question && answer !== undefined ? { said: answerTo(task.question, answer)?.label ?? String(answer) } : {}) };
	if (draft) return { title: draft.subject, href: `/customers/${draft.customerId}`, isOpen: draft.state === 'waiting' };
	if (run) return { title: mirror.row('playbook', run.playbookId)?.name ?? '', href: `/runs/${run.id}`, isOpen: run.endedAt === null };
	return { title: (customerId && (mirror.row('customer', customerId) ?? mirror.row('deletion', customerId))?.name) || '', href: customerId ? `/customers/${customerId}` : null, isOpen: true };
}
