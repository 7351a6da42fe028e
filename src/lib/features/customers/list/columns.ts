/** The columns that the list can show: built-in ones and every custom field (CU12). */
import type { MirrorRows } from '#domain/mirror.ts';
import type { FieldDefinition, WorkspaceSettings } from '#domain/settings.ts';
import { m } from '$lib/messages/messages.js';
import type { Column } from '$lib/ui/columns.ts';
import { isoDay, type Cell } from './csv.ts';
import type { Customer } from './lines.ts';

export type RunCounts = { active: number; failed: number };
/** What columns read beside the customer's row, made when a column asks for it. */
export type Beside = {
	settings: WorkspaceSettings;
	lastTouch: (customerId: string) => number | undefined;
	usage: (customerId: string) => readonly MirrorRows['usageWeek'][] | undefined;
	openTasks: (customerId: string) => number;
	runs: (customerId: string) => RunCounts;
	nameOf: (customerId: string | null) => string | null;
};
export type CustomerColumn = Column<Customer> & { /** In a file: dates ISO, numbers plain. */ value: (customer: Customer) => Cell; field?: FieldDefinition };

/** The name is the first column, always: it opens the customer. */
export const nameColumn = (): CustomerColumn => ({ id: 'name', label: m.customers_name(), width: 'minmax(12rem, 2.5fr)', sortBy: (row) => row.name, value: (row) => row.name });

/** Every column there is, in the order that the chooser offers them. */
export function columnsOf(beside: Beside): CustomerColumn[] {
	const { settings, lastTouch, usage, openTasks, runs, nameOf } = beside;
	const stages = new Map(settings.stages.map((stage) => [stage.id, stage]));
	const people = new Map(settings.people.map((person) => [person.id, person]));
	const tags = new Map(settings.tags.map((tag) => [tag.id, tag.name]));
	const person = (id: string | null) => people.get(id ?? '')?.name ?? null;
	const textual = (id: string, label: string, width: string, value: (row: Customer) => string | null): CustomerColumn => ({ id, label, width, sortBy: value, value });
	const dated = (id: string, label: string, at: (row: Customer) => number | null): CustomerColumn => ({ id, label, width: '8rem', align: 'end', sortBy: at, value: (row) => isoDay(at(row), settings) });
	const counted = (id: string, label: string, width: string, value: (row: Customer) => number): CustomerColumn => ({ id, label, width, align: 'end', sortBy: value, value });
	return [
		{ id: 'stage', label: m.customers_stage(), width: 'minmax(7rem, 1fr)', sortBy: (row) => stages.get(row.stage ?? '')?.position ?? null, value: (row) => stages.get(row.stage ?? '')?.name ?? null },
		// In a file an owner is an address, which the import reads.
		{ id: 'owner', label: m.customers_owner(), width: 'minmax(7rem, 1fr)', sortBy: (row) => person(row.owner), value: (row) => people.get(row.owner ?? '')?.email ?? null },
		{ id: 'tags', label: m.customers_tags(), width: 'minmax(7rem, 1.3fr)', sortBy: (row) => row.tags.map((id) => tags.get(id) ?? '').sort()[0] ?? null, value: (row) => row.tags.flatMap((id) => tags.get(id) ?? []).join(', ') },
		counted('mrr', m.customers_mrr(), '6.5rem', (row) => row.mrr),
		dated('renewal', m.customers_renewal(), (row) => row.renewalAt),
		{ ...counted('usage', m.customers_usage(), '6rem', (row) => usage(row.id)?.at(-1)?.connections ?? 0) },
		dated('touch', m.customers_last_touch(), (row) => lastTouch(row.id) ?? null),
		counted('tasks', m.column_open_tasks(), '6rem', (row) => openTasks(row.id)),
		counted('runs', m.column_runs(), '8rem', (row) => runs(row.id).active + runs(row.id).failed),
		textual('team', m.customer_team(), 'minmax(7rem, 1fr)', (row) => row.team.flatMap((id) => person(id) ?? []).join(', ') || null),
		textual('parent', m.customer_parent(), 'minmax(8rem, 1fr)', (row) => nameOf(row.parentId)),
		textual('domain', m.customers_domain(), 'minmax(8rem, 1fr)', (row) => row.domain),
		textual('externalId', m.customer_external_id(), '7rem', (row) => row.externalId),
		dated('stageSince', m.column_stage_since(), (row) => row.stageSince),
		dated('createdAt', m.column_created(), (row) => row.createdAt),
		...settings.fields.filter((field) => field.subject === 'customer').map((field) => customColumn(field, settings, person)),
	];
}

function customColumn(field: FieldDefinition, settings: WorkspaceSettings, person: (id: string | null) => string | null): CustomerColumn {
	const raw = (row: Customer) => row.custom[field.id] ?? null;
	const isNumeric = field.type === 'number' || field.type === 'money' || field.type === 'score';
	const shown = (row: Customer): string | number | null => {
		const value = raw(row);
		if (value === null) return null;
		if (field.type === 'choice') return field.options?.find(({ id }) => id === value)?.label ?? null;
		if (field.type === 'user') return person(String(value));
		if (field.type === 'boolean') return value === true ? m.ui_yes() : m.ui_no();
		return typeof value === 'number' ? value : String(value);
	};
	return {
		id: field.id,
		label: field.name,
		field,
		width: isNumeric ? '7rem' : field.type === 'date' ? '8rem' : 'minmax(7rem, 1fr)',
		...(isNumeric || field.type === 'date' ? { align: 'end' as const } : {}),
		sortBy: shown,
		value: (row) => (field.type === 'date' ? isoDay(raw(row), settings) : field.type === 'boolean' ? (raw(row) as boolean | null) : field.type === 'user' ? (settings.people.find(({ id }) => id === raw(row))?.email ?? null) : shown(row)),
	};
}

/** The columns chosen, in their order, the name first; ids that are no columns (any more) are left out. */
export function chosenColumns(all: readonly CustomerColumn[], ids: readonly string[]): CustomerColumn[] {
	const by = new Map(all.map((column) => [column.id, column]));
	return [nameColumn(), ...ids.flatMap((id) => by.get(id) ?? [])];
}
