/** What changed between two versions, line by line, at the step it concerns (PB3). */
import type { VersionChange } from '../../mirror.ts';
import { canonical } from '../../value.ts';
import type { Branch, PlaybookDefinition, Step } from './definition.ts';

type Seat = { step: Step; list: string; index: number };

/**
 * The lines of the difference, in the order of the page: name, description, trigger, filters, entry, then the steps of `after`, then those
 * removed. `at` is 'name', 'trigger', … or a step's or branch's id; `label` an action's type or the step's kind when it came, went or moved,
 * 'branch' for branches, else the parameter. `from` and `to` are text (JSON for what isn't), cut at 300 characters. Nothing when equal.
 */
export function difference(before: PlaybookDefinition | null, after: PlaybookDefinition): VersionChange[] {
	const head = before === null ? [] : headChanges(before, after);
	const [old, present] = [seats(before?.steps ?? []), seats(after.steps)];
	const moved = movedSteps(old, present);
	const steps = [...present].flatMap(([id, seat]): VersionChange[] => {
		const was = old.get(id);
		if (was === undefined || was.step.kind !== seat.step.kind) return [{ at: id, what: 'added', label: labelOf(seat.step) }, ...branchChanges([], seat.step)];
		return [...(moved.has(id) ? [{ at: id, what: 'moved', label: labelOf(seat.step) } as const] : []), ...stepChanges(was.step, seat.step)];
	});
	const removed = [...old].filter(([id, seat]) => present.get(id)?.step.kind !== seat.step.kind).map(([id, seat]): VersionChange => ({ at: id, what: 'removed', label: labelOf(seat.step) }));
	return [...head, ...steps, ...removed];
}

const labelOf = (step: Step): string => (step.kind === 'action' ? step.action : step.kind);

function headChanges(before: PlaybookDefinition, after: PlaybookDefinition): VersionChange[] {
	const trigger = (definition: PlaybookDefinition) => ({ type: definition.trigger?.type ?? null, ...definition.trigger?.params });
	return [
		...changed('name', { name: before.name }, { name: after.name }),
		...changed('description', { description: before.description }, { description: after.description }),
		...changed('trigger', trigger(before), trigger(after)),
		...changed('filters', { filters: before.filters }, { filters: after.filters }),
		...changed('entry', before.entry, after.entry),
	];
}

function stepChanges(was: Step, now: Step): VersionChange[] {
	if (was.kind === 'split' && now.kind === 'split') return [...changed(now.id, { isMerged: was.isMerged, ...was.question }, { isMerged: now.isMerged, ...now.question }), ...branchChanges(was.branches, now)];
	if (was.kind === 'wait' && now.kind === 'wait') return changed(now.id, was.params, now.params);
	if (was.kind === 'action' && now.kind === 'action') return changed(now.id, { action: was.action, ...was.params }, { action: now.action, ...now.params });
	return [];
}

function branchChanges(was: readonly Branch[], now: Step): VersionChange[] {
	if (now.kind !== 'split') return [];
	const ids = new Set(now.branches.map((branch) => branch.id));
	const gone = was.filter((branch) => !ids.has(branch.id)).map((branch): VersionChange => ({ at: branch.id, what: 'removed', label: 'branch', from: branch.name }));
	// The branches of a new split come with it.
	if (was.length === 0) return [];
	const here = now.branches.flatMap((branch): VersionChange[] => {
		const old = was.find((one) => one.id === branch.id);
		if (old === undefined) return [{ at: branch.id, what: 'added', label: 'branch', to: branch.name }];
		return changed(branch.id, { name: old.name, condition: old.condition }, { name: branch.name, condition: branch.condition });
	});
	const kept = (list: readonly Branch[], other: readonly Branch[]) => list.map((branch) => branch.id).filter((id) => other.some((one) => one.id === id));
	return [...here, ...outOfOrder(kept(was, now.branches), kept(now.branches, was)).map((id): VersionChange => ({ at: id, what: 'moved', label: 'branch' })), ...gone];
}

function changed(at: string, was: object, now: object): VersionChange[] {
	const [from, to] = [was, now] as Record<string, unknown>[];
	return [...new Set([...Object.keys(from!), ...Object.keys(to!)])]
		.filter((key) => canonical(from![key]) !== canonical(to![key]))
		.map((key) => ({ at, what: 'changed', label: key, from: told(from![key]), to: told(to![key]) }));
}

function told(value: unknown): string {
	const text = value === undefined || value === null ? '' : typeof value === 'string' ? value : canonical(value);
	return text.length > 300 ? `${text.slice(0, 299)}…` : text;
}

function seats(list: readonly Step[], name = 'root', found = new Map<string, Seat>()): Map<string, Seat> {
	list.forEach((step, index) => {
		found.set(step.id, { step, list: name, index });
		if (step.kind === 'split') for (const branch of step.branches) seats(branch.steps, branch.id, found);
	});
	return found;
}

/** Steps in another list than before, and the fewest that explain a new order within one. */
function movedSteps(old: Map<string, Seat>, present: Map<string, Seat>): Set<string> {
	const moved = new Set([...present].filter(([id, seat]) => old.has(id) && old.get(id)!.list !== seat.list).map(([id]) => id));
	for (const list of new Set([...present.values()].map((seat) => seat.list))) {
		const of = (all: Map<string, Seat>) => [...all].filter(([id, seat]) => seat.list === list && old.get(id)?.list === present.get(id)?.list).map(([id]) => id);
		for (const id of outOfOrder(of(old), of(present))) moved.add(id);
	}
	return moved;
}

/** The fewest of `after` (the same ids as `before`) that were moved: all but a longest increasing run. */
function outOfOrder(before: readonly string[], after: readonly string[]): string[] {
	const at = new Map(before.map((id, index) => [id, index]));
	const best: string[][] = [];
	after.forEach((id, index) => {
		const ahead = best.filter((run, i) => i < index && at.get(run.at(-1)!)! < at.get(id)!);
		best.push([...ahead.reduce<string[]>((longest, run) => (run.length > longest.length ? run : longest), []), id]);
	});
	const kept = new Set(best.reduce<string[]>((longest, run) => (run.length > longest.length ? run : longest), []));
	return after.filter((id) => !kept.has(id));
}
