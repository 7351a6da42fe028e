/** Document types by the prefix of the room's id (S2), each loaded when the first of its kind is opened: a customer page carries no playbook. */
import type { DocumentType } from '#domain/documents/document-type.ts';

export const documentTypes: Record<string, () => Promise<DocumentType>> = {
	customer: async () => (await import('#domain/documents/customer/index.ts')).customer,
	playbook: async () => (await import('#domain/documents/playbook/index.ts')).playbook,
	note: async () => (await import('#domain/documents/note/index.ts')).note,
	template: async () => (await import('#domain/documents/template/index.ts')).template,
};

/** The type of document `id`; throws for an id of no known type (a bug in the caller). */
export function documentTypeOf(id: string): Promise<DocumentType> {
	const load = documentTypes[id.slice(0, id.indexOf('_'))];
	if (!load) throw new Error(`No document type for ${id}`);
	return load();
}
