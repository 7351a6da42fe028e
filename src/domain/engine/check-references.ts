/** What a playbook names that its workspace doesn't have, and what it would set off (PB3, PB5, BE9). */
import { safeParse } from 'valibot';
import { actions } from '../actions/index.ts';
import type { Reference } from '../actions/action.ts';
import { askingSchema, referencesOfAsking } from '../actions/ask-question.ts';
import { fieldKey } from '../actions/people.ts';
import { optionsOf, typeOf } from '../conditions/fields.ts';
import type { PlaybookDefinition, Problem, Step } from '../documents/playbook/definition.ts';
import type { WorkspaceSettings } from '../settings.ts';
import { triggers } from '../triggers/index.ts';
import { problemsOf } from './check.ts';
import { conditionReferences } from './check-conditions.ts';
import { triggerParams } from './match.ts';
import { allSteps } from './next-step.ts';
import { alsoFires, loops, type OtherPlaybook } from './playbook-loops.ts';

/** An `error` keeps a draft from being published, a `warning` is shown and asked about. */
export type Finding = Problem & { severity: 'error' | 'warning' };

/**
 * Everything wrong with a draft in its workspace: `problemsOf`, unknown references and operators (errors), loops of
 * playbooks with their path, and playbooks that would also start by their own trigger (warnings).
 */
export function problemsIn(definition: PlaybookDefinition, settings: WorkspaceSettings, others: readonly OtherPlaybook[], playbookId: string): Finding[] {
	const errors = [...problemsOf(definition), ...unknownReferences(definition, settings, others, playbookId)];
	const warnings = [...loops(definition, others, playbookId), ...alsoFires(definition, others)];
	return [...errors.map((problem) => ({ ...problem, severity: 'error' as const })), ...warnings.map((problem) => ({ ...problem, severity: 'warning' as const }))];
}

function unknownReferences(definition: PlaybookDefinition, settings: WorkspaceSettings, others: readonly OtherPlaybook[], playbookId: string): Problem[] {
	const { trigger, filters } = definition;
	const params = trigger && triggerParams(trigger);
	const playbooks = new Set([...others.map(({ id }) => id), playbookId]);
	const missing = (at: string, references: Reference[]) => references.filter((one) => !exists(one, settings, playbooks)).map(({ kind, id, param, field }) => ({ at, code: `unknown-${kind}`, detail: { param, id, ...(field ? { field } : {}) } }));
	return [
		...(trigger && params ? missing('trigger', triggers[trigger.type]?.references?.(params) ?? []) : []),
		...conditionReferences(filters, 'filters', { definition, settings }),
		...allSteps(definition.steps).flatMap((step) => stepReferences(step, definition, settings, missing)),
	];
}

function stepReferences(step: Step, definition: PlaybookDefinition, settings: WorkspaceSettings, missing: (at: string, references: Reference[]) => Problem[]): Problem[] {
	if (step.kind === 'split' && step.question) {
		const asking = safeParse(askingSchema, step.question);
		return asking.success ? missing(step.id, referencesOfAsking(asking.output)) : [];
	}
	if (step.kind === 'split') return step.branches.flatMap(({ id, condition }) => (condition ? conditionReferences(condition, step.id, { definition, settings }, { branch: id }) : []));
	if (step.kind === 'wait') {
		const field = step.params.mode === 'until' ? step.params.field : null;
		return field && typeOf(`customer.${fieldKey(field)}`, settings) !== 'date' ? [{ at: step.id, code: 'unknown-date-field', detail: { param: 'field', id: field } }] : [];
	}
	const action = step.kind === 'action' && Object.hasOwn(actions, step.action) ? actions[step.action] : undefined;
	const parsed = step.kind === 'action' && action ? safeParse(action.schema, step.params) : null;
	return parsed?.success ? missing(step.id, action?.references?.(parsed.output) ?? []) : [];
}

function exists({ kind, id, field }: Reference, settings: WorkspaceSettings, playbooks: ReadonlySet<string>): boolean {
	switch (kind) {
		case 'stage': return settings.stages.some((stage) => stage.id === id);
		case 'customer-field': return typeOf(`customer.${id}`, settings) !== null;
		case 'user-field': return typeOf(`customer.${id}`, settings) === 'user';
		case 'customer-tag': return settings.tags.some((tag) => tag.id === id && tag.subject === 'customer');
		case 'contact-tag': return settings.tags.some((tag) => tag.id === id && tag.subject === 'contact');
		case 'user': return settings.people.some((person) => person.id === id);
		case 'team': return settings.teams.some((team) => team.id === id);
		case 'playbook': return playbooks.has(id);
		case 'value': return optionsOf(field!, settings)?.some((option) => option.id === id) ?? true;
	}
}
