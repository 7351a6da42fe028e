/** A mail step filled for one customer, by the functions that will send it: who gets it, who wouldn't, what would be blank. */
import { peopleOf, type Assignees, type Sender } from '#domain/actions/people.ts';
import { contactsOf, isAddress, type Recipients } from '#domain/actions/recipients.ts';
import type { Step } from '#domain/documents/playbook/definition.ts';
import type { Asks } from '#domain/engine/question.ts';
import { factsFromRows } from '#domain/engine/facts-from-rows.ts';
import type { MirrorKind, MirrorRows } from '#domain/mirror.ts';
import { blanks, render } from '#domain/text/liquid.ts';
import { m } from '$lib/messages/messages.js';
import { texts } from './form/control.ts';
import { variableWords } from '../flow/template-words.ts';
import type { Names } from '../flow/values.ts';

type Mirror = Names & { rows: <K extends MirrorKind>(kind: K) => readonly MirrorRows[K][] };
export type MailPreview = { recipients: { id: string; name: string; email: string | null }[]; shown: string | null; from: string; to: string; subject: string; html: string; warnings: string[] };

/** Null when the customer has gone. `contactId`: the recipient to show, else the first who has an address. */
export function mailPreview(step: Extract<Step, { kind: 'action' }>, customerId: string, contactId: string, mirror: Mirror, asks: readonly Asks[] = []): MailPreview | null {
	const customer = mirror.row('customer', customerId);
	if (!customer) return null;
	const contacts = mirror.rows('contact').filter((row) => row.customerId === customerId);
	const touches = mirror.rows('interaction').filter((row) => row.customerId === customerId).map(({ at }) => at);
	const facts = factsFromRows({ customer, contacts, lastTouchAt: touches.length > 0 ? Math.max(...touches) : null }, mirror.settings);
	const { params } = step;
	const isToContacts = step.action !== 'send-internal-email';
	const isOpen = isToContacts && params.choosesRecipients === true;
	const meant = isToContacts && !isOpen ? contactsOf(texts(params.recipients) as Recipients, facts) : [];
	const reached = meant.filter(({ email }) => isAddress(email?.trim()));
	const isGrouped = params.strategy === 'grouped' && reached.length > 1;
	const shown = isGrouped ? null : (meant.find(({ id }) => id === contactId) ?? reached[0] ?? meant[0] ?? null);
	const [subject, html] = [String(params.subject ?? ''), String(params.body ?? '')];
	const [head, body] = [render(subject, facts, { contact: shown }), render(html, facts, { escape: 'html', contact: shown })];
	const empty = [...new Set([...blanks(subject, facts, shown), ...blanks(html, facts, shown)])];
	const without = meant.filter((one) => !reached.includes(one)).map(({ name }) => name);
	const sender = isToContacts ? peopleOf((params.sender ?? { kind: 'owner' }) as Sender, facts)[0] : null;
	const colleagues = isToContacts ? [] : [...peopleOf((params.people ?? { kind: 'users', ids: [] }) as Assignees, facts).map(({ email }) => email), ...texts(params.addresses)];
	return {
		recipients: isGrouped ? [] : meant.map(({ id, name, email }) => ({ id, name, email })),
		shown: shown?.id ?? null,
		from: isToContacts ? (sender ? `${sender.name} <${sender.email}>` : '—') : mirror.settings.name,
		to: isToContacts ? (isGrouped ? reached : shown ? [shown] : []).map(({ name, email }) => (email ? `${name} <${email}>` : name)).join(', ') : colleagues.join(', '),
		subject: head.ok ? head.text : subject,
		html: body.ok ? body.text : html,
		warnings: [
			...(isToContacts && texts(params.recipients).includes('triggering') ? [m.preview_triggering()] : []),
			...(isToContacts && !isOpen && meant.length === 0 ? [m.preview_nobody()] : []),
			...(isToContacts && !sender ? [m.preview_no_sender()] : []),
			...(without.length > 0 ? [m.preview_without({ names: without.join(', ') })] : []),
			...(empty.length > 0 ? [m.preview_blank({ names: empty.map((path) => variableWords(path, { settings: mirror.settings, asks })).join(', ') })] : []),
			...(head.ok ? [] : [head.reason]),
			...(body.ok ? [] : [body.reason]),
		],
	};
}
