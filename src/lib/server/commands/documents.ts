/** Making documents: their room makes the skeleton, once (S10). */
import { and, eq, isNull } from 'drizzle-orm';
import { safeParse } from 'valibot';
import { isDeletedDocument } from '#db/deletions.ts';
import { workspaceOfDocument } from '#db/document-homes.ts';
import { customer } from '#db/schema/documents.ts';
import type { Actor } from '#domain/events/event.ts';
import { documentTypes, type DocumentTypeName } from '#domain/documents/index.ts';
import { callRoom } from '../rooms.ts';
import { accepted, refused, RoomsUnreachable, type Deciding, type Decision, type Handler } from './decision.ts';

/** Calls a document's room for a decision: its refusal becomes the command's, and when nobody answers the command stays undecided. */
export async function askRoom<T>({ settings }: Pick<Deciding<unknown>, 'settings'>, doc: string, verb: string, body: unknown): Promise<{ value: T } | { decision: Decision }> {
	const answer = await callRoom<T>(settings, 'document', doc, verb, body);
	if (answer.ok) return { value: answer.value };
	if (answer.status >= 400 && answer.status < 500) return { decision: refused(answer.code, answer.message) };
	throw new RoomsUnreachable(`The rooms did not answer (${answer.message}). Nothing was decided: try again.`);
}

/** Makes a document by its room, once; the seed is checked first. */
export async function makeDocument(deciding: Deciding<unknown>, type: DocumentTypeName, id: string, args: unknown): Promise<Decision> {
	const seed = safeParse(documentTypes[type].seed, args);
	if (!seed.success) return refused('not-valid', `${seed.issues[0].path?.map(({ key }) => String(key)).join('.') ?? ''}: ${seed.issues[0].message}`);
	const home = await workspaceOfDocument(deciding.db, id);
	if (home !== null && home !== deciding.member.workspaceId) return refused('id-taken');
	if (home !== null && (await isDeletedDocument(deciding.db, id))) return refused('deleted');
	const actor: Actor = { kind: 'user', id: deciding.member.user.id };
	// The seed as it was sent: the room parses it by the same schema, and must not parse twice.
	const made = await askRoom<{ created: boolean }>(deciding, id, 'create', { workspace: deciding.member.workspaceId, type, args, actor });
	if ('decision' in made) return made.decision;
	return accepted([], { result: { id }, followUp: () => callRoom(deciding.settings, 'document', id, 'publish', {}) });
}

export const createCustomer: Handler<{ id: string; args: unknown }> = async (deciding) => {
	const { id, args } = deciding.args;
	const externalId = (args as { externalId?: unknown } | null)?.externalId;
	if (typeof externalId === 'string' && externalId !== '') {
		const same = and(eq(customer.workspace, deciding.member.workspaceId), eq(customer.externalId, externalId), isNull(customer.deletedAt));
		const [taken] = await deciding.db.select({ id: customer.id, name: customer.name }).from(customer).where(same);
		if (taken && taken.id !== id) return refused('external-id-taken', taken);
	}
	return makeDocument(deciding, 'customer', id, args);
};

export const createPlaybook: Handler<{ id: string; name: string }> = (deciding) => makeDocument(deciding, 'playbook', deciding.args.id, { name: deciding.args.name });
