/**
 * Every way to change a customer, called by the phone on its Y.Doc and by the server through the room. An edit whose target was
 * removed meanwhile by someone else changes nothing. Refused arguments say why before anything is written.
 */
import * as v from 'valibot';
import * as Y from 'yjs';
import { id, line, moment, userId } from '../../commands/command.ts';
import type { Edit } from '../document-type.ts';
import { agreementFields, agreements, contactRoles, contacts, customValue, email, entry, fields, fieldSchema, isCustomField, tags, team, type Subject } from './shape.ts';

/** `{ field, value }` checked against the field's own schema; `{ id, field, value }` for contacts and agreements. */
const change = <Entries extends v.ObjectEntries>(subject: Subject, entries: Entries) =>
	v.pipe(
		v.object({ ...entries, field: v.string(), value: v.unknown() }),
		v.rawTransform(({ dataset, addIssue, NEVER }) => {
			const { field, value } = dataset.value as { field: string; value: unknown };
			const schema = fieldSchema(subject, field);
			if (schema === null) {
				addIssue({ message: `a ${subject} has no field "${field}"` });
				return NEVER;
			}
			const parsed = v.safeParse(schema, value);
			if (!parsed.success) {
				addIssue({ message: `${field}: ${parsed.issues[0].message}` });
				return NEVER;
			}
			return { ...dataset.value, field, value: parsed.output as unknown };
		}),
	);

const of = <Schema extends v.GenericSchema<any, any>>(schema: Schema, apply: (doc: Y.Doc, args: v.InferOutput<Schema>) => void): Edit<v.InferOutput<Schema>> => ({ schema, apply: (doc, args) => doc.transact(() => apply(doc, args)) });

const nullable = <Schema extends v.GenericSchema<any, any>>(schema: Schema) => v.optional(v.nullable(schema));
const custom = v.pipe(
	v.record(v.string(), customValue),
	v.check((values) => Object.keys(values).every(isCustomField), 'custom fields are named f_…'),
);

/** What makes a contact. `createdAt` (ms) is the creator's clock; without it the contact counts as old as its customer. */
export const contactArgs = v.object({
	id,
	name: line(200),
	email: v.optional(email),
	phone: nullable(v.pipe(v.string(), v.maxLength(60))),
	title: nullable(v.pipe(v.string(), v.maxLength(200))),
	roles: v.optional(v.array(v.picklist(contactRoles))),
	tags: v.optional(v.array(id)),
	custom: v.optional(custom),
	createdAt: v.optional(moment),
});

/** What makes an agreement; all but its id and name have a beginning value. */
export const agreementArgs = v.object({
	id,
	name: agreementFields.name,
	status: v.optional(agreementFields.status, 'PENDING'),
	mrr: v.optional(agreementFields.mrr, 0),
	startAt: v.optional(agreementFields.startAt, null),
	endAt: v.optional(agreementFields.endAt, null),
	noticeDays: v.optional(agreementFields.noticeDays, 0),
	isTacit: v.optional(agreementFields.isTacit, false),
});

/** Keys that differ are written, others are left alone: a put of the same again changes nothing. */
function write(map: Y.Map<unknown>, key: string, value: unknown): void {
	if (value === undefined || JSON.stringify(map.get(key)) === JSON.stringify(value)) return;
	map.set(key, value);
}

function flag(map: Y.Map<unknown>, key: string, isSet: boolean): void {
	if (isSet === map.has(key)) return;
	if (isSet) map.set(key, true);
	else map.delete(key);
}

/** Creates the contact, or changes what is given of one that is there (an import's second round). */
export function putContact(doc: Y.Doc, args: v.InferOutput<typeof contactArgs>): void {
	const there = entry(contacts(doc), args.id);
	const contact = there ?? new Y.Map<unknown>();
	if (there === null) contacts(doc).set(args.id, contact);
	for (const key of ['name', 'email', 'phone', 'title'] as const) write(contact, key, args[key]);
	if (!contact.has('createdAt')) write(contact, 'createdAt', args.createdAt);
	if (args.roles) for (const role of contactRoles) flag(contact, `role:${role}`, args.roles.includes(role));
	for (const tag of args.tags ?? []) flag(contact, `tag:${tag}`, true);
	for (const [field, value] of Object.entries(args.custom ?? {})) write(contact, field, value);
}

/** Creates the agreement, or makes one that is there what is given. */
export function putAgreement(doc: Y.Doc, { id: key, ...values }: v.InferOutput<typeof agreementArgs>): void {
	const there = entry(agreements(doc), key);
	const agreement = there ?? new Y.Map<unknown>();
	if (there === null) agreements(doc).set(key, agreement);
	for (const [field, value] of Object.entries(values)) write(agreement, field, value);
}

const tag = v.object({ tag: id });
const member = v.object({ userId });
const contactTag = v.object({ id, tag: id });
const one = v.object({ id });

export const edits = {
	'set-field': of(change('customer', {}), (doc, { field, value }) => write(fields(doc), field, value)),
	'add-tag': of(tag, (doc, args) => flag(tags(doc), args.tag, true)),
	'remove-tag': of(tag, (doc, args) => flag(tags(doc), args.tag, false)),
	'add-team-member': of(member, (doc, args) => flag(team(doc), args.userId, true)),
	'remove-team-member': of(member, (doc, args) => flag(team(doc), args.userId, false)),
	'put-contact': of(contactArgs, putContact),
	'set-contact-field': of(change('contact', { id }), (doc, args) => inside(contacts(doc), args.id, (contact) => write(contact, args.field, args.value))),
	'set-contact-role': of(v.object({ id, role: v.picklist(contactRoles), isSet: v.boolean() }), (doc, args) => inside(contacts(doc), args.id, (contact) => flag(contact, `role:${args.role}`, args.isSet))),
	'add-contact-tag': of(contactTag, (doc, args) => inside(contacts(doc), args.id, (contact) => flag(contact, `tag:${args.tag}`, true))),
	'remove-contact-tag': of(contactTag, (doc, args) => inside(contacts(doc), args.id, (contact) => flag(contact, `tag:${args.tag}`, false))),
	'remove-contact': of(one, (doc, args) => contacts(doc).delete(args.id)),
	'put-agreement': of(agreementArgs, putAgreement),
	'set-agreement-field': of(change('agreement', { id }), (doc, args) => inside(agreements(doc), args.id, (agreement) => write(agreement, args.field, args.value))),
	'remove-agreement': of(one, (doc, args) => agreements(doc).delete(args.id)),
} satisfies Record<string, Edit>;

function inside(map: Y.Map<unknown>, key: string, then: (found: Y.Map<unknown>) => void): void {
	const found = entry(map, key);
	if (found !== null) then(found);
}
