/** Every way to change a template but writing in its text. */
import * as v from 'valibot';
import type * as Y from 'yjs';
import { id } from '../../commands/command.ts';
import { itemKey, items } from '../../rich-text/items.ts';
import type { Edit } from '../document-type.ts';
import { assignee, dueInDays, fields, fieldSchemas } from './shape.ts';

const of = <Schema extends v.GenericSchema<any, any>>(schema: Schema, apply: (doc: Y.Doc, args: v.InferOutput<Schema>) => void): Edit<v.InferOutput<Schema>> => ({ schema, apply: (doc, args) => doc.transact(() => apply(doc, args)) });

/** Null takes the key away. */
function write(map: Y.Map<unknown>, key: string, value: unknown): void {
	if (value === null) return map.has(key) ? map.delete(key) : undefined;
	if (map.get(key) !== value) map.set(key, value);
}

export const edits = {
	'set-name': of(v.object({ name: fieldSchemas.name }), (doc, args) => write(fields(doc), 'name', args.name)),
	'remove-template': of(v.object({}), (doc) => write(fields(doc), 'isRemoved', true)),
	'restore-template': of(v.object({}), (doc) => write(fields(doc), 'isRemoved', false)),
	'assign-item': of(v.object({ id, assignee }), (doc, args) => write(items(doc), itemKey(args.id, 'assignee'), args.assignee)),
	'set-item-due': of(v.object({ id, dueInDays }), (doc, args) => write(items(doc), itemKey(args.id, 'dueInDays'), args.dueInDays)),
} satisfies Record<string, Edit>;
