/** Reads a row of a file by its mapping: values of the right type for the workspace's fields, or what is wrong with it (IN2). */
import { safeParse } from 'valibot';
import { fieldSchema } from '../documents/customer/shape.ts';
import type { FieldDefinition, WorkspaceSettings } from '../settings.ts';
import type { Value } from '../value.ts';
import type { ImportMapping } from './mapping.ts';

/** Blank cells are left out: an import fills, it never empties. */
export type ImportedCustomer = { externalId: string; fields: Record<string, Value>; tags: string[]; contact: ImportedContact | null };
export type ImportedContact = { name: string; email?: string; phone?: string; title?: string };

/** A refusal of one cell: in words, for the reader of the error file. */
class CellError extends Error {}

/** The row's values, or the reason why it can't be imported: a code that screens translate, or words. */
export function readRow(values: readonly string[], mapping: ImportMapping, settings: WorkspaceSettings): { customer: ImportedCustomer } | { error: string } {
	if (values.slice(mapping.columns.length).some((value) => value.trim() !== '')) return { error: 'too-many-columns' };
	if (values.some((value) => value.includes('\uFFFD') || value.includes('\u0000'))) return { error: 'encoding' };
	const customer: ImportedCustomer = { externalId: '', fields: {}, tags: [], contact: null };
	const contact: Partial<ImportedContact> = {};
	try {
		mapping.columns.forEach((target, index) => {
			// The apostrophe that keeps a spreadsheet from taking a text for a formula isn't part of it (our own export writes it).
			const cell = (values[index]?.trim() ?? '').replace(/^'(?=[=+\-@])/, '');
			if (target.to === 'skip' || cell === '') return;
			if (target.to === 'contact') contact[target.field] = checked('contact', target.field, cell) as string;
			else if (target.field === 'tags') customer.tags.push(...tagsIn(cell, settings));
			else customer.fields[target.field] = checked('customer', target.field, valueOf(target.field, cell, settings));
		});
	} catch (error) {
		if (error instanceof CellError) return { error: error.message };
		throw error;
	}
	if (typeof customer.fields.externalId !== 'string') return { error: 'missing-id' };
	customer.externalId = customer.fields.externalId;
	if (Object.keys(contact).length > 0) {
		const name = contact.name ?? contact.email;
		if (name === undefined) return { error: 'A contact needs a name or an email address.' };
		customer.contact = { ...contact, name };
	}
	return { customer };
}

function checked(subject: 'customer' | 'contact', field: string, value: Value): Value {
	const schema = fieldSchema(subject, field);
	const parsed = schema && safeParse(schema, value);
	if (!parsed?.success) throw new CellError(`${field}: ${parsed?.issues[0].message ?? 'there is no such field'} (“${String(value).slice(0, 60)}”)`);
	return parsed.output as Value;
}

const same = (a: string, b: string): boolean => a.toLocaleLowerCase() === b.toLocaleLowerCase();
const listed = (names: string[]): string => names.slice(0, 12).join(', ') + (names.length > 12 ? ', …' : '');

function valueOf(name: string, cell: string, settings: WorkspaceSettings): Value {
	if (name === 'stage') {
		const stage = settings.stages.find((one) => same(one.name, cell) || one.id === cell);
		if (!stage) throw new CellError(`“${cell}” is not a stage of this workspace. Its stages: ${listed(settings.stages.map((one) => one.name))}.`);
		return stage.id;
	}
	if (name === 'owner') return personIn(cell, settings);
	const field = settings.fields.find((one) => one.subject === 'customer' && one.id === name);
	if (!field && name.startsWith('f_')) throw new CellError(`The field that this column goes to was removed: map the column anew.`);
	return field ? customValueOf(field, cell, settings) : cell;
}

function personIn(cell: string, settings: WorkspaceSettings): string {
	const person = settings.people.find((one) => same(one.email, cell)) ?? settings.people.find((one) => same(one.name, cell));
	if (!person) throw new CellError(`“${cell}” is nobody of this workspace: use a member’s email address.`);
	return person.id;
}

function tagsIn(cell: string, settings: WorkspaceSettings): string[] {
	const names = cell.split(/[,;|]/).map((name) => name.trim()).filter(Boolean);
	return names.map((name) => {
		const tag = settings.tags.find((one) => one.subject === 'customer' && same(one.name, name));
		if (!tag) throw new CellError(`There is no customer tag “${name}”: an administrator can add it in the settings.`);
		return tag.id;
	});
}

function customValueOf({ name, type, options }: FieldDefinition, cell: string, settings: WorkspaceSettings): Value {
	switch (type) {
		case 'text':
			return cell;
		case 'number':
		case 'score':
		case 'money':
			return numberIn(cell, name);
		case 'date':
			return dateIn(cell, name);
		case 'boolean': {
			if (/^(yes|y|true|1|x|oui|vrai|s[iì]|vero)$/i.test(cell)) return true;
			if (/^(no|n|false|0|non|faux|falso)$/i.test(cell)) return false;
			throw new CellError(`${name}: “${cell}” is neither yes nor no.`);
		}
		case 'choice': {
			const option = options?.find((one) => same(one.label, cell) || one.id === cell);
			if (!option) throw new CellError(`${name}: “${cell}” is not one of ${listed((options ?? []).map((one) => one.label))}.`);
			return option.id;
		}
		case 'user':
			return personIn(cell, settings);
	}
}

/** `1234.5`, `1,234.50`, `1.234,50`, `1 234,50 €`: the last of . and , is the decimal sign, unless it groups thousands. */
function numberIn(cell: string, name: string): number {
	const bare = cell.replace(/[\s\u00a0\u202f'’]|[€$£%]|EUR|USD|GBP|CHF/gi, '');
	const last = Math.max(bare.lastIndexOf('.'), bare.lastIndexOf(','));
	const sign = bare[last];
	const isGrouping = last >= 0 && (bare.split(sign!).length > 2 || (/^-?[1-9]\d{0,2}[.,]\d{3}$/.test(bare) && sign === ','));
	const text = isGrouping || last < 0 ? bare.replace(/[.,]/g, '') : `${bare.slice(0, last).replace(/[.,]/g, '')}.${bare.slice(last + 1)}`;
	if (!/^-?\d+(\.\d+)?$|^-?\.\d+$/.test(text)) throw new CellError(`${name}: “${cell}” is not a number.`);
	return Number(text);
}

/** A day as ms at 00:00 UTC: `2026-11-21` (a time after it is left out), or day first with dots, `21.11.2026`. 03/04/2026 could be two days, so it is refused. */
function dateIn(cell: string, name: string): number {
	const iso = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ].*)?$/.exec(cell);
	const dotted = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(cell);
	const [year, month, day] = iso ? [iso[1], iso[2], iso[3]].map(Number) : dotted ? [dotted[3], dotted[2], dotted[1]].map(Number) : [];
	const at = Date.UTC(year ?? NaN, (month ?? NaN) - 1, day);
	if (Number.isNaN(at) || new Date(at).getUTCDate() !== day) throw new CellError(`${name}: “${cell}” is not a date. Write dates as 2026-11-21.`);
	return at;
}
