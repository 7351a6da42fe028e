import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eq } from 'drizzle-orm';
import { completeTask } from '#db/tasks.ts';
import { customer, event, mail, run, task } from '#db/schema/index.ts';
import { commit } from '#db/statement.ts';
import { startResend, type FakeResend } from '../providers/resend.ts';
import { addPlaybook, definitionOf, openBook, type Book } from '../db/engine-book.ts';
import { changeStage, mailTo, taskFor, waitFor } from './bench.ts';
import { call, Client, until } from './harness/client.ts';
import { newId } from './harness/documents.ts';
import { hosts, startRooms, type Rooms } from './harness/rooms.ts';

describe.each(hosts)('the automation room on %s', (host) => {
	let book: Book;
	let rooms: Rooms;
	let resend: FakeResend;
	const ana = { id: newId('contact'), name: 'Ana Costa', email: 'ana@acme.test', roles: ['champion'] };
	const newCustomer = async () => {
		const id = newId('customer');
		const seed = { name: 'Acme', stage: 'w1_s1', owner: 'u1', contacts: [{ ...ana, id: newId('contact') }] };
		expect(await call(rooms.url, 'document', id, 'create', { workspace: 'w1', type: 'customer', args: seed, actor: { kind: 'user', id: 'u1' } })).toEqual({ ok: true, value: { created: true } });
		await until(async () => (await book.database.select().from(customer).where(eq(customer.id, id)))[0], 'the customer is published');
		return id;
	};
	const moveTo = (id: string, stage: string) => call(rooms.url, 'document', id, 'edit', { key: newId('key'), edits: [{ edit: 'set-field', args: { field: 'stage', value: stage } }], actor: { kind: 'user', id: 'u1' } });
	const runOf = async (id: string) => (await book.database.select().from(run).where(eq(run.subjectId, id)))[0];
	const ends = (id: string, state: string, within: number) => until(async () => (await runOf(id))?.state === state, `the run is ${state}`, within);

	beforeAll(async () => {
		[book, resend] = await Promise.all([openBook(), startResend()]);
		rooms = await startRooms(host, { LIBSQL_URL: book.address.url, LIBSQL_AUTH_TOKEN: book.address.authToken, RESEND_URL: resend.url });
		const steps = [waitFor(0.05), mailTo(), taskFor(true), changeStage('w1_s1')];
		await addPlaybook(book.database, 'w1', 'welcome', definitionOf(steps, { trigger: { type: 'stage-changed', params: { from: null, to: 'w1_s2' } } }));
	});
	afterAll(async () => {
		await rooms?.end();
		await Promise.all([book?.close(), resend?.close()]);
	});

	test('R1 R3 R25 the walk: a stage changes, a run exists within 2 s, its wait passes by the alarm, a mail is captured, a task is done, and the document changes on an open screen', async () => {
		const id = await newCustomer();
		const screen = await Client.open(rooms.socketUrl, id);
		const changedAt = Date.now();
		expect(await moveTo(id, 'w1_s2')).toMatchObject({ ok: true });
		const entered = await until(() => runOf(id), 'a run', 2_000);
		expect(Date.now() - changedAt).toBeLessThan(2_000);
		// Nobody wakes the room from here: the alarm does.
		const sent = await until(async () => (await book.database.select().from(mail).where(eq(mail.runId, entered.id)))[0], 'the mail');
		expect(sent).toMatchObject({ state: 'captured', subject: 'Welcome, Ana Costa', customerId: id, from: 'Camille Roche <camille@northwind.test>' });
		expect(sent.at - entered.nextDueAt!).toBeGreaterThanOrEqual(0);
		expect(sent.at - entered.nextDueAt!).toBeLessThan(2_000);
		await ends(id, 'waiting', 5_000);
		const [open] = await book.database.select().from(task).where(eq(task.customerId, id));
		await commit(book.database, completeTask({ workspace: 'w1', taskId: open!.id, userId: 'u1', now: Date.now(), eventId: newId('event'), customerId: id, title: open!.title }));
		expect(await call(rooms.url, 'automation', 'w1_0', 'wake')).toMatchObject({ ok: true, value: { next: expect.any(Number) } });
		await ends(id, 'completed', 5_000);
		await until(() => screen.doc.getMap('fields').get('stage') === 'w1_s1', 'the open screen', 2_000);
		await until(async () => (await book.database.select().from(customer).where(eq(customer.id, id)))[0]!.stage === 'w1_s1', 'the row');
		const changes = await book.database.select().from(event).where(eq(event.subjectId, id));
		expect(changes.find((one) => one.data.to === 'w1_s1')).toMatchObject({ actor: { kind: 'run', id: entered.id, playbookId: 'welcome' }, cause: { runId: entered.id, lineage: [`welcome:${id}`] } });
		expect((await book.database.select().from(mail).where(eq(mail.customerId, id))).length).toBe(1);
		expect(resend.seen).toEqual([]);
		await screen.close();
	});

	test('R3 an unsigned call wakes nothing; a shard’s name is needed', async () => {
		expect((await fetch(`${rooms.url}/parties/automation/w1_0/wake`, { method: 'POST', body: '{}' })).status).toBe(401);
		expect(await call(rooms.url, 'automation', 'w1', 'wake')).toMatchObject({ ok: false, status: 404 });
		expect(await call(rooms.url, 'automation', 'w1_0', 'sing')).toMatchObject({ ok: false, status: 404 });
	});

	test('R2 it looks again within 30 s, or when the next job is due', async () => {
		const woken = await call(rooms.url, 'automation', 'w1_0', 'wake');
		expect(woken.ok && woken.value.next - Date.now()).toBeLessThanOrEqual(30_000);
		expect(woken.ok && woken.value.next).toBeGreaterThan(Date.now() - 1_000);
	});
});
