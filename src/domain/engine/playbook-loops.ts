/** What playbooks set off among one another, seen before they run (PB5, BE9, R19). */
import { safeParse } from 'valibot';
import { actions } from '../actions/index.ts';
import { fieldKey } from '../actions/people.ts';
import type { PlaybookDefinition, Problem, TriggerDefinition } from '../documents/playbook/definition.ts';
import { triggers } from '../triggers/index.ts';
import { allows } from '../triggers/parameters.ts';
import { triggerParams } from './match.ts';
import { allSteps } from './next-step.ts';

/** Another playbook of the workspace: its active version's definition where it has one, else its draft's. */
export type OtherPlaybook = { id: string; name: string; definition: PlaybookDefinition; isActive: boolean };

type Change = { step: string; field: string; value: unknown };

/** The customer fields that a playbook sets, and the playbooks that it runs, by step. */
function effects({ steps }: PlaybookDefinition): { changes: Change[]; runs: { step: string; playbook: string }[] } {
	const changes: Change[] = [];
	const runs: { step: string; playbook: string }[] = [];
	for (const step of allSteps(steps)) {
		if (step.kind !== 'action' || (step.action !== 'change-customer' && step.action !== 'run-playbook')) continue;
		const parsed = safeParse(actions[step.action]!.schema, step.params);
		if (!parsed.success) continue;
		const { set, playbook } = parsed.output as { set?: { field: string; value: unknown }[]; playbook?: string };
		for (const { field, value } of set ?? []) changes.push({ step: step.id, field: fieldKey(field), value });
		if (playbook) runs.push({ step: step.id, playbook });
	}
	return { changes, runs };
}

/** Whether setting this field to this value would start a playbook with this trigger. What it was before isn't known, so any `from` may fit. */
function startsBy(trigger: TriggerDefinition | null, { field, value }: Change): boolean {
	const params = trigger && triggerParams(trigger);
	if (!params) return false;
	const watched = trigger.type === 'stage-changed' ? 'stage' : trigger.type === 'customer-field-changed' ? params.field : null;
	return watched === field && allows(params.to, value ?? null) && !(params.from !== null && allows(params.from, value ?? null));
}

/** The playbooks that one leads to: by a step that runs them, or by a change that starts them (active ones only). */
function leadsTo(definition: PlaybookDefinition, all: readonly OtherPlaybook[]): { step: string; to: string }[] {
	const { changes, runs } = effects(definition);
	return [
		...runs.map(({ step, playbook }) => ({ step, to: playbook })),
		...changes.flatMap((change) => all.filter((other) => other.isActive && startsBy(other.definition.trigger, change)).map((other) => ({ step: change.step, to: other.id }))),
	];
}

/** A warning for each step that leads back to this playbook, with the names along the shortest way there. */
export function loops(definition: PlaybookDefinition, others: readonly OtherPlaybook[], playbookId: string): Problem[] {
	const all = [...others.filter(({ id }) => id !== playbookId), { id: playbookId, name: definition.name, definition, isActive: true }];
	const byId = new Map(all.map((playbook) => [playbook.id, playbook]));
	const wayBack = (start: string): string[] | null => {
		const seen = new Set([start]);
		for (const queue = [[start]]; queue.length > 0; ) {
			const path = queue.shift()!;
			const at = path.at(-1)!;
			if (at === playbookId) return path;
			for (const { to } of byId.has(at) ? leadsTo(byId.get(at)!.definition, all) : []) {
				if (seen.has(to)) continue;
				seen.add(to);
				queue.push([...path, to]);
			}
		}
		return null;
	};
	const found = new Set<string>();
	return leadsTo(definition, all).flatMap(({ step, to }) => {
		const path = wayBack(to)?.map((id) => byId.get(id)?.name ?? id);
		const key = `${step} ${to}`;
		return path && found.size < found.add(key).size ? [{ at: step, code: 'loop', detail: { path: [definition.name, ...path].join(' → ') } }] : [];
	});
}

/** A warning for each playbook that is run by a step here and would start by its own trigger for the same cause: twice for one event. */
export function alsoFires(definition: PlaybookDefinition, others: readonly OtherPlaybook[]): Problem[] {
	const { changes, runs } = effects(definition);
	return runs.flatMap(({ step, playbook }) => {
		const other = others.find(({ id }) => id === playbook);
		const trigger = other?.isActive ? other.definition.trigger : null;
		const isTwice = trigger && (overlaps(definition.trigger, trigger) || changes.some((change) => startsBy(trigger, change)));
		return other && isTwice ? [{ at: step, code: 'also-fires', detail: { playbook: other.name } }] : [];
	});
}

/** Whether one event could start both: they share an event, and neither asks for what the other excludes. */
function overlaps(one: TriggerDefinition | null, other: TriggerDefinition): boolean {
	const [a, b] = [one && triggerParams(one), triggerParams(other)];
	if (!one || !a || !b) return false;
	const shared = triggers[one.type]!.events.filter((type) => triggers[other.type]!.events.includes(type));
	const field = (type: string, params: Record<string, unknown>) => (type === 'stage-changed' ? 'stage' : params.field);
	return shared.length > 0 && allows(field(one.type, a), field(other.type, b)) && ['from', 'to'].every((end) => allows(a[end], b[end]) || allows(b[end], a[end]));
}
