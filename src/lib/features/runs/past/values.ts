/** Values of a record at a moment beside those of now, as lines to read (BE7). */
import { conditionFields } from '#domain/conditions/fields.ts';
import type { ContactFacts, CustomerFacts } from '#domain/engine/facts.ts';
import { canonical, isBlank } from '#domain/value.ts';
import { m } from '$lib/messages/messages.js';
import { valueText, type Names } from '$lib/features/flow/values.ts';
import { fieldLabel } from '$lib/features/flow/words.ts';

type Values = { customer: CustomerFacts; contacts: ContactFacts[] };
/** What the server answers for a step (docs/protocol.md). */
export type StepPast = { at: number; then: Values; now: Values | null };

/** One field: as it was, and as it is now where that differs (null: it is the same, or nobody knows). */
export type Line = { path: string; label: string; then: string; now: string | null };
export type ContactLines = { id: string; name: string; isGone: boolean; lines: Line[] };

type Facts = Record<string, unknown> | undefined;

function linesOf(group: 'customer' | 'contact', then: Facts, now: Facts, names: Names): Line[] {
	const said = (path: string, value: unknown) => (isBlank(value) ? m.run_nothing() : valueText(path, value, names));
	return conditionFields(names.settings).flatMap((field) => {
		if (field.group !== group) return [];
		const key = field.path.slice(group.length + 1);
		const [was, is] = [then?.[key] ?? null, now?.[key] ?? null];
		const isOther = now !== undefined && canonical(was) !== canonical(is);
		return isBlank(was) && !isOther ? [] : [{ path: field.path, label: fieldLabel(field), then: said(field.path, was), now: isOther && said(field.path, was) !== said(field.path, is) ? said(field.path, is) : null }];
	});
}

export const customerLines = ({ then, now }: StepPast, names: Names): Line[] => linesOf('customer', then.customer, now?.customer, names);

/** The contacts that there were then; one that has gone since says so. */
export const contactLines = ({ then, now }: StepPast, names: Names): ContactLines[] =>
	then.contacts.map((contact) => {
		const present = now?.contacts.find(({ id }) => id === contact.id);
		return { id: contact.id, name: contact.name, isGone: now !== null && !present, lines: linesOf('contact', contact, present, names).filter(({ path, now }) => path !== 'contact.name' || now !== null) };
	});
