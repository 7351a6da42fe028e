/** What mails to contacts share, sent at once or after validation: their parameters, and how they are rendered (EM1–EM4, EM6). */
import * as v from 'valibot';
import type { IntentRequest, Refusal } from './action.ts';
import { peopleOf, senderSchema, type Sender } from './people.ts';
import { addressesSchema, contactsOf, isAddress, recipientsSchema, type Recipients } from './recipients.ts';
import { renderAll } from './render-all.ts';
import type { ContactFacts, Facts } from '../engine/facts.ts';
import { plainText } from '../text/plain-text.ts';
import { chosen, edited } from '../triggers/parameters.ts';

export type MailParams = { subject: string; body: string; recipients: Recipients; strategy: 'individualised' | 'grouped'; sender: Sender; cc: string[]; bcc: string[] };
type Mail = Extract<IntentRequest, { kind: 'mail' }>;

/** The form's entries; `least` recipients must be chosen. */
export const mailEntries = (least = 1) => ({
	recipients: v.pipe(recipientsSchema(least), edited('recipients', 'recipients')),
	strategy: v.pipe(v.picklist(['individualised', 'grouped'], 'required'), edited('choice', 'strategy')),
	sender: v.pipe(senderSchema(), edited('sender', 'sender')),
	subject: v.pipe(chosen(), edited('liquid-line', 'subject')),
	body: v.pipe(chosen(), v.check((html) => plainText(html) !== '', 'required'), edited('rich-text', 'body')),
	cc: v.pipe(v.optional(addressesSchema(), []), edited('addresses', 'cc')),
	bcc: v.pipe(v.optional(addressesSchema(), []), edited('addresses', 'bcc')),
});
export const initialMail = () => ({ recipients: ['champion'], strategy: 'individualised', sender: { kind: 'owner' }, subject: '', body: '', cc: [], bcc: [] });
export const mailTemplates = ({ subject, body }: MailParams) => [
	{ param: 'subject', text: subject, escape: 'none' as const },
	{ param: 'body', text: body, escape: 'html' as const },
];

/** The mails, one each or one to all; `without` = contacts that have no address. `isOpen`: to nobody yet, a person chooses whom. */
export function mailsOf(params: MailParams, facts: Facts, mailKind: Mail['mailKind'], isOpen = false): { mails: Mail[]; without: string[] } | { refusal: Refusal } {
	const [sender] = peopleOf(params.sender, facts);
	if (!sender) return { refusal: { code: 'no-sender' } };
	const meant = isOpen ? [] : contactsOf(params.recipients, facts);
	const reached = meant.filter(({ email }) => isAddress(email?.trim()));
	const without = meant.filter((contact) => !reached.includes(contact)).map(({ name }) => name);
	if (reached.length === 0 && !isOpen) return { refusal: { code: 'no-recipients', ...(without.length > 0 ? { detail: { without: without.join(', ') } } : {}) } };
	const groups = isOpen || params.strategy === 'grouped' ? [reached] : reached.map((contact) => [contact]);
	const mails: Mail[] = [];
	for (const group of groups) {
		// A grouped mail speaks to nobody in particular, unless it goes to one.
		const contact: ContactFacts | null = group.length === 1 ? group[0]! : null;
		const filled = renderAll(mailTemplates(params), facts, contact);
		if ('refusal' in filled) return filled;
		const subject = filled.texts.subject!.replace(/\s+/g, ' ').trim();
		if (!subject) return { refusal: { code: 'blank-subject', detail: { contact: contact?.name ?? group[0]?.name ?? '' } } };
		const to = [...new Set(group.map(({ email }) => email!.trim()))];
		const html = filled.texts.body!;
		mails.push({ kind: 'mail', mailKind, from: { name: sender.name, email: sender.email }, replyTo: sender.email, to, cc: params.cc, bcc: params.bcc, subject, html, text: plainText(html), customerId: facts.customer.id });
	}
	return { mails, without };
}
