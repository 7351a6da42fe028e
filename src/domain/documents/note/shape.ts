/**
 * The note or page on a customer as a document. Parts with a fixed name are root types (S10): `fields` (title, isPinned, isRemoved), `body`
 * (rich text), `items` (what is decided about its boxes, rich-text/items.ts) and `seen` (mentions that the mentioned have seen).
 */
import * as v from 'valibot';
import type * as Y from 'yjs';
import { moment, text, userId } from '../../commands/command.ts';

export const noteKinds = ['note', 'page'] as const;
export type NoteKind = (typeof noteKinds)[number];

export const fields = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('fields');
export const meta = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('meta');
export const seen = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('seen');
export const body = (doc: Y.Doc): Y.XmlFragment => doc.getXmlFragment('body');

/** A title may be blank: then lists show how the text begins. */
export const title = v.pipe(text(300), v.transform((given) => given.replace(/\s+/g, ' ')));

/** What each field may hold. */
export const fieldSchemas = { title, isPinned: v.boolean(), isRemoved: v.boolean() } as const;
export const itemSchemas = { done: v.boolean(), assignee: v.nullable(userId), dueAt: v.nullable(moment) } as const;
