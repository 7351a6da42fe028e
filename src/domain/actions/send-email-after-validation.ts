/** A mail that is rendered and then waits in somebody's My Actions: sent as it is, edited, or cancelled (AC7). */
import * as v from 'valibot';
import type { Action } from './action.ts';
import { initialMail, mailEntries, mailsOf, mailTemplates, type MailParams } from './mail-to-contacts.ts';
import { assigneesSchema, peopleOf, referencesOfPeople, type Assignees } from './people.ts';
import { edited } from '../triggers/parameters.ts';

type Params = MailParams & { assignees: Assignees; choosesRecipients: boolean };

export const sendEmailAfterValidation: Action<Params> = {
	type: 'send-email-after-validation',
	icon: 'mail-check',
	group: 'message',
	awaitsPerson: true,
	schema: v.pipe(
		v.object({
			assignees: v.pipe(assigneesSchema(), edited('assignees', 'validators')),
			choosesRecipients: v.pipe(v.optional(v.boolean(), false), edited('boolean', 'chooses_recipients')),
			...mailEntries(0),
		}),
		v.forward(v.check(({ recipients, choosesRecipients }) => choosesRecipients || recipients.length > 0, 'required'), ['recipients']),
	),
	initial: () => ({ assignees: { kind: 'owner' }, choosesRecipients: false, ...initialMail() }),
	plan: (params, facts) => {
		const people = peopleOf(params.assignees, facts);
		if (people.length === 0) return { refusal: { code: 'no-assignee' } };
		const planned = mailsOf(params, facts, 'validated', params.choosesRecipients);
		if ('refusal' in planned) return planned;
		const review = { assignees: people.map(({ id }) => id), teamId: params.assignees.kind === 'team' ? params.assignees.team : null };
		return { intents: planned.mails.map((request, part) => ({ part, request, review })), ...(planned.without.length > 0 ? { notes: { without: planned.without } } : {}) };
	},
	references: ({ sender, assignees }) => [...referencesOfPeople(assignees, 'assignees'), ...referencesOfPeople(sender, 'sender')],
	templates: mailTemplates,
};
