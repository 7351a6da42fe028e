/** The edits of every type of document without projections and checks: what a page needs that only writes (it keeps the engine out of its bundle). */
import { edits as customer } from './customer/edits.ts';
import type { Edit } from './document-type.ts';
import { edits as playbook } from './playbook/edits.ts';

const editsByType: Record<string, Record<string, Edit>> = { customer, playbook };

/** The edits of a document by its id's prefix (S2); null when there is no such type. */
export function editsOf(id: string): Record<string, Edit> | null {
	const prefix = id.slice(0, Math.max(0, id.indexOf('_')));
	return Object.hasOwn(editsByType, prefix) ? editsByType[prefix]! : null;
}
