/** An automatic mail to contacts by role, one each or one to all, from the owner or another person (AC6, EM1–EM4, EM6). */
import * as v from 'valibot';
import type { Action } from './action.ts';
import { initialMail, mailEntries, mailsOf, mailTemplates, type MailParams } from './mail-to-contacts.ts';
import { referencesOfPeople } from './people.ts';

export const sendEmail: Action<MailParams> = {
	type: 'send-email',
	icon: 'mail',
	group: 'message',
	schema: v.object(mailEntries()),
	initial: initialMail,
	plan: (params, facts) => {
		const planned = mailsOf(params, facts, 'automatic');
		if ('refusal' in planned) return planned;
		const { mails, without } = planned;
		return { intents: mails.map((request, part) => ({ part, request })), ...(without.length > 0 ? { notes: { without } } : {}) };
	},
	references: ({ sender }) => referencesOfPeople(sender, 'sender'),
	templates: mailTemplates,
};
