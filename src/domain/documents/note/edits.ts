/** Every way to change a note but writing in its text, which the editor does on the fragment. What is the same already is not written again. */
import * as v from 'valibot';
import type * as Y from 'yjs';
import { id } from '../../commands/command.ts';
import { itemKey, items } from '../../rich-text/items.ts';
import type { Edit } from '../document-type.ts';
import { fields, itemSchemas, seen, title } from './shape.ts';

const of = <Schema extends v.GenericSchema<any, any>>(schema: Schema, apply: (doc: Y.Doc, args: v.InferOutput<Schema>) => void): Edit<v.InferOutput<Schema>> => ({ schema, apply: (doc, args) => doc.transact(() => apply(doc, args)) });

/** Null takes the key away. */
function write(map: Y.Map<unknown>, key: string, value: unknown): void {
	if (value === null) return map.has(key) ? map.delete(key) : undefined;
	if (map.get(key) !== value) map.set(key, value);
}

export const edits = {
	'set-title': of(v.object({ title }), (doc, args) => write(fields(doc), 'title', args.title)),
	'set-pinned': of(v.object({ isPinned: v.boolean() }), (doc, args) => write(fields(doc), 'isPinned', args.isPinned)),
	'remove-note': of(v.object({}), (doc) => write(fields(doc), 'isRemoved', true)),
	'restore-note': of(v.object({}), (doc) => write(fields(doc), 'isRemoved', false)),
	'tick-item': of(v.object({ id, isDone: v.boolean() }), (doc, args) => write(items(doc), itemKey(args.id, 'done'), args.isDone)),
	'assign-item': of(v.object({ id, assignee: itemSchemas.assignee }), (doc, args) => write(items(doc), itemKey(args.id, 'assignee'), args.assignee)),
	'set-item-due': of(v.object({ id, dueAt: itemSchemas.dueAt }), (doc, args) => write(items(doc), itemKey(args.id, 'dueAt'), args.dueAt)),
	'see-mentions': of(v.object({ mentions: v.array(id) }), (doc, args) => args.mentions.forEach((mention) => write(seen(doc), mention, true))),
} satisfies Record<string, Edit>;
