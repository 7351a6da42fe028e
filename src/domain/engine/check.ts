/** What keeps a draft from being published, found without knowing the workspace (PB3): every problem, each at its step. */
import { safeParse } from 'valibot';
import { actions } from '../actions/index.ts';
import { askingSchema, templatesOfAsking } from '../actions/ask-question.ts';
import type { Template } from '../actions/render-all.ts';
import type { Group } from '../conditions/condition.ts';
import { expects, isOperator } from '../conditions/fields.ts';
import type { Branch, PlaybookDefinition, Problem, Step } from '../documents/playbook/definition.ts';
import { problemOf } from '../text/liquid.ts';
import { triggers } from '../triggers/index.ts';
import { isBlank } from '../value.ts';
import { allSteps } from './next-step.ts';

type Schema = Parameters<typeof safeParse>[0];

/**
 * All problems, in the order of the page: name, trigger, filters, entry, steps. `detail.param` names the parameter,
 * `detail.reason` what is wrong with it (`required`, `too-small`, `url`, …), `detail.branch` and `detail.clause` the condition.
 */
export function problemsOf(definition: PlaybookDefinition): Problem[] {
	const { name, entry, steps } = definition;
	return [
		...(name.trim() === '' ? [{ at: 'name', code: 'no-name' }] : []),
		...triggerProblems(definition),
		...conditionProblems(definition.filters, 'filters'),
		...(entry.rule === 'every' && !(Number.isInteger(entry.days) && entry.days >= 1 && entry.days <= 3650) ? [{ at: 'entry', code: 'unfinished', detail: { param: 'days', reason: 'required' } }] : []),
		...(steps.length === 0 ? [{ at: 'steps', code: 'no-steps' }] : []),
		...duplicates(steps),
		...listProblems(steps),
	];
}

function triggerProblems({ trigger }: PlaybookDefinition): Problem[] {
	if (!trigger?.type) return [{ at: 'trigger', code: 'no-trigger' }];
	const known = Object.hasOwn(triggers, trigger.type) ? triggers[trigger.type] : undefined;
	return known ? unfinished('trigger', known.schema, trigger.params) : [{ at: 'trigger', code: 'unknown-trigger', detail: { trigger: trigger.type } }];
}

/** One problem for each parameter that its schema refuses. */
function unfinished(at: string, schema: Schema, params: unknown): Problem[] {
	const parsed = safeParse(schema, params);
	if (parsed.success) return [];
	const seen = new Set<string>();
	return parsed.issues.flatMap((issue) => {
		const param = String(issue.path?.[0]?.key ?? '');
		// valibot's own messages are for developers: a value that is missing or of another kind is simply required.
		const reason = /^[a-z-]+$/.test(issue.message) ? issue.message : 'required';
		return seen.size === seen.add(param).size ? [] : [{ at, code: 'unfinished', detail: { param, reason } }];
	});
}

/** Clauses without field, operator or value; `detail.branch` when it is a branch's condition. */
function conditionProblems(group: Group, at: string, detail: Record<string, string> = {}): Problem[] {
	return group.items.flatMap((item) => {
		if (item.kind === 'group') return conditionProblems(item, at, detail);
		const wants = isOperator(item.operator) ? expects(item.operator) : null;
		const { value } = item;
		const isComplete =
			wants === 'nothing' ||
			(wants === 'pair' ? Array.isArray(value) && value.length === 2 && !value.some(isBlank) : wants === 'days' ? Number.isInteger(Number(value)) && Number(value) >= 0 && !isBlank(value) : wants !== null && !isBlank(value));
		return item.field && isComplete ? [] : [{ at, code: 'unfinished-condition', detail: { ...detail, clause: item.id } }];
	});
}

function duplicates(steps: Step[]): Problem[] {
	const seen = new Set<string>();
	return allSteps(steps).flatMap(({ id }) => (seen.has(id) ? [{ at: id, code: 'duplicate-id' }] : (seen.add(id), [])));
}

/** A stop, and a plain split (each of its branches runs to its end), end their list: what stands after them is never reached. */
const ends = (step: Step): boolean => step.kind === 'stop' || (step.kind === 'split' && !step.isMerged);

function listProblems(steps: Step[]): Problem[] {
	const end = steps.findIndex(ends);
	const unreached = end >= 0 ? steps.slice(end + 1).map(({ id }) => ({ at: id, code: 'unreachable', detail: { after: steps[end]!.id } })) : [];
	return [...steps.flatMap(stepProblems), ...unreached];
}

function stepProblems(step: Step): Problem[] {
	switch (step.kind) {
		case 'stop': return [];
		case 'wait': return waitProblems(step);
		case 'split': return splitProblems(step);
		case 'action': {
			const action = Object.hasOwn(actions, step.action) ? actions[step.action] : undefined;
			if (!action) return [{ at: step.id, code: 'unknown-action', detail: { action: step.action } }];
			const parsed = safeParse(action.schema, step.params);
			return parsed.success ? badLiquid(step.id, action.templates?.(parsed.output) ?? []) : unfinished(step.id, action.schema, step.params);
		}
	}
}

const badLiquid = (at: string, templates: readonly Template[]): Problem[] =>
	templates.flatMap(({ param, text, escape }) => {
		const reason = problemOf(text, escape);
		return reason === null ? [] : [{ at, code: 'bad-liquid', detail: { param, reason } }];
	});

function waitProblems({ id, params }: Extract<Step, { kind: 'wait' }>): Problem[] {
	const missing = (param: string, reason = 'required') => [{ at: id, code: 'unfinished', detail: { param, reason } }];
	if (params.mode === 'until') return params.field ? (/^([01]\d|2[0-3]):[0-5]\d$/.test(params.time) ? [] : missing('time', 'time')) : missing('field');
	if (params.amount === null) return missing('amount');
	if (!Number.isInteger(params.amount) || params.amount < 1) return missing('amount', 'too-small');
	return params.amount > 100_000 ? missing('amount', 'too-large') : [];
}

function splitProblems({ id, branches, question }: Extract<Step, { kind: 'split' }>): Problem[] {
	if (question) return [...questionProblems(id, branches, question), ...branches.flatMap((branch) => listProblems(branch.steps))];
	const elses = branches.filter(({ condition }) => condition === null).slice(1);
	return [
		...(branches.some(({ condition }) => condition !== null) ? [] : [{ at: id, code: 'no-branches' }]),
		...elses.map((branch) => ({ at: id, code: 'two-elses', detail: { branch: branch.id } })),
		...branches.flatMap(({ id: branch, condition }) => {
			if (condition === null) return [];
			// An empty condition always holds: in a split that is an oversight, and hides the branches after it.
			return condition.items.length === 0 ? [{ at: id, code: 'unfinished-condition', detail: { branch } }] : conditionProblems(condition, id, { branch });
		}),
		...branches.flatMap((branch) => listProblems(branch.steps)),
	];
}

/** What is asked must be whole, its answers named and told apart; steps behind "nobody answered" are reached only when there is a time for it. */
function questionProblems(id: string, branches: readonly Branch[], question: Record<string, unknown>): Problem[] {
	const asking = safeParse(askingSchema, question);
	const answers = branches.filter(({ condition }) => condition !== null);
	const labels = answers.map(({ name }) => name.trim().toLowerCase());
	const silent = branches.find(({ condition }) => condition === null);
	return [
		...(asking.success ? badLiquid(id, templatesOfAsking(asking.output)) : unfinished(id, askingSchema, question)),
		...(answers.length === 0 ? [{ at: id, code: 'no-answers' }] : []),
		...answers.flatMap(({ id: branch }, n) => (labels[n] === '' ? [{ at: id, code: 'blank-answer', detail: { branch } }] : labels.indexOf(labels[n]!) < n ? [{ at: id, code: 'same-answer', detail: { branch } }] : [])),
		...(silent && silent.steps.length > 0 && question.goesOn !== true ? [{ at: id, code: 'never-silent' }] : []),
	];
}
