/**
 * Every way to change a customer, called by the phone on its Y.Doc and by the server through the room. An edit whose target was
 * removed meanwhile by someone else changes nothing. Refused arguments say why before anything is written.
 */
import * as v from 'valibot';
import * as Y from 'yjs';
import { id, line, moment, userId } from '../../commands/command.ts';
import { canonical } from '../../value.ts';
import type { Edit, Stamp } from '../document-type.ts';
import { conflictOf, isOpen, writtenAt } from './conflicts.ts';
import { mapOf, placeAt, stamps } from './guarded.ts';
import { mergedInto, survivorOf } from './merged.ts';
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

const of = <Schema extends v.GenericSchema<any, any>>(schema: Schema, apply: (doc: Y.Doc, args: v.InferOutput<Schema>, stamp?: Stamp) => void): Edit<v.InferOutput<Schema>> => ({ schema, apply: (doc, args, stamp) => doc.transact(() => apply(doc, args, stamp)) });

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

/** Keys that differ are written, others are left alone: a put of the same again changes nothing. Says whether it was written. */
function write(map: Y.Map<unknown>, key: string, value: unknown): boolean {
	if (value === undefined || JSON.stringify(map.get(key)) === JSON.stringify(value)) return false;
	map.set(key, value);
	return true;
}

/** Writes a field; of a guarded one also when and on what, right behind it. A person who writes it anew has decided its conflict (SY6). */
function put(doc: Y.Doc, map: Y.Map<unknown>, path: string, value: unknown, stamp?: Stamp): void {
	const isWritten = write(map, path.slice(path.lastIndexOf('/') + 1), value);
	if (value === undefined || placeAt(path) === null) return;
	if (isWritten && stamp) stamps(doc).set(path, stamp);
	writtenAt(doc, path, { value, isChanged: isWritten, stamp });
}

function flag(map: Y.Map<unknown>, key: string, isSet: boolean): void {
	if (isSet === map.has(key)) return;
	if (isSet) map.set(key, true);
	else map.delete(key);
}

/** Creates the contact, or changes what is given of one that is there (an import's second round). */
export function putContact(doc: Y.Doc, args: v.InferOutput<typeof contactArgs>, stamp?: Stamp): void {
	const there = entry(contacts(doc), args.id);
	const contact = there ?? new Y.Map<unknown>();
	if (there === null) contacts(doc).set(args.id, contact);
	for (const key of ['name', 'email', 'phone', 'title'] as const) write(contact, key, args[key]);
	if (!contact.has('createdAt')) write(contact, 'createdAt', args.createdAt);
	if (args.roles) for (const role of contactRoles) flag(contact, `role:${role}`, args.roles.includes(role));
	for (const tag of args.tags ?? []) flag(contact, `tag:${tag}`, true);
	for (const [field, value] of Object.entries(args.custom ?? {})) put(doc, contact, `contacts/${args.id}/${field}`, value, stamp);
}

/** Creates the agreement, or makes one that is there what is given. */
export function putAgreement(doc: Y.Doc, { id: key, ...values }: v.InferOutput<typeof agreementArgs>, stamp?: Stamp): void {
	const there = entry(agreements(doc), key);
	const agreement = there ?? new Y.Map<unknown>();
	if (there === null) agreements(doc).set(key, agreement);
	for (const [field, value] of Object.entries(values)) put(doc, agreement, `agreements/${key}/${field}`, value, stamp);
}

const tag = v.object({ tag: id });
const member = v.object({ userId });
const contactTag = v.object({ id, tag: id });
const one = v.object({ id });

export const edits = {
	'set-field': of(change('customer', {}), (doc, { field, value }, stamp) => put(doc, fields(doc), `fields/${field}`, value, stamp)),
	'add-tag': of(tag, (doc, args) => flag(tags(doc), args.tag, true)),
	'remove-tag': of(tag, (doc, args) => flag(tags(doc), args.tag, false)),
	'add-team-member': of(member, (doc, args) => flag(team(doc), args.userId, true)),
	'remove-team-member': of(member, (doc, args) => flag(team(doc), args.userId, false)),
	'put-contact': of(contactArgs, putContact),
	'set-contact-field': of(change('contact', { id }), setContactField),
	'set-contact-role': of(v.object({ id, role: v.picklist(contactRoles), isSet: v.boolean() }), (doc, args) => flagContact(doc, args.id, `role:${args.role}`, args.isSet)),
	'add-contact-tag': of(contactTag, (doc, args) => flagContact(doc, args.id, `tag:${args.tag}`, true)),
	'remove-contact-tag': of(contactTag, (doc, args) => flagContact(doc, args.id, `tag:${args.tag}`, false)),
	'remove-contact': of(one, (doc, args) => [args.id, ...mergedInto(doc, args.id)].forEach((each) => contacts(doc).delete(each))),
	'merge-contacts': of(v.object({ id, into: id }), (doc, args) => {
		const [from, into] = [survivorOf(doc, args.id), survivorOf(doc, args.into)];
		if (from !== into && entry(contacts(doc), into)) inside(contacts(doc), from, (contact) => contact.set('mergedInto', into));
	}),
	'separate-contact': of(one, separateContact),
	'put-agreement': of(agreementArgs, putAgreement),
	'set-agreement-field': of(change('agreement', { id }), (doc, args, stamp) => inside(agreements(doc), args.id, (agreement) => put(doc, agreement, `agreements/${args.id}/${args.field}`, args.value, stamp))),
	'remove-agreement': of(one, (doc, args) => agreements(doc).delete(args.id)),
	'settle-conflict': of(v.object({ id, value: v.unknown() }), settle),
	'expire-conflict': of(v.object({ id, at: moment }), (doc, args) => {
		const conflict = conflictOf(doc, args.id);
		if (conflict && isOpen(conflict)) conflict.map.set('expiredAt', args.at);
	}),
} satisfies Record<string, Edit>;

function inside(map: Y.Map<unknown>, key: string, then: (found: Y.Map<unknown>) => unknown): void {
	const found = entry(map, key);
	if (found !== null) then(found);
}

/** Writes a field of a person. What is emptied is emptied in everything that was merged into them, else an older value would come up. */
function setContactField(doc: Y.Doc, args: { id: string; field: string; value: unknown }, stamp?: Stamp): void {
	const survivor = survivorOf(doc, args.id);
	for (const each of args.value === null ? [survivor, ...mergedInto(doc, survivor)] : [survivor])
		inside(contacts(doc), each, (contact) => (each === survivor || contact.has(args.field)) && put(doc, contact, `contacts/${each}/${args.field}`, args.value, stamp));
}

/** Takes one out of the person that it was merged into. Only in a ring of merges made apart has the survivor the key as well: it ends with it. */
function separateContact(doc: Y.Doc, args: { id: string }): void {
	const survivor = survivorOf(doc, args.id);
	if (survivor !== args.id) for (const each of [args.id, survivor]) inside(contacts(doc), each, (contact) => contact.delete('mergedInto'));
}

/** Sets a role or tag of a person; it is taken from everything that was merged into them. */
function flagContact(doc: Y.Doc, contactId: string, key: string, isSet: boolean): void {
	const survivor = survivorOf(doc, contactId);
	for (const each of isSet ? [survivor] : [survivor, ...mergedInto(doc, survivor)]) inside(contacts(doc), each, (contact) => flag(contact, key, isSet));
}

/** Chooses one of a conflict's values. One that is over, or a value that it doesn't name, changes nothing. */
function settle(doc: Y.Doc, args: { id: string; value: unknown }, stamp?: Stamp): void {
	const conflict = conflictOf(doc, args.id);
	const chosen = conflict?.values.find(({ value }) => canonical(value) === canonical(args.value));
	if (!conflict || !isOpen(conflict) || !chosen) return;
	const map = mapOf(doc, placeAt(conflict.path)!);
	// Also when it is the value of this moment: somebody may be choosing the other one, elsewhere and apart.
	map?.set(placeAt(conflict.path)!.field, chosen.value);
	if (map && stamp) stamps(doc).set(conflict.path, stamp);
	conflict.map.set('settled', { value: chosen.value, at: stamp?.at ?? null });
}
