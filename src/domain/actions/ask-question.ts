/** Asks a person something; what they write is a variable of the run (AC21). A split asks in the same way, with its branches as the answers (PB1). */
import * as v from 'valibot';
import type { Action, Plan } from './action.ts';
import { assigneesSchema, peopleOf, referencesOfPeople, type Assignees } from './people.ts';
import { renderAll } from './render-all.ts';
import { addBusinessDays } from '../calendar/business-days.ts';
import { endOfDay } from '../calendar/zones.ts';
import type { Facts } from '../engine/facts.ts';
import { answerKinds, type AnswerKind, type Question } from '../question.ts';
import { chosen, edited, whole } from '../triggers/parameters.ts';

/** `goesOn`: when nobody has answered by the end of its day, the run goes on without an answer. */
export type Asking = { question: string; description: string; assignees: Assignees; dueInDays: number | null; goesOn: boolean };

const entries = {
	question: v.pipe(chosen(), edited('liquid-line', 'question')),
	description: v.pipe(v.optional(v.string(), ''), edited('long-text', 'description')),
	assignees: v.pipe(assigneesSchema(), edited('assignees', 'asked')),
	dueInDays: v.pipe(v.optional(v.nullable(whole(0, 1000)), null), edited('business-days', 'due_in_days')),
	goesOn: v.pipe(v.optional(v.boolean(), false), edited('boolean', 'goes_on')),
};

/** What a split asks besides its answers. */
export const askingSchema = v.pipe(v.object(entries), v.forward(v.check(({ goesOn, dueInDays }) => !goesOn || dueInDays !== null, 'required'), ['dueInDays']));
export const initialAsking = (): Record<string, unknown> => ({ question: '', description: '', assignees: { kind: 'owner' }, dueInDays: 2, goesOn: false });
export const referencesOfAsking = ({ assignees }: Asking) => referencesOfPeople(assignees, 'assignees');
export const templatesOfAsking = ({ question, description }: Asking) => [
	{ param: 'question', text: question, escape: 'none' as const },
	{ param: 'description', text: description, escape: 'none' as const },
];

/** The task that asks it, or why nobody can be asked. */
export function ask(asking: Asking, question: Question, facts: Facts, now: number): Plan {
	const people = peopleOf(asking.assignees, facts);
	if (people.length === 0) return { refusal: { code: 'no-assignee' } };
	const filled = renderAll(templatesOfAsking(asking), facts);
	if ('refusal' in filled) return filled;
	const title = filled.texts.question!.replace(/\s+/g, ' ').trim();
	if (!title) return { refusal: { code: 'blank-question' } };
	const dueAt = asking.dueInDays === null ? null : endOfDay(addBusinessDays(now, asking.dueInDays, facts.settings), facts.settings.timeZone);
	const teamId = asking.assignees.kind === 'team' ? asking.assignees.team : null;
	const asked = { kind: 'task' as const, title, description: filled.texts.description!, assignees: people.map(({ id }) => id), teamId, dueAt, customerId: facts.customer.id, isAwaited: true as const, question };
	return { intents: [{ part: 0, request: asking.goesOn && dueAt !== null ? { ...asked, until: dueAt } : asked }], isWaiting: true };
}

export const askQuestion: Action<Asking & { answerKind: AnswerKind }> = {
	type: 'ask-question',
	icon: 'message-circle-question-mark',
	group: 'task',
	awaitsPerson: true,
	schema: v.pipe(v.object({ ...entries, answerKind: v.pipe(v.picklist(answerKinds, 'required'), edited('choice', 'answer_kind')) }), v.forward(v.check(({ goesOn, dueInDays }) => !goesOn || dueInDays !== null, 'required'), ['dueInDays'])),
	initial: () => ({ ...initialAsking(), answerKind: 'text' }),
	plan: (params, facts, now) => ask(params, { kind: params.answerKind }, facts, now),
	references: referencesOfAsking,
	templates: templatesOfAsking,
};
