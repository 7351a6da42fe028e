/**
 * The customer as a document. Everything with a fixed name is a root-level type, so that concurrent first edits merge (S10);
 * a contact or an agreement is a nested map under an id that its creator generated, with flat keys (`role:champion`, `tag:<id>`,
 * `f_…`), so that two people who change different things of one contact both keep theirs. Additive changes only (S15).
 */
import * as v from 'valibot';
import * as Y from 'yjs';
import { id, line, moment, userId } from '../../commands/command.ts';

export { contactRoles } from '../../contact-roles.ts';

export const agreementStatuses = ['PENDING', 'VALIDATED', 'ACTIVE', 'PAUSED', 'CANCELLED', 'FINISHED'] as const;

/** The root types of a customer document. */
export const fields = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('fields');
export const tags = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('tags');
export const team = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('team');
export const contacts = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('contacts');
export const agreements = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('agreements');
export const meta = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('meta');
/** Focus Areas: rich text in TipTap's schema. */
export const focusAreas = (doc: Y.Doc): Y.XmlFragment => doc.getXmlFragment('focusAreas');

/** One contact or agreement; null when it has gone or isn't a map. */
export function entry(map: Y.Map<unknown>, key: string): Y.Map<unknown> | null {
	const value = map.get(key);
	return value instanceof Y.Map ? value : null;
}

/** A line that may be absent: blank is null. */
const optionalLine = (max: number) =>
	v.nullable(
		v.pipe(
			v.string(),
			v.trim(),
			v.maxLength(max),
			v.transform((text) => (text === '' ? null : text)),
		),
	);

/** An address of the form `someone@somewhere.tld`, or null when blank. Whether it works only a mail can tell. */
export const email = v.pipe(
	optionalLine(254),
	v.check((address) => address === null || /^[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+$/.test(address), 'an email address looks like name@company.com'),
);

/** What a custom field may hold; its type is the workspace's business, which a document doesn't know. */
export const customValue = v.nullable(v.union([v.pipe(v.string(), v.maxLength(10_000)), v.pipe(v.number(), v.finite()), v.boolean(), v.array(v.pipe(v.string(), v.maxLength(200)))]));
export const isCustomField = (field: string): boolean => /^f_[a-z0-9_-]{1,62}$/.test(field);

const customerFields: Record<string, v.GenericSchema<any, any>> = {
	name: line(200),
	domain: optionalLine(253),
	externalId: optionalLine(200),
	parentId: v.nullable(id),
	stage: v.nullable(id),
	owner: v.nullable(userId),
};
const contactFields: Record<string, v.GenericSchema<any, any>> = { name: line(200), email, phone: optionalLine(60), title: optionalLine(200) };

/** An agreement's parts; money in the workspace's currency per month, times ms UTC. */
export const agreementFields = {
	name: line(200),
	status: v.picklist(agreementStatuses),
	mrr: v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(1e12)),
	startAt: v.nullable(moment),
	endAt: v.nullable(moment),
	noticeDays: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(3_650)),
	isTacit: v.boolean(),
};

export type Subject = 'customer' | 'contact' | 'agreement';
const bySubject: Record<Subject, Record<string, v.GenericSchema<any, any>>> = { customer: customerFields, contact: contactFields, agreement: agreementFields };

/** The schema of one field of a customer, contact or agreement, custom fields included; null when there is no such field. */
export function fieldSchema(subject: Subject, field: string): v.GenericSchema<any, any> | null {
	if (subject !== 'agreement' && isCustomField(field)) return customValue;
	return Object.hasOwn(bySubject[subject], field) ? bySubject[subject][field]! : null;
}

/** The fields of a subject that have a name of their own. */
export const fixedFields = (subject: Subject): string[] => Object.keys(bySubject[subject]);

/** What a field is worth when it was never written or can't be read. */
export const blankOf = (field: string): unknown =>
	field === 'name' ? '' : field === 'status' ? 'PENDING' : field === 'mrr' || field === 'noticeDays' ? 0 : field === 'isTacit' ? false : null;

/** Whether the document may hold this value there. */
export function isValid(subject: Subject, field: string, value: unknown): boolean {
	const schema = fieldSchema(subject, field);
	return schema === null || v.is(schema, value);
}

/** A field as it may be read: what is written when it is valid, else its blank. */
export function read(map: Y.Map<unknown>, subject: Subject, field: string): unknown {
	const value = map.get(field);
	return value !== undefined && isValid(subject, field, value) ? value : blankOf(field);
}
