/** Values of fields as a person reads them: names for ids, dates and money in the reader's language. */
import { optionsOf, typeOf } from '#domain/conditions/fields.ts';
import { atLocalTime, isDate } from '#domain/calendar/zones.ts';
import type { MirrorKind, MirrorRows } from '#domain/mirror.ts';
import type { WorkspaceSettings } from '#domain/settings.ts';
import { isBlank } from '#domain/value.ts';
import { m } from '$lib/messages/messages.js';
import { getLocale } from '$lib/messages/runtime.js';
import { formatDate, formatMoney, formatNumber } from '$lib/ui/formats.ts';
import { optionLabel } from './words.ts';

/** What names are looked up in: the device's mirror, or rows like it. */
export type Names = { settings: WorkspaceSettings; row: <K extends MirrorKind>(kind: K, id: string) => MirrorRows[K] | undefined };

/** One value of the field at `path` (`customer.stage`, …); a list joined by commas; `…` for nothing chosen yet. */
export function valueText(path: string, value: unknown, { settings, row }: Names): string {
	if (isBlank(value)) return '…';
	if (Array.isArray(value)) return value.map((one) => valueText(path, one, { settings, row })).join(', ');
	const type = typeOf(path, settings);
	const option = optionsOf(path, settings)?.find(({ id }) => id === value);
	if (option) return option.label === option.id ? optionLabel(option.id) : option.label;
	if (path === 'customer.parentId') return row('customer', String(value))?.name ?? String(value);
	if (type === 'boolean') return value === true || value === 'true' ? m.ui_yes() : m.ui_no();
	if (type === 'money' && Number.isFinite(Number(value))) return formatMoney(Number(value), getLocale());
	if ((type === 'number' || type === 'score') && Number.isFinite(Number(value))) return formatNumber(Number(value), getLocale());
	if (type === 'date') return dateText(value, settings.timeZone);
	return String(value);
}

const dateText = (value: unknown, zone: string): string => {
	const at = typeof value === 'number' ? value : isDate(value) ? atLocalTime(value, '12:00', zone) : null;
	return at === null ? String(value) : formatDate(at, getLocale(), 0, zone);
};

/** Names of rows by id; an id that has gone is shown as it is. */
export const namesOf = (rows: readonly { id: string; name: string }[], ids: readonly unknown[]): string => ids.map((id) => rows.find((row) => row.id === id)?.name ?? String(id)).join(', ');
