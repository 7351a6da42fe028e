/** Every type of document: an explicit map, which a test compares with the folders. A page that knows its type imports that folder alone. */
import { customer } from './customer/index.ts';
import type { DocumentType } from './document-type.ts';
import { note } from './note/index.ts';
import { playbook } from './playbook/index.ts';
import { template } from './template/index.ts';

export const documentTypes = { customer, playbook, note, template } as const satisfies Record<string, DocumentType>;
export type DocumentTypeName = keyof typeof documentTypes;

/** The type of a document by its id's prefix (`customer_…`, S2); null when there is none such. */
export function documentTypeOf(id: string): DocumentType | null {
	const prefix = id.slice(0, Math.max(0, id.indexOf('_')));
	return Object.hasOwn(documentTypes, prefix) ? documentTypes[prefix as DocumentTypeName] : null;
}
