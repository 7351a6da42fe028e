/**
 * The fields that are never decided by who came last (SY6): stage, owner, money and dates. Which custom fields hold money or dates is
 * the workspace's business: a document guards those that hold numbers, and whoever reads it leaves out what is neither (`isDecided`).
 */
import type * as Y from 'yjs';
import { survivorOf } from './merged.ts';
import { agreements, contacts, entry, fields, isCustomField, meta, type Subject } from './shape.ts';

const fixed: Record<Subject, readonly string[]> = { customer: ['stage', 'owner'], agreement: ['mrr', 'startAt', 'endAt'], contact: [] };
const roots: Record<string, Subject> = { fields: 'customer', agreements: 'agreement', contacts: 'contact' };

/** A guarded field of the customer itself (`id` null), or of one contact or agreement. */
export type Place = { subject: Subject; id: string | null; field: string };

/** The guarded field at a path (`fields/stage`, `agreements/<id>/mrr`); null when there is none. */
export function placeAt(path: string): Place | null {
	const parts = path.split('/');
	const subject = Object.hasOwn(roots, parts[0]!) ? roots[parts[0]!]! : null;
	if (subject === null || parts.length !== (subject === 'customer' ? 2 : 3)) return null;
	const field = parts.at(-1)!;
	if (!fixed[subject].includes(field) && (subject === 'agreement' || !isCustomField(field))) return null;
	return { subject, id: subject === 'customer' ? null : parts[1]!, field };
}

/** Whether these values of a custom field may be money or dates. Fixed fields always are what they are. */
export const mayBeGuarded = (field: string, values: readonly unknown[]): boolean =>
	!isCustomField(field) || (values.some((value) => typeof value === 'number') && values.every((value) => typeof value === 'number' || value === null));

/** The map that holds a place's field; null when its contact or agreement has gone. */
export const mapOf = (doc: Y.Doc, { subject, id }: Place): Y.Map<unknown> | null =>
	subject === 'customer' ? fields(doc) : entry(subject === 'contact' ? contacts(doc) : agreements(doc), id ?? '');

/** The id of what a place belongs to: the customer's own, or its agreement's, or that of the contact who somebody is now. */
export const subjectIdOf = (doc: Y.Doc, { subject, id }: Place): string => (id === null ? String(meta(doc).get('id') ?? '') : subject === 'contact' ? survivorOf(doc, id) : id);

/** When, where and by whom guarded fields were written: path → Stamp, right behind the write itself in Yjs' order. */
export const stamps = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('written');
