/** What a condition names that its playbook or its workspace doesn't have: fields, operators, values, questions and their answers (PB3, CO1). */
import { actions } from '../actions/index.ts';
import { fieldKey } from '../actions/people.ts';
import type { Clause, Group } from '../conditions/condition.ts';
import { expects, operatorsOf, optionsOf, typeOf } from '../conditions/fields.ts';
import type { PlaybookDefinition, Problem } from '../documents/playbook/definition.ts';
import type { WorkspaceSettings } from '../settings.ts';
import { isBlank } from '../value.ts';
import { allSteps } from './next-step.ts';
import { questionsIn, type Asks } from './question.ts';

/** Where a condition stands: in which playbook, in which workspace. */
type Within = { definition: PlaybookDefinition; settings: WorkspaceSettings };

/** All clauses of a group, those of groups within it, too. */
export const clausesOf = (group: Group): Clause[] => group.items.flatMap((item) => (item.kind === 'group' ? clausesOf(item) : [item]));

/** The customer's field whose change starts the playbook; null when its trigger names none. */
export function changedField({ trigger }: Pick<PlaybookDefinition, 'trigger'>): string | null {
	if (trigger?.type === 'stage-changed') return 'stage';
	const field = trigger?.type === 'customer-field-changed' ? trigger.params.field : null;
	return typeof field === 'string' && field !== '' ? fieldKey(field) : null;
}

/** One problem for each thing that a clause names and that is gone. `detail` is passed on: the branch that it belongs to. */
export const conditionReferences = (group: Group, at: string, within: Within, detail: Record<string, string> = {}): Problem[] =>
	clausesOf(group).flatMap((clause) => clauseReferences(clause, at, within, { ...detail, clause: clause.id }));

function clauseReferences(clause: Clause, at: string, within: Within, detail: Record<string, string>): Problem[] {
	const { field, operator } = clause;
	if (!field) return [];
	const type = typeOf(field, within.settings);
	if (type === null) return [{ at, code: 'unknown-field', detail: { ...detail, id: field } }];
	const variable = /^run\.vars\.([^.]+)\.([^.]+)/.exec(field);
	const asks = variable && questionsIn(within.definition.steps).find(({ stepId }) => stepId === variable[1]);
	if (variable && !isLeft(variable[1]!, variable[2]!, asks ?? null, within.definition)) return [{ at, code: 'gone-question', detail: { ...detail, id: field } }];
	if (!operatorsOf[type].includes(operator)) return [{ at, code: 'wrong-operator', detail: { ...detail, field, operator } }];
	if (asks) return goneAnswers(clause, variable![2]!, asks).map((id) => ({ at, code: 'gone-answer', detail: { ...detail, question: asks.question, id } }));
	const options = optionsOf(field, within.settings) ?? changedTo(field, within);
	if (!options || expects(operator) === 'nothing') return [];
	return compared(clause).filter((value) => !options.some(({ id }) => id === value)).map((id) => ({ at, code: 'unknown-value', detail: { ...detail, field, id: String(id) } }));
}

const compared = ({ value }: Clause): unknown[] => (Array.isArray(value) ? value : [value]).filter((one) => !isBlank(one));

/** Whether a step leaves a variable: an answer of the kind that its question takes, or an outside system's response. */
function isLeft(stepId: string, key: string, asks: Asks | null, { steps }: PlaybookDefinition): boolean {
	if (asks) return !['choice', 'number', 'date'].includes(key) || key === asks.kind;
	const step = allSteps(steps).find(({ id }) => id === stepId);
	return step?.kind === 'action' && Object.hasOwn(actions, step.action) && actions[step.action]!.output !== undefined;
}

/** Answers that a clause compares with and that the question doesn't offer any more: meant by their ids, or, as once, by their words. */
function goneAnswers(clause: Clause, key: string, { kind, choices }: Asks): string[] {
	const isById = key === 'choice';
	if (kind !== 'choice' || (!isById && (key !== 'answer' || !['is', 'is-not', 'any-of', 'none-of'].includes(clause.operator)))) return [];
	const folded = (text: unknown) => String(text).trim().toLowerCase();
	return expects(clause.operator) === 'nothing' ? [] : compared(clause).filter((value) => !choices.some(({ id, label }) => (isById ? id === value : folded(label) === folded(value)))).map(String);
}

/** What the event that starts the playbook may have changed its field from and to; null when anything may be. */
function changedTo(field: string, { definition, settings }: Within): { id: string }[] | null {
	const changed = field === 'event.from' || field === 'event.to' ? changedField(definition) : null;
	return changed === null ? null : optionsOf(`customer.${changed}`, settings);
}
