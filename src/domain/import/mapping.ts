/** How a file's columns become fields (IN2): one target for each column, and the role that contacts made on the way get. */
import * as v from 'valibot';
import { contactRoles } from '../documents/customer/shape.ts';

const customField = v.pipe(v.string(), v.regex(/^f_[a-z0-9_-]{1,62}$/));

const targetSchema = v.variant('to', [
	v.object({ to: v.literal('skip') }),
	v.object({ to: v.literal('customer'), field: v.union([v.picklist(['name', 'domain', 'externalId', 'stage', 'owner', 'tags']), customField]) }),
	v.object({ to: v.literal('contact'), field: v.picklist(['name', 'email', 'phone', 'title']) }),
]);
export type Target = v.InferOutput<typeof targetSchema>;

/** `columns` by the column's place in the file. Without a column for `externalId` nothing can be imported: it is how a second import finds what the first one made. */
export const importMappingSchema = v.object({ columns: v.pipe(v.array(targetSchema), v.maxLength(200)), contactRole: v.nullable(v.picklist(contactRoles)) });
export type ImportMapping = v.InferOutput<typeof importMappingSchema>;

/** One row of the file as it is sent: its line in the file (1 = the header's), and its cells. */
export type ImportRow = { line: number; values: string[] };
export type ImportResult = { line: number; outcome: 'created' | 'updated' | 'unchanged' | 'error'; reason?: string };
