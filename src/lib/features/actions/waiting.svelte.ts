/** My Actions as the device knows them now: the list, its badge, and those on their way out. */
import { mirror, queue, session } from '$lib/sync/index.ts';
import { actionsFor, type Action, type Run } from './action-list.ts';
import { isSettling } from './decide.svelte.ts';
import { leaving } from './leaving.svelte.ts';

// Once for all runs: looking through every step for each failed run would be their product.
const failedEnds = $derived.by(() => {
	const ends = new Map<string, number>();
	for (const step of mirror.rows('step')) if (step.state === 'failed') ends.set(step.runId, Math.max(ends.get(step.runId) ?? 0, step.endedAt ?? step.startedAt ?? step.dueAt));
	return ends;
});
const failedAt = (run: Run): number => failedEnds.get(run.id) ?? run.startedAt;

function list(me: string | null): Action[] {
	return actionsFor(me, {
		tasks: mirror.rows('task'),
		runs: mirror.rows('run'),
		drafts: mirror.rows('draft'),
		teams: mirror.rows('team'),
		ownerOf: (customerId) => mirror.row('customer', customerId)?.owner ?? null,
		failedAt,
	});
}

const decisions = new Set(['complete-task', 'retry-step', 'skip-step', 'approve-mail', 'edit-mail', 'cancel-mail']);

const mine = $derived(session.user ? list(session.user.id) : []);
const everyones = $derived(list(null));
// Decided here, not answered yet: done for the person, with a waiting mark, until the server's row says so.
const decided = $derived(new Set(queue.waiting.flatMap(({ type, args }) => (decisions.has(type) ? Object.values(args as Record<string, unknown>).filter((one) => typeof one === 'string') : []))));
const isShown = (action: Action): boolean => !leaving.has(action.id) && !isSettling(action.id) && !decided.has(action.id);

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
		return everyones.filter((action) => decided.has(action.id) && !leaving.has(action.id));
	},
	/** How many wait for this person: the frame's badge. */
	get count(): number {
		return actions.mine.length;
	},
};
