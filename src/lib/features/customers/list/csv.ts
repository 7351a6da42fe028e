/** The list as a file (IN2): the columns, filters and order that are seen, made on the device. */
import { contactRoles, type ContactRole } from '#domain/contact-roles.ts';
import type { MirrorRows } from '#domain/mirror.ts';
import type { WorkspaceSettings } from '#domain/settings.ts';
import { localDate } from '#domain/calendar/zones.ts';

/** A cell: numbers stay plain, texts are quoted as they need. */
export type Cell = string | number | boolean | null;
export type CsvColumn<Row> = { label: string; value: (row: Row) => Cell };

/** A text that a spreadsheet would take for a formula gets an apostrophe before it; the import takes it off again. */
const formula = /^[=+\-@\t\r]/;

/** RFC 4180 in UTF-8; the byte-order mark tells Excel so. */
export async function csvOf<Row>(rows: readonly Row[], columns: readonly CsvColumn<Row>[]): Promise<string> {
	const { default: Papa } = await import('papaparse');
	const data = rows.map((row) => columns.map(({ value }) => value(row) ?? ''));
	return `\uFEFF${Papa.unparse({ fields: columns.map(({ label }) => label), data }, { escapeFormulae: formula, newline: '\r\n' })}\r\n`;
}

/** The day of an instant in the workspace's zone, as an ISO date; an ISO date stays. */
export const isoDay = (at: unknown, settings: WorkspaceSettings): string | null => (typeof at === 'number' ? localDate(at, settings.timeZone) : typeof at === 'string' && at !== '' ? at : null);

type ContactLabels = Record<'company' | 'externalId' | 'name' | 'email' | 'phone' | 'title' | 'roles' | 'tags', string>;
export type ContactRow = { contact: MirrorRows['contact']; customer: MirrorRows['customer'] };

/** What a file of contacts holds: whose they are first, so that the import finds their customer. */
export function contactColumns(settings: WorkspaceSettings, labels: ContactLabels, roleLabel: (role: ContactRole) => string): CsvColumn<ContactRow>[] {
	const tags = new Map(settings.tags.map(({ id, name }) => [id, name]));
	const custom = settings.fields.filter((field) => field.subject === 'contact');
	return [
		{ label: labels.externalId, value: ({ customer }) => customer.externalId },
		{ label: labels.company, value: ({ customer }) => customer.name },
		{ label: labels.name, value: ({ contact }) => contact.name },
		{ label: labels.email, value: ({ contact }) => contact.email },
		{ label: labels.phone, value: ({ contact }) => contact.phone },
		{ label: labels.title, value: ({ contact }) => contact.title },
		{ label: labels.roles, value: ({ contact }) => contactRoles.filter((role) => contact.roles.includes(role)).map(roleLabel).join(', ') },
		{ label: labels.tags, value: ({ contact }) => contact.tags.flatMap((id) => tags.get(id) ?? []).join(', ') },
		...custom.map((field): CsvColumn<ContactRow> => ({ label: field.name, value: ({ contact }) => (field.type === 'date' ? isoDay(contact.custom[field.id], settings) : ((contact.custom[field.id] ?? null) as Cell)) })),
	];
}

/** Offers the text as a download. */
export function download(fileName: string, text: string): void {
	const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
	Object.assign(document.createElement('a'), { href: url, download: fileName }).click();
	URL.revokeObjectURL(url);
}
