/** My Actions as the device knows them now: the list, its badge, and those on their way out. */
import { mirror, queue, session } from '$lib/sync';
import { actionsFor, type Action, type Run } from './action-list.ts';
import { leaving } from './leaving.svelte.ts';

function failedAt(run: Run): number {
	const failed = mirror.rows('step').filter((step) => step.runId === run.id && step.state === 'failed');
	return Math.max(run.startedAt, ...failed.map((step) => step.endedAt ?? step.startedAt ?? step.dueAt));
}

function list(me: string | null): Action[] {
	return actionsFor(me, {
		tasks: mirror.rows('task'),
		runs: mirror.rows('run'),
		teams: mirror.rows('team'),
		ownerOf: (customerId) => mirror.row('customer', customerId)?.owner ?? null,
		failedAt,
	});
}

const mine = $derived(session.user ? list(session.user.id) : []);
const everyones = $derived(list(null));
// Decided here, not answered yet: done for the person, with a waiting mark, until the server's row says so.
const decided = $derived(new Set(queue.waiting.flatMap(({ args }) => (typeof args === 'object' && args !== null ? Object.values(args as Record<string, unknown>) : [])).filter((value) => typeof value === 'string')));

/** Reactive. */
export const actions = {
	get mine(): readonly Action[] {
		return mine;
	},
	get everyones(): readonly Action[] {
		return everyones;
	},
	/** Whether what was decided about it waits to be sent. */
	isDecided: (action: Action): boolean => decided.has(action.id),
	/** How many wait for this person: the frame's badge. */
	get count(): number {
		return mine.filter((action) => !leaving.has(action.id) && !decided.has(action.id)).length;
	},
};
