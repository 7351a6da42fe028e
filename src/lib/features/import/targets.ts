/** Where a column may go, as a chooser's options. */
import type { Target } from '#domain/import/mapping.ts';
import type { WorkspaceSettings } from '#domain/settings.ts';
import { m } from '$lib/messages/messages.js';
import type { Option } from '$lib/ui/options.ts';

export const keyOf = (target: Target): string => (target.to === 'skip' ? 'skip' : `${target.to}:${target.field}`);

/** The target of a key made by `keyOf`. */
export function targetOf(key: string): Target {
	const [to, field] = key.split(':');
	return to === 'skip' || !field ? { to: 'skip' } : ({ to, field } as Target);
}

export function targets(settings: WorkspaceSettings, { canCreate, title }: { canCreate: boolean; title: string }): Option[] {
	const customer = { externalId: m.customer_external_id(), name: m.customers_name(), domain: m.customers_domain(), stage: m.customers_stage(), owner: m.import_owner_by_email(), tags: m.customers_tags() };
	const contact = { name: m.contact_name(), email: m.contact_email(), phone: m.contact_phone(), title: m.contact_title() };
	return [
		{ value: 'skip', label: m.import_skip() },
		...Object.entries(customer).map(([field, label]) => ({ value: `customer:${field}`, label, hint: m.import_of_customer() })),
		...settings.fields.filter((field) => field.subject === 'customer').map((field) => ({ value: `customer:${field.id}`, label: field.name, hint: m.import_custom_field() })),
		...Object.entries(contact).map(([field, label]) => ({ value: `contact:${field}`, label, hint: m.import_of_contact() })),
		...(canCreate ? [{ value: 'new', label: m.import_new_field({ name: title }) }] : []),
	];
}
