/** Changing many customers alike (CU12): each through its own room, under a key of its own, so that a replay changes nothing. */
import { and, eq, isNull } from 'drizzle-orm';
import { safeParse } from 'valibot';
import type { Database } from '#db/client.ts';
import { readTruth } from '#db/facts.ts';
import { customer } from '#db/schema/documents.ts';
import type { BulkArgs, BulkResult } from '#domain/commands/edit-customers.ts';
import { edits as customerEdits } from '#domain/documents/customer/edits.ts';
import { refusalOf } from '#domain/documents/customer/settable.ts';
import type { Projection } from '#domain/documents/document-type.ts';
import type { WorkspaceSettings } from '#domain/settings.ts';
import { canonical } from '#domain/value.ts';
import { canHaveParent } from '#domain/views/family.ts';
import { callRoom } from '../rooms.ts';
import { accepted, derivedId, refused, type Deciding, type Decision, type Handler } from './decision.ts';
import { askRoom } from './documents.ts';

/** Rooms that are asked at the same time. */
const atOnce = 8;

type Change = { edit: string; args: Record<string, unknown> };
type Values = Record<string, unknown> & { tags: string[]; team: string[]; custom: Record<string, unknown> };

/** Why these edits can't be made to any customer of this workspace, or null. */
function refusalOfEdits(edits: readonly Change[], customers: number, settings: WorkspaceSettings): Decision | null {
	for (const { edit, args } of edits) {
		const parsed = safeParse(customerEdits[edit as keyof typeof customerEdits].schema, args);
		if (!parsed.success) return refused('not-valid', `${edit}: ${parsed.issues[0].message}`);
		const { field, value, tag, userId } = args as { field?: string; value?: unknown; tag?: string; userId?: string };
		if (field !== undefined && customers > 1 && (field === 'name' || field === 'externalId')) return refused('not-valid', `${field} is each customer's own`);
		const refusal = field === undefined ? null : refusalOf(field, value, settings);
		if (refusal) return refused(refusal.code, refusal.detail);
		if (edit === 'add-tag' && !settings.tags.some(({ id, subject }) => id === tag && subject === 'customer')) return refused('no-such-tag');
		if (edit === 'add-team-member' && !settings.people.some(({ id }) => id === userId)) return refused('no-such-person');
	}
	return null;
}

const valueOf = (values: Values, field: string): unknown => (field.startsWith('f_') ? values.custom[field] : values[field]) ?? null;

/** Whether the edit would change a customer that is as `values` say. */
function changes(values: Values, { edit, args }: Change): boolean {
	if (edit === 'set-field') return canonical(valueOf(values, args.field as string)) !== canonical(args.value ?? null);
	const [list, one] = edit.endsWith('-tag') ? [values.tags, args.tag] : [values.team, args.userId];
	return list.includes(one as string) !== edit.startsWith('add-');
}

const familyOf = async (db: Database, workspaceId: string) => db.select({ id: customer.id, parentId: customer.parentId }).from(customer).where(and(eq(customer.workspace, workspaceId), isNull(customer.deletedAt)));

/** One customer: as its room has it now, not as the store knew it a moment ago. */
async function editOne(deciding: Deciding<BulkArgs>, customerId: string): Promise<BulkResult> {
	const { args, member, commandId, settings } = deciding;
	const read = await askRoom<{ rows: Projection }>(deciding, customerId, 'read', {});
	if ('decision' in read) return { customerId, outcome: 'refused', reason: reasonOf(read.decision) };
	const values = read.value.rows.find((row) => row.table === 'customer')?.values as Values | undefined;
	if (!values) return { customerId, outcome: 'refused', reason: 'no-such-customer' };
	if (args.only.some(({ field, value }) => canonical(valueOf(values, field)) !== canonical(value ?? null))) return { customerId, outcome: 'left', reason: 'changed-meanwhile' };
	const edits = args.edits.filter((edit) => changes(values, edit));
	if (edits.length === 0) return { customerId, outcome: 'unchanged' };
	const key = await derivedId('bulk', commandId, customerId);
	const edited = await askRoom(deciding, customerId, 'edit', { key, edits, actor: { kind: 'user', id: member.user.id } });
	if ('decision' in edited) return { customerId, outcome: 'refused', reason: reasonOf(edited.decision) };
	// So that the rows are there when the answer is. Without it they come within the room's second.
	await callRoom(settings, 'document', customerId, 'publish', {});
	return { customerId, outcome: 'changed' };
}

const reasonOf = (decision: Decision): string => (decision.status === 'accepted' ? '' : decision.reason);

export const editCustomers: Handler<BulkArgs> = async (deciding) => {
	const { db, args, member } = deciding;
	const ids = [...new Set(args.customerIds)];
	const truth = (await readTruth(db, member.workspaceId, ids))!;
	const refusal = refusalOfEdits(args.edits, ids.length, truth.settings);
	if (refusal) return refusal;
	const here = new Set(truth.customers.map((one) => one.customer.id));
	const parent = args.edits.find(({ edit, args: { field, value } }) => edit === 'set-field' && field === 'parentId' && value != null)?.args.value as string | undefined;
	const family = parent === undefined ? [] : await familyOf(db, member.workspaceId);
	if (parent !== undefined && !family.some(({ id }) => id === parent)) return refused('no-such-customer');
	const results = new Map<string, BulkResult>();
	const waiting = [...ids];
	const work = async () => {
		for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
			if (!here.has(id)) results.set(id, { customerId: id, outcome: 'refused', reason: 'no-such-customer' });
			else if (parent !== undefined && !canHaveParent(family, id, parent)) results.set(id, { customerId: id, outcome: 'refused', reason: 'parent-circle' });
			else results.set(id, await editOne(deciding, id));
		}
	};
	// All are waited for, also when one room can't be asked: the next try must not meet this one's calls.
	const ends = await Promise.allSettled(Array.from({ length: atOnce }, work));
	for (const end of ends) if (end.status === 'rejected') throw end.reason;
	// The rooms have published meanwhile: the rows are others because of this very command.
	return accepted([], { result: { results: ids.map((id) => results.get(id)!) }, wakes: true, isCarriedOut: true });
};
