/** The list and its contacts as files. */
import type { WorkspaceSettings } from '#domain/settings.ts';
import type { MirrorRows } from '#domain/mirror.ts';
import { m } from '$lib/messages/messages.js';
import { roleNames } from '../contact-roles.ts';
import type { CustomerColumn } from './columns.ts';
import { contactColumns, csvOf, download } from './csv.ts';
import type { Customer } from './lines.ts';

const dated = (name: string, now: number) => `${name}-${new Date(now).toISOString().slice(0, 10)}.csv`;

/** The customers as the list shows them: its columns, its order. */
export const exportCustomers = async (customers: readonly Customer[], columns: readonly CustomerColumn[], now: number): Promise<void> => download(dated('customers', now), await csvOf(customers, columns));

/** The contacts of these customers, in the customers' order. */
export async function exportContacts(customers: readonly Customer[], contacts: readonly MirrorRows['contact'][], settings: WorkspaceSettings, now: number): Promise<void> {
	const by = new Map<string, MirrorRows['contact'][]>();
	for (const contact of contacts) by.set(contact.customerId, [...(by.get(contact.customerId) ?? []), contact]);
	const rows = customers.flatMap((customer) => (by.get(customer.id) ?? []).map((contact) => ({ contact, customer })));
	const labels = { company: m.export_company(), externalId: m.customer_external_id(), name: m.contact_name(), email: m.contact_email(), phone: m.contact_phone(), title: m.contact_title(), roles: m.contact_roles(), tags: m.customers_tags() };
	download(dated('contacts', now), await csvOf(rows, contactColumns(settings, labels, (role) => roleNames()[role])));
}
