/** Documents for tests, made and edited through the same doors as in the app. */
import * as v from 'valibot';
import * as Y from 'yjs';
import type { DocumentType } from '#domain/documents/document-type.ts';
import { documentTypes } from '#domain/documents/index.ts';

export const at = Date.UTC(2026, 10, 21);

export function make(type: 'customer' | 'playbook' | 'note' | 'template', args: unknown, id = `${type}_1`): Y.Doc {
	const doc = new Y.Doc();
	documentTypes[type].skeleton(doc, { id, workspace: 'w1', at, args: v.parse(documentTypes[type].seed, args) });
	return doc;
}

/** Another device's copy, with a client id of its own. */
export function copyOf(doc: Y.Doc, clientId?: number): Y.Doc {
	const copy = new Y.Doc();
	if (clientId !== undefined) copy.clientID = clientId;
	Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
	return copy;
}

export const sync = (from: Y.Doc, to: Y.Doc): void => Y.applyUpdate(to, Y.encodeStateAsUpdate(from, Y.encodeStateVector(to)));

/** Everyone learns everything: all tell the first, the first tells all. */
export function meet(first: Y.Doc, ...others: Y.Doc[]): void {
	for (const other of others) sync(other, first);
	for (const other of others) sync(first, other);
}

/** Parses the arguments as the door does, then applies the edit. */
export function edit(type: DocumentType, doc: Y.Doc, name: string, args: unknown): void {
	const found = type.edits[name];
	if (found === undefined) throw new Error(`no edit ${name}`);
	found.apply(doc, v.parse(found.schema, args));
}

export const customerEdit = (doc: Y.Doc, name: string, args: unknown): void => edit(documentTypes.customer, doc, name, args);
export const playbookEdit = (doc: Y.Doc, name: string, args: unknown): void => edit(documentTypes.playbook, doc, name, args);
