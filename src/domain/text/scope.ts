/// <reference path="./liquidjs.d.ts" />
/** What templates may say: the facts under names people read (stage names, people's names, dates in the workspace's language). */
import { Drop } from 'liquidjs/dist/liquid.browser.mjs';
import type { ContactFacts, Facts } from '../engine/facts.ts';
import type { FieldDefinition, Person, WorkspaceSettings } from '../settings.ts';
import { isBlank, type Value } from '../value.ts';

const formats = new Map<string, Intl.DateTimeFormat>();
/** Formats are costly to make and never change: one for each language and zone. */
function formatOf({ language, timeZone }: Pick<WorkspaceSettings, 'language' | 'timeZone'>): Intl.DateTimeFormat {
	const key = `${language} ${timeZone}`;
	const format = formats.get(key) ?? new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { dateStyle: 'long', timeZone });
	formats.set(key, format);
	return format;
}

/** A date in a template: printed as a long date in the workspace's language; the `date` filter formats the instant itself. */
export class LocalDate extends Drop {
	readonly ms: number;
	readonly #settings: Pick<WorkspaceSettings, 'language' | 'timeZone'>;
	constructor(ms: number, settings: Pick<WorkspaceSettings, 'language' | 'timeZone'>) {
		super();
		this.ms = ms;
		this.#settings = settings;
	}
	override valueOf(): string {
		return formatOf(this.#settings).format(this.ms);
	}
	override toString(): string {
		return this.valueOf();
	}
}

/** A custom field's name as a variable: `Key goal (2026)` → `key_goal_2026`; accents are dropped. May be empty. */
export const slug = (name: string): string =>
	name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '').replace(/^(\d)/, '_$1');

/** The first word of a name; blank for none. */
const firstName = (name: string | null | undefined): string => name?.trim().split(/\s+/)[0] ?? '';

type Scope = Record<string, unknown>;
const dated = (value: unknown, settings: WorkspaceSettings) => (typeof value === 'number' ? new LocalDate(value, settings) : null);
const nameOf = (rows: { id: string; name: string }[], id: unknown) => (isBlank(id) ? null : (rows.find((row) => row.id === id)?.name ?? null));
const names = (rows: { id: string; name: string }[], ids: unknown) => (Array.isArray(ids) ? ids.map((id) => nameOf(rows, id) ?? id) : []);

function shown(value: Value | undefined, field: FieldDefinition, settings: WorkspaceSettings): unknown {
	if (value === undefined || isBlank(value)) return null;
	if (field.type === 'date') return dated(value, settings);
	if (field.type === 'user') return nameOf(settings.people, value);
	if (field.type === 'choice') return field.options?.find((option) => option.id === value)?.label ?? value;
	return value;
}

/** Custom fields under their slug and their id; a name that is taken already keeps only its id. */
function customScope(subject: 'customer' | 'contact', values: Record<string, Value>, settings: WorkspaceSettings, taken: Scope): Scope {
	const scope: Scope = {};
	for (const field of settings.fields.filter((one) => one.subject === subject)) {
		const value = shown(values[field.id], field, settings);
		const name = slug(field.name);
		scope[field.id] = value;
		if (name && !Object.hasOwn(taken, name) && !Object.hasOwn(scope, name)) scope[name] = value;
	}
	return scope;
}

function customerScope({ customer, settings }: Facts): Scope {
	const builtIn: Scope = {
		id: customer.id,
		name: customer.name,
		domain: customer.domain ?? null,
		externalId: customer.externalId ?? null,
		parentId: customer.parentId ?? null,
		stage: nameOf(settings.stages, customer.stage),
		stageId: customer.stage ?? null,
		stageSince: dated(customer.stageSince, settings),
		owner: nameOf(settings.people, customer.owner),
		ownerId: customer.owner ?? null,
		tags: names(settings.tags, customer.tags),
		team: names(settings.people, customer.team),
		mrr: customer.mrr ?? null,
		renewalAt: dated(customer.renewalAt, settings),
		createdAt: dated(customer.createdAt, settings),
		lastTouchAt: dated(customer.lastTouchAt, settings),
	};
	return { ...builtIn, ...customScope('customer', customer, settings, builtIn) };
}

function contactScope(contact: ContactFacts | null, settings: WorkspaceSettings): Scope {
	const builtIn: Scope = {
		id: contact?.id ?? null,
		name: contact?.name ?? null,
		firstName: firstName(contact?.name),
		email: contact?.email ?? null,
		phone: contact?.phone ?? null,
		title: contact?.title ?? null,
		roles: contact?.roles ?? [],
		tags: names(settings.tags, contact?.tags ?? []),
		createdAt: dated(contact?.createdAt, settings),
	};
	return { ...builtIn, ...customScope('contact', contact ?? {}, settings, builtIn) };
}

const personScope = (person: Person | null): Scope => ({ id: person?.id ?? null, name: person?.name ?? null, firstName: firstName(person?.name), email: person?.email ?? null });

function eventScope({ event, settings }: Facts): Scope {
	if (!event) return {};
	const { from, to, field } = event.data;
	const isStage = field === 'stage';
	const readable = (value: unknown) => (isStage ? nameOf(settings.stages, value) : field === 'owner' ? nameOf(settings.people, value) : value);
	return { ...event.data, type: event.type, at: dated(event.at, settings), from: readable(from), to: readable(to), fromId: from ?? null, toId: to ?? null };
}

/** The whole scope of a template about one record; `contact` is the recipient, or null. */
export const scopeOf = (facts: Facts, contact: ContactFacts | null): Scope => ({
	customer: customerScope(facts),
	contact: contactScope(contact, facts.settings),
	owner: personScope(facts.owner),
	event: eventScope(facts),
	run: { id: facts.run?.id ?? null, startedAt: dated(facts.run?.startedAt, facts.settings), vars: facts.run?.vars ?? {} },
	workspace: { name: facts.settings.name },
});
