/** Which contacts a step means: all, the triggering one, or those in any of some roles (EM1). */
import * as v from 'valibot';
import { contactRoles } from '../contact-roles.ts';
import type { ContactFacts, Facts } from '../engine/facts.ts';

export const recipientKinds = ['all', 'triggering', ...contactRoles] as const;
export type Recipients = (typeof recipientKinds)[number][];

export const recipientsSchema = (least = 1) => v.pipe(v.array(v.picklist(recipientKinds)), v.minLength(least, 'required'));

/** An address a mail can go to, roughly: one @, no spaces or brackets, a dot in the domain. */
export const isAddress = (text: unknown): text is string => typeof text === 'string' && text.length <= 254 && /^[^\s@<>(),;:"]+@[^\s@<>(),;:"]+\.[^\s@<>(),;:".]+$/.test(text);

export const addressesSchema = () => v.array(v.pipe(v.string(), v.trim(), v.check((text) => isAddress(text), 'address')));

/** The contacts meant, each once, in the order of the facts. */
export function contactsOf(recipients: Recipients, { contacts, event }: Facts): ContactFacts[] {
	const triggering = event?.type.startsWith('contact.') ? event.subjectId : null;
	return contacts.filter((contact) => recipients.some((kind) => kind === 'all' || (kind === 'triggering' ? triggering !== null && [contact.id, ...contact.mergedFrom].includes(triggering) : contact.roles.includes(kind))));
}
