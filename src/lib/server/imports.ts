/** Imports of files (IN2): rows become customers and contacts through their rooms; what is as it should be is left alone. */
import { answeredPiece, idsBefore, keepPiece, knownCustomers, type ImportRow, type KnownCustomer } from '#db/imports.ts';
import { readTruth } from '#db/facts.ts';
import type { Database } from '#db/client.ts';
import type { Actor } from '#domain/events/event.ts';
import type { ImportedContact, ImportedCustomer } from '#domain/import/read-row.ts';
import { readRow } from '#domain/import/read-row.ts';
import type { ImportMapping, ImportResult, ImportRow as FileRow } from '#domain/import/mapping.ts';
import { canonical } from '#domain/value.ts';
import { derivedId, RoomsUnreachable } from './commands/decision.ts';
import type { Settings } from './environment.ts';
import { inTurn } from './in-turn.ts';
import { callRoom } from './rooms.ts';
import type { Member } from './session.ts';

/** Rooms that are asked at the same time. */
const width = 8;

type Context = { db: Database; settings: Settings; member: Member };
type Read = { line: number; customer: ImportedCustomer };
type Edit = { edit: string; args: unknown };

/**
 * Imports one piece of a file, and answers for each of its lines. Sent again it gets the same answer; when the rooms stop
 * answering halfway it throws, and sent again goes on where it was.
 */
export async function importPiece(context: Context, job: ImportRow, from: number, rows: FileRow[]): Promise<ImportResult[]> {
	const { db, member } = context;
	const before = await answeredPiece(db, job.id, from);
	if (before) return before;
	const mapping = job.mapping as ImportMapping;
	const { settings } = (await readTruth(db, member.workspaceId, []))!;
	const results = new Map<number, ImportResult>();
	const good: Read[] = [];
	const ids: Record<string, number> = {};
	for (const { line, values } of rows) {
		const read = readRow(values, mapping, settings);
		if ('error' in read) results.set(line, { line, outcome: 'error', reason: read.error });
		else if (Object.hasOwn(ids, read.customer.externalId)) results.set(line, { line, outcome: 'error', reason: 'duplicate-id' });
		else {
			ids[read.customer.externalId] = line;
			good.push({ line, customer: read.customer });
		}
	}
	const earlier = await idsBefore(db, job.id, from, Object.keys(ids));
	const fresh = good.filter(({ line, customer }) => {
		const isTwice = earlier.has(customer.externalId);
		if (isTwice) results.set(line, { line, outcome: 'error', reason: 'duplicate-id' });
		return !isTwice;
	});
	const derived = new Map(await Promise.all(fresh.map(async ({ customer }) => [customer.externalId, await derivedId('customer', member.workspaceId, customer.externalId)] as const)));
	const known = await knownCustomers(db, member.workspaceId, [...derived.keys()], [...derived.values()]);
	const done = await inTurn(fresh, width, (row) => importRow(context, job, mapping, row, derived.get(row.customer.externalId)!, known));
	for (const result of done) results.set(result.line, result);
	const inOrder = rows.flatMap(({ line }) => results.get(line) ?? []);
	return keepPiece(db, { importId: job.id, workspace: member.workspaceId, userId: member.user.id, from, ids, results: inOrder, now: Date.now() });
}

async function importRow(context: Context, job: ImportRow, mapping: ImportMapping, { line, customer }: Read, derived: string, known: KnownCustomer[]): Promise<ImportResult> {
	const there = known.find((one) => one.customer.externalId === customer.externalId);
	if (!there) {
		if (typeof customer.fields.name !== 'string') return { line, outcome: 'error', reason: 'missing-name' };
		// The id comes from the external id, so that a second try finds the first one's room, published or not.
		const isTaken = known.some((one) => one.customer.id === derived);
		const id = isTaken ? await derivedId('customer', context.member.workspaceId, customer.externalId, job.id) : derived;
		const args = await seedOf(customer, id, mapping);
		return tell(line, 'created', await ask(context, job, id, 'create', { workspace: context.member.workspaceId, type: 'customer', args }));
	}
	const edits = await editsOf(customer, there, mapping);
	const isOurs = there.customer.id === derived && there.customer.createdAt >= job.startedAt;
	if (edits.length === 0) return { line, outcome: isOurs ? 'created' : 'unchanged' };
	return tell(line, isOurs ? 'created' : 'updated', await ask(context, job, there.customer.id, 'edit', { key: `import:${job.id}:${line}`, edits }));
}

const tell = (line: number, outcome: ImportResult['outcome'], refusal: string | null): ImportResult => (refusal === null ? { line, outcome } : { line, outcome: 'error', reason: refusal });

/** Asks the customer's room; returns its refusal in words, or null. */
async function ask({ settings, member }: Context, job: ImportRow, id: string, verb: string, body: object): Promise<string | null> {
	const actor: Actor = { kind: 'import', id: job.id, userId: member.user.id };
	const answer = await callRoom(settings, 'document', id, verb, { ...body, actor });
	if (answer.ok) return null;
	if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) return answer.message;
	throw new RoomsUnreachable(`The rooms did not answer (${answer.message}). Send the same rows again: what was imported stays.`);
}

const contactKey = (contact: ImportedContact): string => (contact.email ?? contact.name).toLocaleLowerCase();

async function newContact(contact: ImportedContact, customerId: string, mapping: ImportMapping) {
	return { ...contact, id: await derivedId('contact', customerId, contactKey(contact)), roles: mapping.contactRole ? [mapping.contactRole] : [] };
}

async function seedOf(customer: ImportedCustomer, id: string, mapping: ImportMapping) {
	const custom = Object.fromEntries(Object.entries(customer.fields).filter(([field]) => field.startsWith('f_')));
	const own = Object.fromEntries(Object.entries(customer.fields).filter(([field]) => !field.startsWith('f_')));
	return { ...own, custom, tags: customer.tags, contacts: customer.contact ? [await newContact(customer.contact, id, mapping)] : [] };
}

/** What must change so that the customer is as the row says. Nothing when it is. */
async function editsOf(customer: ImportedCustomer, { customer: row, contacts }: KnownCustomer, mapping: ImportMapping): Promise<Edit[]> {
	const edits: Edit[] = [];
	for (const [field, value] of Object.entries(customer.fields)) {
		const now = field.startsWith('f_') ? row.custom[field] : row[field as 'name'];
		if (canonical(now ?? null) !== canonical(value)) edits.push({ edit: 'set-field', args: { field, value } });
	}
	for (const tag of customer.tags) if (!row.tags.includes(tag)) edits.push({ edit: 'add-tag', args: { tag } });
	const { contact } = customer;
	if (!contact) return edits;
	const is = (a: string | null | undefined, b: string | undefined) => b !== undefined && a?.toLocaleLowerCase() === b.toLocaleLowerCase();
	const there = contacts.find((one) => is(one.email, contact.email)) ?? contacts.find((one) => is(one.name, contact.name));
	if (!there) edits.push({ edit: 'put-contact', args: await newContact(contact, row.id, mapping) });
	else for (const [field, value] of Object.entries(contact)) if (there[field as 'name'] !== value) edits.push({ edit: 'set-contact-field', args: { id: there.id, field, value } });
	return edits;
}
