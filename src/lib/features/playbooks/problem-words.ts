/** What is wrong with a draft, in words that say what to do. */
import { askingSchema } from '#domain/actions/ask-question.ts';
import { actions } from '#domain/actions/index.ts';
import type { PlaybookDefinition, Problem } from '#domain/documents/playbook/definition.ts';
import { allSteps } from '#domain/engine/next-step.ts';
import { triggers } from '#domain/triggers/index.ts';
import * as v from 'valibot';
import { m } from '$lib/messages/messages.js';
import { isMade } from '../flow/gone.ts';
import { customerFieldName, stepTitle, triggerTitle } from '../flow/titles.ts';
import { templateWords } from '../flow/template-words.ts';
import type { Names } from '../flow/values.ts';
import { operatorWords, paramWords, wordOf } from '../flow/words.ts';

const reasons: Readonly<Record<string, () => string>> = {
	required: m.reason_required, 'too-small': m.reason_too_small, 'too-large': m.reason_too_large, whole: m.reason_whole, time: m.reason_time, 'date-time': m.reason_date_time,
	url: m.reason_url, header: m.reason_header, reserved: m.reason_reserved, address: m.reason_address,
};
const fixedParams: Readonly<Record<string, () => string>> = { field: m.param_field, amount: m.param_amount, time: m.param_time, days: m.choice_days, isMerged: m.param_is_merged, condition: m.param_condition, name: m.param_branch_name, unit: m.param_unit, mode: m.param_mode, rule: m.param_rule, filters: m.playbook_filters, action: m.param_action, type: m.playbook_trigger };

/** A parameter's name in words, by the schema of the action or trigger it belongs to. */
export function paramName(at: string, param: string, definition: PlaybookDefinition): string {
	const step = allSteps(definition.steps).find(({ id }) => id === at);
	const schema = at === 'trigger' ? triggers[definition.trigger?.type ?? '']?.schema : step?.kind === 'action' ? actions[step.action]?.schema : step?.kind === 'split' && step.question ? askingSchema : undefined;
	const entry = (schema as { entries?: Record<string, v.GenericSchema> } | undefined)?.entries?.[param.split('.')[0]!];
	const label = entry ? (v.getMetadata(entry) as { label?: string }).label : undefined;
	return label ? wordOf(paramWords, label) : wordOf(fixedParams, param);
}

/** A problem as a sentence. `code` and `detail` are those of engine/check.ts and engine/check-references.ts. */
export function problemText({ at, code, detail = {} }: Problem, definition: PlaybookDefinition, names: Names): string {
	const param = detail.param ? paramName(at, detail.param, definition) : '';
	const id = detail.id ?? '';
	switch (code) {
		case 'no-name': return m.problem_no_name();
		case 'no-trigger': return m.problem_no_trigger();
		case 'unknown-trigger': return m.problem_unknown_trigger({ id: detail.trigger ?? '' });
		case 'no-steps': return m.problem_no_steps();
		case 'unfinished': return m.problem_unfinished({ param, reason: wordOf(reasons, detail.reason ?? 'required') });
		case 'unfinished-condition': return detail.branch && !detail.clause ? m.problem_empty_branch({ branch: branchName(detail.branch, definition) }) : m.problem_unfinished_condition();
		case 'no-branches': return m.problem_no_branches();
		case 'no-answers': return m.problem_no_answers();
		case 'blank-answer': return m.problem_blank_answer();
		case 'same-answer': return m.problem_same_answer({ branch: branchName(detail.branch ?? '', definition) });
		case 'never-silent': return m.problem_never_silent();
		case 'two-elses': return m.problem_two_elses();
		case 'unreachable': return m.problem_unreachable();
		case 'duplicate-id': return m.problem_duplicate_id();
		case 'bad-liquid': return m.problem_bad_liquid({ param, reason: detail.reason ?? '' });
		case 'unknown-action': return m.problem_unknown_action({ id: detail.action ?? '' });
		case 'unknown-field': return isMade(id.slice(id.indexOf('.') + 1)) ? m.problem_gone_field() : m.problem_unknown_field({ id });
		case 'unknown-date-field': return m.problem_unknown_date_field({ field: customerFieldName(id, names) });
		case 'unknown-value': return (isMade(id) ? m.problem_gone_value : m.problem_unknown_value)({ id, field: customerFieldName(detail.field, names) });
		case 'gone-question': return m.problem_gone_question();
		case 'gone-answer': return m.problem_gone_answer({ question: templateWords(detail.question ?? '', names), answer: isMade(id) ? m.value_gone_answer() : m.value_answer({ answer: id }) });
		case 'wrong-operator': return m.problem_wrong_operator({ field: customerFieldName(detail.field, names), operator: wordOf(operatorWords, detail.operator ?? '') });
		case 'unknown-stage': return m.problem_unknown_stage({ param });
		case 'unknown-customer-field': case 'unknown-user-field': return m.problem_unknown_customer_field({ param });
		case 'unknown-customer-tag': case 'unknown-contact-tag': return m.problem_unknown_tag({ param });
		case 'unknown-user': return m.problem_unknown_user({ param });
		case 'unknown-team': return m.problem_unknown_team({ param });
		case 'unknown-playbook': return m.problem_unknown_playbook({ param });
		case 'loop': return m.problem_loop({ path: detail.path ?? '' });
		case 'also-fires': return m.problem_also_fires({ playbook: detail.playbook ?? '' });
		default: return code;
	}
}

function branchName(id: string, { steps }: PlaybookDefinition): string {
	const branches = allSteps(steps).flatMap((step) => (step.kind === 'split' ? step.branches.map((branch, index) => ({ ...branch, number: index + 1 })) : []));
	const found = branches.find((branch) => branch.id === id);
	return found?.name || (found?.condition === null ? m.branch_else() : m.branch_number({ number: found?.number ?? 1 }));
}

/** Where a problem or a change is, in words. */
export function placeText(at: string, definition: PlaybookDefinition, names: Names): string {
	switch (at) {
		case 'name': return m.param_name();
		case 'description': return m.param_description();
		case 'trigger': return definition.trigger ? triggerTitle(definition.trigger, names) : m.playbook_trigger();
		case 'filters': return m.playbook_filters();
		case 'entry': return m.playbook_entry();
		case 'steps': return m.flow_steps();
	}
	const steps = allSteps(definition.steps);
	const step = steps.find(({ id }) => id === at);
	if (step) return stepTitle(step, names);
	const isBranch = steps.some((one) => one.kind === 'split' && one.branches.some(({ id }) => id === at));
	return isBranch ? branchName(at, definition) : m.playbook_a_step();
}
