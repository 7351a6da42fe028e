/** A task for people of the workspace, due in business days; the run may wait until it is done (AC3). */
import * as v from 'valibot';
import type { Action } from './action.ts';
import { assigneesSchema, peopleOf, referencesOfPeople, type Assignees } from './people.ts';
import { renderAll } from './render-all.ts';
import { addBusinessDays } from '../calendar/business-days.ts';
import { endOfDay } from '../calendar/zones.ts';
import { chosen, edited, whole } from '../triggers/parameters.ts';

type Params = { title: string; description: string; assignees: Assignees; dueInDays: number | null; isWaiting: boolean };
const templates = ({ title, description }: Params) => [
	{ param: 'title', text: title, escape: 'none' as const },
	{ param: 'description', text: description, escape: 'none' as const },
];

export const createTask: Action<Params> = {
	type: 'create-task',
	icon: 'square-check-big',
	group: 'task',
	schema: v.object({
		title: v.pipe(chosen(), edited('liquid-line', 'title')),
		description: v.pipe(v.optional(v.string(), ''), edited('long-text', 'description')),
		assignees: v.pipe(assigneesSchema(), edited('assignees', 'assignees')),
		dueInDays: v.pipe(v.optional(v.nullable(whole(0, 1000)), null), edited('business-days', 'due_in_days')),
		isWaiting: v.pipe(v.optional(v.boolean(), false), edited('boolean', 'is_waiting')),
	}),
	initial: () => ({ title: '', description: '', assignees: { kind: 'owner' }, dueInDays: 2, isWaiting: false }),
	plan: (params, facts, now) => {
		const people = peopleOf(params.assignees, facts);
		if (people.length === 0) return { refusal: { code: 'no-assignee' } };
		const filled = renderAll(templates(params), facts);
		if ('refusal' in filled) return filled;
		const title = filled.texts.title!.replace(/\s+/g, ' ').trim();
		if (!title) return { refusal: { code: 'blank-title' } };
		return {
			intents: [
				{
					part: 0,
					request: {
						kind: 'task',
						title,
						description: filled.texts.description!,
						assignees: people.map(({ id }) => id),
						teamId: params.assignees.kind === 'team' ? params.assignees.team : null,
						dueAt: params.dueInDays === null ? null : endOfDay(addBusinessDays(now, params.dueInDays, facts.settings), facts.settings.timeZone),
						customerId: facts.customer.id,
						...(params.isWaiting ? { isAwaited: true as const } : {}),
					},
				},
			],
			isWaiting: params.isWaiting,
		};
	},
	references: ({ assignees }) => referencesOfPeople(assignees, 'assignees'),
	templates,
};
