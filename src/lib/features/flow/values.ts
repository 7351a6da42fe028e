/** Values of fields as a person reads them: names for ids, dates and money in the reader's language. */
import { conditionFields, optionsOf, typeOf } from '#domain/conditions/fields.ts';
import { atLocalTime, isDate } from '#domain/calendar/zones.ts';
import type { PlaybookDefinition } from '#domain/documents/playbook/definition.ts';
import { questionsIn, type Asks } from '#domain/engine/question.ts';
import type { MirrorKind, MirrorRows } from '#domain/mirror.ts';
import type { WorkspaceSettings } from '#domain/settings.ts';
import { isBlank } from '#domain/value.ts';
import { m } from '$lib/messages/messages.js';
import { getLocale } from '$lib/messages/runtime.js';
import { formatDate, formatMoney, formatNumber } from '$lib/ui/formats.ts';
import { fieldLabel, optionLabel } from './words.ts';
import { goneValue } from './gone.ts';

/** What names are looked up in: the device's mirror, or rows like it; and what the playbook asks people, where it is about one. */
export type Names = { settings: WorkspaceSettings; row: <K extends MirrorKind>(kind: K, id: string) => MirrorRows[K] | undefined; asks?: readonly Asks[] };

/** The names, and those of a playbook's answers. */
export const namesWithin = (definition: Pick<PlaybookDefinition, 'steps'> | null, names: Names): Names => ({ settings: names.settings, row: (kind, id) => names.row(kind, id), asks: definition ? questionsIn(definition.steps) : [] });

const choiceOf = /^run\.vars\.([^.]+)\.choice$/;

/** One value of the field at `path` (`customer.stage`, …); a list joined by commas; `…` for nothing chosen yet. */
export function valueText(path: string, value: unknown, names: Names): string {
	if (isBlank(value)) return '…';
	if (Array.isArray(value)) return value.map((one) => valueText(path, one, names)).join(', ');
	const { settings, row } = names;
	const asked = choiceOf.exec(path)?.[1];
	if (asked !== undefined) return names.asks?.find(({ stepId }) => stepId === asked)?.choices.find(({ id }) => id === value)?.label ?? m.value_gone_answer();
	const type = typeOf(path, settings);
	const options = optionsOf(path, settings);
	const option = options?.find(({ id }) => id === value);
	if (option) return option.label === option.id ? optionLabel(option.id) : option.label;
	if (options) return goneValue(path, value, settings);
	if (path === 'customer.parentId') return row('customer', String(value))?.name ?? m.value_gone_customer();
	if (path === 'event.field') return fieldNamed(String(value), settings);
	if (path === 'event.from' || path === 'event.to') return named(value, { settings, row });
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

/** What an event says of a field's name: a customer's, else a contact's. */
function fieldNamed(field: string, settings: WorkspaceSettings): string {
	const known = conditionFields(settings).find(({ path }) => path === `customer.${field}`) ?? conditionFields(settings).find(({ path }) => path === `contact.${field}`);
	return known ? fieldLabel(known) : field;
}

/** A value of an event, whose field isn't told beside it: what has this id, else the value as it is. */
function named(value: unknown, { settings, row }: Names): string {
	const { stages, people, tags, fields } = settings;
	const known = [...stages, ...people, ...tags].find(({ id }) => id === value)?.name ?? fields.flatMap(({ options }) => options ?? []).find(({ id }) => id === value)?.label;
	return known ?? row('customer', String(value))?.name ?? String(value);
}

/** Names of rows by id; for one that is gone, `gone` says so. */
export const namesOf = (rows: readonly { id: string; name: string }[], ids: readonly unknown[], gone: () => string): string => ids.map((id) => rows.find((row) => row.id === id)?.name ?? gone()).join(', ');
