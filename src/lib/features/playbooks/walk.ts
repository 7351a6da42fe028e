/** The way through a playbook by keys, and where a step moves to. */
import type { Branch, Step } from '#domain/documents/playbook/definition.ts';
import type { Place } from './draft.svelte.ts';

type Split = Extract<Step, { kind: 'split' }>;
/** A step with the list it is in, and the split that holds that list. */
export type Seat = { step: Step; siblings: readonly Step[]; index: number; branch: Branch | null; split: Seat | null };

/** Every step in reading order, each with its seat. */
export function seatsOf(steps: readonly Step[], branch: Branch | null = null, split: Seat | null = null): Seat[] {
	return steps.flatMap((step, index) => {
		const seat: Seat = { step, siblings: steps, index, branch, split };
		return [seat, ...(step.kind === 'split' ? step.branches.flatMap((one) => seatsOf(one.steps, one, seat)) : [])];
	});
}

const placeIn = (seat: Seat, after: string | null): Place => ({ parent: seat.split?.step.id ?? 'root', branch: seat.branch?.id ?? '', after });
const endOf = (split: Split, branch: Branch, moved: string): Place => ({ parent: split.id, branch: branch.id, after: branch.steps.filter(({ id }) => id !== moved).at(-1)?.id ?? null });

/** Where a step goes by one move in a direction; null when it can't. Up and down pass siblings and leave a branch, left and right change the branch, right also enters the split above. */
export function moved(seat: Seat, way: 'up' | 'down' | 'left' | 'right'): Place | null {
	const { siblings, index, split, branch, step } = seat;
	if (way === 'up') return index > 0 ? placeIn(seat, siblings[index - 2]?.id ?? null) : split && placeIn(split, split.siblings[split.index - 1]?.id ?? null);
	if (way === 'down') return index < siblings.length - 1 ? placeIn(seat, siblings[index + 1]!.id) : split && placeIn(split, split.step.id);
	if (split?.step.kind === 'split') {
		const at = split.step.branches.findIndex(({ id }) => id === branch?.id);
		const other = split.step.branches[at + (way === 'left' ? -1 : 1)];
		if (other) return endOf(split.step, other, step.id);
	}
	const above = way === 'right' ? siblings[index - 1] : undefined;
	return above?.kind === 'split' && above.branches[0] ? endOf(above, above.branches[0], step.id) : null;
}

/** The branches that a step may be moved into: those of other splits than itself, and not inside it. */
export function branchTargets(seats: readonly Seat[], seat: Seat): { split: Split; branch: Branch; place: Place }[] {
	const inside = new Set(seatsOf([seat.step]).map(({ step }) => step.id));
	return seats.flatMap(({ step }) => (step.kind === 'split' && !inside.has(step.id) ? step.branches.filter(({ id }) => id !== seat.branch?.id).map((branch) => ({ split: step, branch, place: endOf(step, branch, seat.step.id) })) : []));
}

/** What the arrows walk over: the head of the flow, then every step. */
export const walkOrder = (steps: readonly Step[]): string[] => ['trigger', 'filters', 'entry', ...seatsOf(steps).map(({ step }) => step.id)];
