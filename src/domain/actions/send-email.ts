/** An automatic mail to contacts by role, one each or one to all, from the owner or another person (AC6, EM1–EM4, EM6). */
import * as v from 'valibot';
import type { Action, IntentDraft } from './action.ts';
import { peopleOf, referencesOfPeople, senderSchema, type Sender } from './people.ts';
import { addressesSchema, contactsOf, isAddress, recipientsSchema, type Recipients } from './recipients.ts';
import { renderAll } from './render-all.ts';
import { plainText } from '../text/plain-text.ts';
import { chosen, edited } from '../triggers/parameters.ts';

type Params = { subject: string; body: string; recipients: Recipients; strategy: 'individualised' | 'grouped'; sender: Sender; cc: string[]; bcc: string[] };
const templates = ({ subject, body }: Params) => [
	{ param: 'subject', text: subject, escape: 'none' as const },
	{ param: 'body', text: body, escape: 'html' as const },
];

export const sendEmail: Action<Params> = {
	type: 'send-email',
	icon: 'mail',
	group: 'message',
	schema: v.object({
		recipients: v.pipe(recipientsSchema(), edited('recipients', 'recipients')),
		strategy: v.pipe(v.picklist(['individualised', 'grouped'], 'required'), edited('choice', 'strategy')),
		sender: v.pipe(senderSchema(), edited('sender', 'sender')),
		subject: v.pipe(chosen(), edited('liquid-line', 'subject')),
		body: v.pipe(chosen(), v.check((html) => plainText(html) !== '', 'required'), edited('rich-text', 'body')),
		cc: v.pipe(v.optional(addressesSchema(), []), edited('addresses', 'cc')),
		bcc: v.pipe(v.optional(addressesSchema(), []), edited('addresses', 'bcc')),
	}),
	initial: () => ({ recipients: ['champion'], strategy: 'individualised', sender: { kind: 'owner' }, subject: '', body: '', cc: [], bcc: [] }),
	plan: (params, facts) => {
		const [sender] = peopleOf(params.sender, facts);
		if (!sender) return { refusal: { code: 'no-sender' } };
		const meant = contactsOf(params.recipients, facts);
		const reached = meant.filter(({ email }) => isAddress(email?.trim()));
		const without = meant.filter((contact) => !reached.includes(contact)).map(({ name }) => name);
		if (reached.length === 0) return { refusal: { code: 'no-recipients', ...(without.length > 0 ? { detail: { without: without.join(', ') } } : {}) } };
		const isGrouped = params.strategy === 'grouped';
		const intents: IntentDraft[] = [];
		for (const [part, contact] of (isGrouped ? [reached[0]!] : reached).entries()) {
			// A grouped mail speaks to nobody in particular, unless it goes to one.
			const filled = renderAll(templates(params), facts, isGrouped && reached.length > 1 ? null : contact);
			if ('refusal' in filled) return filled;
			const subject = filled.texts.subject!.replace(/\s+/g, ' ').trim();
			if (!subject) return { refusal: { code: 'blank-subject', detail: { contact: contact.name } } };
			const to = [...new Set((isGrouped ? reached : [contact]).map(({ email }) => email!.trim()))];
			const from = { name: sender.name, email: sender.email };
			intents.push({ part, request: { kind: 'mail', mailKind: 'automatic', from, replyTo: sender.email, to, cc: params.cc, bcc: params.bcc, subject, html: filled.texts.body!, text: plainText(filled.texts.body!), customerId: facts.customer.id } });
		}
		return { intents, ...(without.length > 0 ? { notes: { without } } : {}) };
	},
	references: ({ sender }) => referencesOfPeople(sender, 'sender'),
	templates,
};
