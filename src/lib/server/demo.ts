/** Loads the demo book into an empty workspace: documents through their rooms, usage and interactions as rows. */
import { and, eq, isNull, notInArray, sql } from 'drizzle-orm';
import { commitIn, type Statement } from '#db/commands.ts';
import { readTruth } from '#db/facts.ts';
import { customer, interaction, usageWeek } from '#db/schema/documents.ts';
import { saveStatements } from '#db/settings.ts';
import { seqOf } from '#db/sync.ts';
import type { Database } from '#db/client.ts';
import { demoBook, type DemoCustomer, type DemoGround } from '#domain/demo/book.ts';
import { companies, demoTags } from '#domain/demo/companies.ts';
import { derivedId, RoomsUnreachable } from './commands/decision.ts';
import type { Settings } from './environment.ts';
import { inTurn } from './in-turn.ts';
import { callRoom, poke } from './rooms.ts';
import type { Member } from './session.ts';

type Context = { db: Database; settings: Settings; member: Member };
const width = 8;
const tagColours = ['#2563eb', '#0f766e', '#9333ea', '#15803d', '#c2410c', '#be185d', '#4f46e5'];

/**
 * Loads the book; every id comes from the workspace's own, so that loading again after a failure goes on where it was and doubles
 * nothing. Null when the workspace has customers of its own.
 */
export async function loadDemoBook(context: Context): Promise<{ created: number } | null> {
	const { db, settings, member } = context;
	const id = (...parts: string[]) => derivedId(parts[0]!, member.workspaceId, 'demo', ...parts);
	const ids = new Map(await Promise.all(companies.map(async ({ domain }) => [domain, await id('customer', domain)] as const)));
	const others = and(eq(customer.workspace, member.workspaceId), isNull(customer.deletedAt), notInArray(customer.id, sql`(SELECT value FROM json_each(${JSON.stringify([...ids.values()])}))`));
	if ((await db.select({ id: customer.id }).from(customer).where(others).limit(1)).length > 0) return null;
	const ground = await prepareGround(context, id);
	const inner = new Map<string, string>();
	for (const { domain } of companies) for (const kind of ['contact', 'agreement'] as const) for (let n = 0; n < 4; n++) inner.set(`${kind} ${domain} ${n}`, await id(kind, domain, String(n)));
	const now = Date.now();
	const book = demoBook(now, ground, (kind, key, index) => inner.get(`${kind} ${key} ${index}`)!);
	const made = await inTurn(book, width, async ({ key, seed }) => {
		const body = { workspace: member.workspaceId, type: 'customer', args: seed, actor: { kind: 'user', id: member.user.id } };
		const answer = await callRoom<{ created: boolean }>(settings, 'document', ids.get(key)!, 'create', body);
		if (!answer.ok) throw new RoomsUnreachable(`The rooms did not take “${seed.name}” (${answer.message}). Load the book again: it goes on where it was.`);
		return answer.value.created;
	});
	const seq = await commitIn(db, member.workspaceId, await rowsOf(context, book, ids, inner, id));
	if (seq !== null) await poke(settings, member.workspaceId, seq);
	return { created: made.filter(Boolean).length };
}

/** The tags and custom fields that the book uses, made once; those of the same name that are there already serve. */
async function prepareGround({ db, member }: Context, id: (...parts: string[]) => Promise<string>): Promise<DemoGround> {
	const { settings } = (await readTruth(db, member.workspaceId, []))!;
	const statements: Statement[] = [];
	const tags = new Map<string, string>();
	for (const [n, name] of demoTags.entries()) {
		const there = settings.tags.find((tag) => tag.subject === 'customer' && tag.name === name);
		tags.set(name, there?.id ?? (await id('tag', name)));
		if (!there) statements.push(...saveStatements(db, 'tag', member.workspaceId, { id: tags.get(name)!, subject: 'customer', name, colour: tagColours[n]! }));
	}
	const field = async (name: string, type: 'text' | 'number', position: number) => {
		const there = settings.fields.find((one) => one.subject === 'customer' && one.name === name && one.type === type);
		const own = there?.id ?? (await id('f', name));
		if (!there) statements.push(...saveStatements(db, 'field', member.workspaceId, { id: own, subject: 'customer', name, type, options: null, position: settings.fields.length + position }));
		return own;
	};
	const fields = { country: await field('Country', 'text', 0), industry: await field('Industry', 'text', 1), seats: await field('Seats', 'number', 2) };
	if (statements.length > 0) await commitIn(db, member.workspaceId, statements);
	return { owner: member.user.id, stages: new Map(settings.stages.map((stage) => [stage.name, stage.id])), tags, fields };
}

/** Usage and interactions of all customers, a few statements for all of them. What is there stays. */
async function rowsOf({ db, member }: Context, book: DemoCustomer[], ids: Map<string, string>, inner: Map<string, string>, id: (...parts: string[]) => Promise<string>): Promise<Statement[]> {
	const shared = { workspace: member.workspaceId, seq: seqOf(member.workspaceId) };
	const statements: Statement[] = [];
	for (const { key, interactions, usage } of book) {
		const customerId = ids.get(key)!;
		const talks = await Promise.all(interactions.map(async ({ contact, ...talk }, n) => ({ ...shared, ...talk, id: await id('interaction', key, String(n)), customerId, contactId: inner.get(`contact ${key} ${contact}`)!, userId: member.user.id })));
		const weeks = await Promise.all(usage.map(async (week, n) => ({ ...shared, ...week, id: await id('usage', key, String(n)), customerId })));
		statements.push(db.insert(interaction).values(talks).onConflictDoNothing(), db.insert(usageWeek).values(weeks).onConflictDoNothing());
	}
	return statements;
}
