/** A template of pages as a document: `fields` (name, isRemoved), `body` (rich text with variables as Liquid) and `items` (its boxes' assignee and due time). */
import * as v from 'valibot';
import type * as Y from 'yjs';
import { line, userId } from '../../commands/command.ts';

export const fields = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('fields');
export const meta = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('meta');
export const body = (doc: Y.Doc): Y.XmlFragment => doc.getXmlFragment('body');

/** Who gets a box's task: a person, or whoever owns the customer (`owner`) when the page is made. */
export const assignee = v.nullable(v.union([v.literal('owner'), userId]));
/** Working days after the page is made. */
export const dueInDays = v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_000)));
export const fieldSchemas = { name: line(200), isRemoved: v.boolean() } as const;
export const itemSchemas = { assignee, dueInDays } as const;
