/** Deciding an action: it leaves the list at once, can be taken back for a while, then goes to the queue (SY3). */
import { SvelteSet } from 'svelte/reactivity';
import { m } from '$lib/messages/messages.js';
import { mirror, send } from '$lib/sync/index.ts';
import { toast } from '$lib/ui/toasts.svelte.ts';
import type { Action } from './action-list.ts';
import { leaving, undoTime } from './leaving.svelte.ts';

export type Decision = 'complete' | 'retry' | 'skip';

/** Sent in this visit and not yet seen in the mirror: between the answer and the rows it must not come back for a moment. */
const sent = new SvelteSet<string>();

/** Whether it was decided in this visit and the mirror doesn't show it yet (reactive). */
export const isSettling = (id: string): boolean => sent.has(id);

async function decide(action: Action, decision: Decision): Promise<void> {
	sent.add(action.id);
	const { outcome } = action.kind === 'task' ? send('complete-task', { taskId: action.id }) : send(decision === 'retry' ? 'retry-step' : 'skip-step', { runId: action.id });
	// Held or refused: it comes back to the list, with the reason on top of it.
	if ((await outcome).status === 'accepted') await mirror.pull();
	sent.delete(action.id);
}

const nameOf = (action: Action): string => (action.kind === 'task' ? action.task.title : (mirror.row('playbook', action.run.playbookId)?.name ?? ''));

/** Takes the actions away with one Undo for all of them. Tasks are completed; runs are retried or their step is skipped. */
export function decideAll(actions: readonly Action[], decision: Decision): void {
	if (actions.length === 0) return;
	const takeBacks = actions.map((action) => leaving.start(action.id, () => void decide(action, decision)));
	const words = { complete: m.actions_done_x, retry: m.actions_retried_x, skip: m.actions_skipped_x };
	const [only] = actions;
	const text = actions.length === 1 && only ? words[decision]({ name: nameOf(only) }) : m.actions_done_many({ count: actions.length });
	toast(text, { status: 'done', seconds: undoTime / 1000, act: { label: m.ui_undo(), run: () => takeBacks.forEach((takeBack) => takeBack()) } });
}
