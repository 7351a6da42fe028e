/** CU10, AD3: a deleted customer whose grace is over is erased for good: by the engine's clock, rooms first, and nothing that anybody wrote of it is left. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sql } from 'drizzle-orm';
import { deleteCustomer } from '#db/deletions.ts';
import { readGlance } from '#db/glance.ts';
import * as schema from '#db/schema/index.ts';
import { bumpSeq, commit } from '#db/statement.ts';
import { parseCursor, readPage } from '#db/sync.ts';
import { erase } from '#party/erase.ts';
import { enrolRun } from '#db/entries.ts';
import { insertRunEvent } from '#db/runs.ts';
import { addCustomer, addPlaybook, definitionOf, runOf } from '../db/engine-book.ts';
import { startRooms } from '../server/rooms.ts';
import { openBench, taskFor, type Bench } from './bench.ts';

/** In everything that anybody wrote about the customer; what must not be found afterwards. */
const word = 'Zanzibar';
let bench: Bench;
let rooms: Awaited<ReturnType<typeof startRooms>>;
let isDown = false;
let at: number;
beforeEach(async () => {
	isDown = false;
	rooms = await startRooms('a-secret-for-tests-of-rooms', () => (isDown ? { status: 503, code: 'down', message: 'down' } : {}));
	bench = await openBench({ ROOMS_URL: rooms.url });
	const { database } = bench;
	at = bench.now;
	for (const id of ['c1', 'c2']) await addCustomer(database, 'w1', id, { name: id === 'c1' ? 'Acme' : 'Other', domain: id === 'c1' ? word : 'other.test' });
	await addPlaybook(database, 'w1', 'p1', definitionOf([taskFor(false)]));
	for (const [id, subject] of [['r1', 'c1'], ['r2', 'c2']] as const) await commit(database, [bumpSeq('w1'), ...enrolRun(runOf('w1', id, 'p1', subject), { stepId: 'task', dueAt: at + 9e9 })]);
	const mirrored = { workspace: 'w1', seq: 1 };
	await database.insert(schema.note).values({ ...mirrored, id: 'note_1', customerId: 'c1', kind: 'note', title: word, excerpt: word, isPinned: false, isRemoved: false, taskCount: 0, doneCount: 0, mentions: [], createdAt: at, updatedAt: at });
	await database.insert(schema.task).values({ ...mirrored, id: 't1', customerId: 'c1', runId: 'r1', title: word, description: word, assignees: ['u1'], state: 'open', createdAt: at });
	await database.insert(schema.mail).values({ ...mirrored, id: 'm1', kind: 'automatic', customerId: 'c1', runId: 'r1', from: 'a@b.test', to: [`${word}@c.test`], cc: [], bcc: [], subject: word, html: word, text: word, state: 'sent', at });
	await database.insert(schema.interaction).values({ ...mirrored, id: 'i1', customerId: 'c1', type: 'call', direction: 'out', title: word, body: word, at });
	await database.insert(schema.usageWeek).values([1, 2].map((n) => ({ ...mirrored, id: `w${n}`, customerId: 'c1', week: `2026-11-0${n}`, connections: 5, activeUsers: 2 })));
	await database.insert(schema.draft).values({ ...mirrored, id: 'd1', runId: 'r1', number: 1, customerId: 'c1', assignees: ['u1'], from: 'a@b.test', to: [word], cc: [], bcc: [], subject: word, html: word, text: word, state: 'approved', createdAt: at });
	await database.insert(schema.follow).values({ ...mirrored, id: 'u1:c1', userId: 'u1', customerId: 'c1' });
	await database.insert(schema.projection).values(['c1', 'note_1', 'c2'].map((doc) => ({ doc, workspace: 'w1', type: 'customer', epoch: 1, position: 1, rows: doc === 'c2' ? [] : [{ name: word }], publishedAt: at })));
	await database.insert(schema.command).values([{ id: 'k1', args: { id: 'c1', args: { name: word } } }, { id: 'k2', args: { draftId: 'd1', subject: word } }, { id: 'k3', args: { id: 'c2' } }].map((one) => ({ ...one, workspace: 'w1', userId: 'u1', type: 'create-customer', outcome: { status: 'accepted' as const }, at })));
	// Notes that were made and never published: no row knows of them.
	const made = (id: string, note: string, customerId: string, outcome: object) => ({ id, workspace: 'w1', userId: 'u1', type: 'create-note', args: { id: note, customerId, title: customerId === 'c1' ? word : '' }, outcome: outcome as { status: 'accepted' }, at });
	await database.insert(schema.command).values([
		made('n1', 'note_unpublished', 'c1', { status: 'accepted' }), made('n2', 'note_late', 'c1', { status: 'refused', reason: 'no-such-customer' }),
		made('n3', 'note_other', 'c2', { status: 'accepted' }), made('n4', 'c2', 'c1', { status: 'refused', reason: 'not-valid' }),
	]);
	const decided = { workspace: 'w1', userId: 'u1', at };
	await database.insert(schema.command).values([
		{ ...decided, id: 'h1', type: 'approve-mail', args: { draftId: 'd1' }, outcome: { status: 'held', reason: 'ground-changed', differences: [{ name: 'draft/d1/text', was: 'x', now: word }] } as never },
		{ ...decided, id: 'h2', type: 'stop-run', args: { runId: 'r1', reason: word }, outcome: { status: 'accepted' } },
		{ ...decided, id: 'h3', type: 'edit-customers', args: { customerIds: ['c2', 'c1'], edits: [{ edit: 'set-field', args: { field: 'domain', value: word } }] }, outcome: { status: 'accepted' } },
		{ ...decided, id: 'h4', type: 'create-customer', args: { id: 'c3' }, outcome: { status: 'refused', reason: 'external-id-taken', detail: { id: 'c1', name: word } } as never },
	]);
	await bench.record({ id: 'e1', type: 'customer.field-changed', subjectType: 'customer', subjectId: 'c1', customerId: 'c1', at, actor: { kind: 'user', id: 'u1' }, cause: null, data: { field: 'name', from: null, to: word } });
	await commit(database, [insertRunEvent('w1', 'r1', 'noted', { reason: word }, at)]);
	await database.insert(schema.intent).values({ key: 'key_1', workspace: 'w1', runId: 'r1', number: 1, part: 0, kind: 'mail', state: 'unknown', request: { to: word }, response: word });
	const deleted = { id: 'e2', type: 'customer.deleted' as const, subjectType: 'customer' as const, subjectId: 'c1', customerId: 'c1', at, actor: { kind: 'user' as const, id: 'u1' }, cause: null, data: { name: 'Acme' } };
	await commit(database, [bumpSeq('w1'), ...deleteCustomer({ workspace: 'w1', id: 'c1', name: 'Acme', by: 'u1', at, erasesAt: at + 1_000 }, deleted)]);
});
afterEach(() => Promise.all([bench.close(), rooms.close()]));

/** Every text in every table. */
const everything = async (): Promise<string> => {
	const tables = await bench.database.all<{ name: string }>(sql`SELECT name FROM sqlite_master WHERE type = 'table'`);
	return JSON.stringify(await Promise.all(tables.map(async ({ name }) => [name, await bench.database.all(sql.raw(`SELECT * FROM "${name}"`))])));
};
const isDue = async () => (await readGlance(bench.database, 'w1', 0, bench.now)).hasErasable;

test('not a moment before its time', async () => {
	expect(await isDue()).toBe(false);
	await erase(bench.engine);
	expect(rooms.calls).toEqual([]);
	bench.now = at + 1_000;
	expect(await isDue()).toBe(true);
});

test('its rooms forget first: while one can’t be reached everything stays and it is tried again', async () => {
	bench.now = at + 1_000;
	isDown = true;
	await erase(bench.engine);
	expect(bench.logged.map(({ what }) => what)).toEqual(Array(4).fill('a room could not be erased yet'));
	expect(await everything()).toContain(word);
	expect(await isDue()).toBe(true);
	isDown = false;
	await erase(bench.engine);
	// Each is told whose it must be: ids in commands are made by clients.
	expect(rooms.calls.filter(({ verb }) => verb === 'erase').slice(-4).map(({ room, body }) => `${room} ${body.customerId}`).sort()).toEqual(['c1 c1', 'note_1 c1', 'note_late c1', 'note_unpublished c1']);
	expect(await isDue()).toBe(false);
});

test('nothing of it is left but who deleted it and when; keys stay, others are untouched; a second time changes nothing', async () => {
	const device = { workspaceId: 'w1', userId: 'u1', role: 'csm' as const, email: 'u1@northwind.test' };
	const before = await readPage(bench.database, device, 'begin', 500);
	bench.now = at + 1_000;
	await erase(bench.engine);
	const left = await everything();
	expect(left).not.toContain(word);
	expect(left).toContain('Other');
	expect((await bench.intents()).map(({ key, state, request }) => ({ key, state, request }))).toEqual([{ key: 'key_1', state: 'abandoned', request: null }]);
	const events = await bench.database.select().from(schema.event).orderBy(schema.event.seq);
	expect(events.map(({ type, actor, data }) => [type, (actor as { id: string }).id, data.name])).toEqual([['customer.deleted', 'u1', 'Acme'], ['customer.erased', 'engine', 'Acme']]);
	expect(left.split('Acme')).toHaveLength(3);
	expect((await bench.runs()).map(({ id, deletedAt }) => [id, deletedAt])).toEqual(expect.arrayContaining([['r1', bench.now], ['r2', null]]));
	// A device that was away for the whole grace still hears what to drop.
	const after = await readPage(bench.database, device, parseCursor(before.cursor)!, 500);
	expect(after.rows.every(({ deleted }) => deleted)).toBe(true);
	expect(after.rows.map(({ kind, id }) => `${kind} ${id}`)).toEqual(expect.arrayContaining(['customer c1', 'note note_1', 'run r1', 'deletion c1', 'mail m1', 'usageWeek w2']));
	await erase(bench.engine);
	expect(await everything()).toBe(left);
	// What was erased can't be made again by a device that still has it.
	const again = deleteCustomer({ workspace: 'w1', id: 'c1', name: 'again', by: 'u1', at: bench.now, erasesAt: bench.now }, { ...events[0]!, id: 'e3' } as never);
	await expect(commit(bench.database, [bumpSeq('w1'), ...again])).rejects.toThrow();
});

test.each([['before', false], ['after', true]])('R4, R5: killed or cut off %s its batch, nothing is half erased, and the next look has it whole', async (_, isApplied) => {
	bench.now = at + 1_000;
	const { batch } = bench.database.$client;
	let cuts = 0;
	bench.database.$client.batch = (async (statements: { sql: string }[], mode: 'write') => {
		if (mode !== 'write' || cuts > 0 || !statements.some(({ sql }) => sql.startsWith('UPDATE deletion SET name'))) return batch.call(bench.database.$client, statements, mode);
		cuts++;
		if (isApplied) await batch.call(bench.database.$client, statements, mode);
		throw new TypeError('fetch failed');
	}) as typeof batch;
	if (isApplied) await erase(bench.engine);
	else {
		await expect(erase(bench.engine)).rejects.toThrow('fetch failed');
		expect([await isDue(), (await everything()).includes(word)]).toEqual([true, true]);
		await erase(bench.engine);
	}
	bench.database.$client.batch = batch;
	expect([cuts, await isDue(), (await everything()).includes(word)]).toEqual([1, false, false]);
});
