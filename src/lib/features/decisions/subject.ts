/** What a queued decision is about: its task, mail or run, else its customer. */
import { answerTo } from '#domain/question.ts';
import { m } from '$lib/messages/messages.js';
import { mirror } from '$lib/sync/index.ts';

/** `href`: where to see it; `isOpen`: whether it can still be decided, as the lists know it; `said`: what the command answers, in words; `isOfMany`: it is about several customers. */
export type Subject = { title: string; href: string | null; isOpen: boolean; said?: string; isOfMany?: boolean };

/** The subject of a command's arguments (reactive); an empty title when it names none that is here. */
export function subjectOf(args: unknown): Subject {
	const { taskId, runId, draftId, customerId, playbookId } = (args ?? {}) as Record<string, string | undefined>;
	const { answer, customerIds = [] } = (args ?? {}) as { answer?: unknown; customerIds?: readonly string[] };
	const [task, draft, run] = [taskId ? mirror.row('task', taskId) : undefined, draftId ? mirror.row('draft', draftId) : undefined, runId ? mirror.row('run', runId) : undefined];
	if (task) return { title: task.title, href: task.customerId ? `/customers/${task.customerId}` : null, isOpen: task.state === 'open', ...(task.question && answer !== undefined ? { said: answerTo(task.question, answer)?.label ?? String(answer) } : {}) };
	if (draft) return { title: draft.subject, href: `/customers/${draft.customerId}`, isOpen: draft.state === 'waiting' };
	if (run) return { title: mirror.row('playbook', run.playbookId)?.name ?? '', href: `/runs/${run.id}`, isOpen: run.endedAt === null };
	if (playbookId || customerIds.length > 0) return { title: [mirror.row('playbook', playbookId ?? '')?.name, namesOf(customerIds)].filter(Boolean).join(' · '), href: playbookId ? `/playbooks/${playbookId}` : '/customers', isOpen: true, isOfMany: customerIds.length > 1 };
	return { title: (customerId && (mirror.row('customer', customerId) ?? mirror.row('deletion', customerId))?.name) || '', href: customerId ? `/customers/${customerId}` : null, isOpen: true };
}

/** A customer's name, also of one that was deleted (reactive); its id when it isn't here. */
export const nameOfCustomer = (id: string): string => mirror.row('customer', id)?.name ?? mirror.row('deletion', id)?.name ?? id;

/** The first of these customers, and how many more. */
function namesOf([first, ...more]: readonly string[]): string {
	const name = first === undefined ? '' : nameOfCustomer(first);
	return more.length === 0 ? name : m.held_many({ name, count: more.length });
}
