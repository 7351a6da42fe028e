/** A mail to colleagues or any addresses, from the workspace's own address (AC8). */
import * as v from 'valibot';
import type { Action } from './action.ts';
import { assigneesSchema, peopleOf, referencesOfPeople, type Assignees } from './people.ts';
import { addressesSchema } from './recipients.ts';
import { renderAll } from './render-all.ts';
import { plainText } from '../text/plain-text.ts';
import { chosen, edited } from '../triggers/parameters.ts';

type Params = { people: Assignees; addresses: string[]; subject: string; body: string };
const templates = ({ subject, body }: Params) => [
	{ param: 'subject', text: subject, escape: 'none' as const },
	{ param: 'body', text: body, escape: 'html' as const },
];

export const sendInternalEmail: Action<Params> = {
	type: 'send-internal-email',
	icon: 'mailbox',
	group: 'message',
	schema: v.pipe(
		v.object({
			people: v.pipe(assigneesSchema(0), edited('assignees', 'people')),
			addresses: v.pipe(v.optional(addressesSchema(), []), edited('addresses', 'addresses')),
			subject: v.pipe(chosen(), edited('liquid-line', 'subject')),
			body: v.pipe(chosen(), v.check((html) => plainText(html) !== '', 'required'), edited('rich-text', 'body')),
		}),
		v.forward(v.check(({ people, addresses }) => addresses.length > 0 || people.kind !== 'users' || people.ids.length > 0, 'required'), ['people']),
	),
	initial: () => ({ people: { kind: 'owner' }, addresses: [], subject: '', body: '' }),
	plan: (params, facts) => {
		const to = [...new Set([...peopleOf(params.people, facts).map(({ email }) => email), ...params.addresses])];
		if (to.length === 0) return { refusal: { code: 'no-recipients' } };
		const filled = renderAll(templates(params), facts);
		if ('refusal' in filled) return filled;
		const subject = filled.texts.subject!.replace(/\s+/g, ' ').trim();
		if (!subject) return { refusal: { code: 'blank-subject' } };
		const html = filled.texts.body!;
		return { intents: [{ part: 0, request: { kind: 'mail', mailKind: 'internal', from: null, replyTo: null, to, cc: [], bcc: [], subject, html, text: plainText(html), customerId: facts.customer.id } }] };
	},
	references: ({ people }) => referencesOfPeople(people, 'people'),
	templates,
};
