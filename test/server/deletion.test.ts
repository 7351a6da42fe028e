/** CU10: a customer is deleted at once and everywhere, can be brought back while its grace lasts, and nobody gets past that. */
import { and, eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { enrolRun } from '#db/entries.ts';
import { contact, customer, event, note, projection } from '#db/schema/documents.ts';
import { deletion, job, run, runEvent, task } from '#db/schema/index.ts';
import { bumpSeq, commit } from '#db/statement.ts';
import { deletionGraceMs } from '#domain/commands/delete-customer.ts';
import { addPlaybook, definitionOf, runOf } from '../db/engine-book.ts';
import { startApp } from './app.ts';
import { documentRooms } from './document-rooms.ts';

const theDocs = documentRooms();
const app = await startApp(theDocs.behave);
theDocs.state.db = app.db;
const mine = await app.owner();
const me = await mine.me();
const csm = await app.invited(mine, 'cleo@example.example', 'csm');
let cursor = '0';

/** What a device hears since it last asked: kind → ids that came, and those that went. */
async function heard() {
	const { body } = await mine.get(`/api/sync?after=${encodeURIComponent(cursor)}&limit=2000`);
	cursor = body.cursor;
	const of = (deleted: boolean) => body.rows.filter((row: any) => row.deleted === deleted).map((row: any) => `${row.kind} ${row.id}`).sort();
	return { came: of(false) as string[], went: of(true) as string[] };
}
const rowOf = async (id: string) => (await app.db.select().from(customer).where(eq(customer.id, id)))[0]!;
const told = async (id: string, type: string) => app.db.select().from(event).where(and(eq(event.customerId, id), eq(event.type, type)));

/** A customer with a contact that was removed, one that wasn't, a note with a task, a task of its own, and a run that waits for a time. */
async function aBook(n: string, args: object = {}) {
	const id = `customer_${n.padStart(20, '0')}`;
	const contacts = [{ id: `contact_${n}a`, name: 'Ada' }, { id: `contact_${n}b`, name: 'Bea' }];
	expect(await mine.command('create-customer', { id, args: { name: `Customer ${n}`, owner: me.id, contacts, ...args } })).toMatchObject({ status: 'accepted' });
	await app.db.update(contact).set({ deletedAt: 5 }).where(eq(contact.id, `contact_${n}b`));
	const [noteId, taskId, runId] = [`note_${n.padStart(20, '0')}`, `task_${n}`, `run_${n}`];
	await mine.command('create-note', { id: noteId, customerId: id, kind: 'note', title: 'Kick-off' });
	await mine.command('create-task', { id: taskId, title: 'Call', customerId: id });
	await addPlaybook(app.db, me.workspace, `playbook_${n}`, definitionOf([{ id: 's1', kind: 'wait', params: { mode: 'for', amount: 2, unit: 'days' } } as never]));
	await commit(app.db, [bumpSeq(me.workspace), ...enrolRun(runOf(me.workspace, runId, `playbook_${n}`, id), { stepId: 's1', dueAt: Date.now() + 86_400_000 })]);
	await heard();
	return { id, noteId, taskId, runId, contactId: `contact_${n}a` };
}

describe('delete-customer', () => {
	it('takes it and all about it off every device, ends its runs, and says who did it', async () => {
		const { id, noteId, taskId, runId, contactId } = await aBook('1');
		const command = `command_${crypto.randomUUID()}`;
		const outcome = await mine.command('delete-customer', { customerId: id }, command);
		expect(outcome).toMatchObject({ status: 'accepted' });
		const [row] = await app.db.select().from(deletion).where(eq(deletion.id, id));
		expect(row).toMatchObject({ name: 'Customer 1', by: me.id, erasesAt: row!.at + deletionGraceMs, erasedAt: null });
		expect(outcome.result).toEqual({ erasesAt: row!.erasesAt });
		// RU5: with the reason, and whose doing it was. The run stays to be read.
		expect(await heard()).toEqual({ came: [`deletion ${id}`, `run ${runId}`, `step ${runId}:1`], went: [`contact ${contactId}`, `customer ${id}`, `note ${noteId}`, `task ${taskId}`] });
		expect(await app.db.select().from(run).where(eq(run.id, runId))).toMatchObject([{ state: 'stopped', nextDueAt: null }]);
		expect(await app.db.select().from(runEvent).where(eq(runEvent.runId, runId))).toMatchObject([{ type: 'stopped', data: { by: me.id, reason: 'record-gone' } }]);
		expect(await app.db.select().from(job).where(eq(job.runId, runId))).toEqual([]);
		expect(await told(id, 'customer.deleted')).toMatchObject([{ actor: { kind: 'user', id: me.id }, data: { name: 'Customer 1', erasesAt: row!.erasesAt } }]);
		// A replay is the same answer, and changes nothing.
		expect(await mine.command('delete-customer', { customerId: id }, command)).toEqual(outcome);
		expect(await heard()).toEqual({ came: [], went: [] });
		expect(await mine.command('delete-customer', { customerId: id })).toMatchObject({ status: 'refused', reason: 'no-such-customer' });
	});

	it('closes its rooms, and what still arrives there brings nothing back', async () => {
		const { id, noteId } = await aBook('2');
		await mine.command('delete-customer', { customerId: id });
		await app.settled();
		expect(app.rooms.calls.filter(({ verb }) => verb === 'shut').map(({ room }) => room).sort()).toEqual(expect.arrayContaining([id, noteId].sort()));
		for (const room of [id, noteId]) {
			expect(await mine.get(`/api/rooms/token?room=${room}`)).toMatchObject({ status: 403, body: { code: 'no-such-room' } });
			expect(await mine.post(`/api/documents/${room}`, { vector: null })).toMatchObject({ status: 403 });
		}
		await theDocs.edit(id, 'set-field', { field: 'name', value: 'Written meanwhile' });
		await theDocs.edit(noteId, 'set-title', { title: 'Written meanwhile' });
		expect(await rowOf(id)).toMatchObject({ name: 'Customer 2', deletedAt: expect.any(Number) });
		expect(await mine.command('create-note', { id: `note_${'x'.repeat(20)}`, customerId: id, kind: 'note' })).toMatchObject({ status: 'refused', reason: 'no-such-customer' });
		expect(await mine.command('create-customer', { id, args: { name: 'Again' } })).toMatchObject({ status: 'refused', reason: 'deleted' });
		expect(await mine.command('edit-customers', { customerIds: [id], edits: [{ edit: 'add-tag', args: { tag: 't' } }] })).not.toMatchObject({ status: 'accepted', result: { results: [{ outcome: 'changed' }] } });
	});

	it('makes a note that was refused meanwhile when it is asked for again, under its id, after the customer is back', async () => {
		const { id } = await aBook('9');
		const args = { id: `note_${'w'.repeat(20)}`, customerId: id, kind: 'note' };
		await mine.command('delete-customer', { customerId: id });
		expect(await mine.command('create-note', args)).toMatchObject({ status: 'refused', reason: 'no-such-customer' });
		await mine.command('restore-customer', { customerId: id });
		expect(await mine.command('create-note', args)).toMatchObject({ status: 'accepted' });
		expect(await mine.get(`/api/rooms/token?room=${args.id}`)).toMatchObject({ status: 200 });
	});

	it('closes the room of a note that was never published, too, and asks it when the customer is back', async () => {
		const { id, noteId } = await aBook('8');
		// Its room couldn't publish before the customer was deleted: no row knows of it.
		await app.db.delete(note).where(eq(note.id, noteId));
		await app.db.delete(projection).where(eq(projection.doc, noteId));
		expect(await mine.get(`/api/rooms/token?room=${noteId}`)).toMatchObject({ status: 200 });
		await mine.command('delete-customer', { customerId: id });
		await app.settled();
		const asked = (verb: string) => app.rooms.calls.filter((call) => call.verb === verb && call.room === noteId);
		expect(asked('shut')).toHaveLength(1);
		expect(await mine.get(`/api/rooms/token?room=${noteId}`)).toMatchObject({ status: 403 });
		const before = asked('publish').length;
		expect(await mine.command('restore-customer', { customerId: id })).toMatchObject({ status: 'accepted' });
		await app.settled();
		expect(asked('publish').length).toBe(before + 1);
		expect(await mine.get(`/api/rooms/token?room=${noteId}`)).toMatchObject({ status: 200 });
	});

	it('is for administrators', async () => {
		const { id } = await aBook('3');
		expect(await csm.command('delete-customer', { customerId: id })).toMatchObject({ status: 'refused', reason: 'no-right' });
		expect(await csm.command('restore-customer', { customerId: id })).toMatchObject({ status: 'refused', reason: 'no-right' });
		expect((await rowOf(id)).deletedAt).toBeNull();
	});

	it('SY3 is held when it isn’t any more what was deleted: a colleague moved it to another stage', async () => {
		const { id } = await aBook('4');
		const ground = [{ name: `customer/${id}/stage`, was: 'stage_before' }, { name: `customer/${id}/name`, was: 'Customer 4' }];
		expect(await mine.command('delete-customer', { customerId: id }, undefined, ground)).toMatchObject({ status: 'held', reason: 'ground-changed', differences: [{ name: `customer/${id}/stage`, was: 'stage_before' }] });
		expect((await rowOf(id)).deletedAt).toBeNull();
		expect(await mine.command('delete-customer', { customerId: id }, undefined, [ground[1]!])).toMatchObject({ status: 'accepted' });
	});

	it('leaves children where they are', async () => {
		const { id } = await aBook('5');
		const child = `customer_${'c'.repeat(20)}`;
		await mine.command('create-customer', { id: child, args: { name: 'Child', parentId: id } });
		await mine.command('delete-customer', { customerId: id });
		expect(await rowOf(child)).toMatchObject({ deletedAt: null });
	});
});

describe('restore-customer', () => {
	it('brings back what was deleted with it, and nothing that had gone before; its runs stay ended', async () => {
		const { id, noteId, taskId, runId, contactId } = await aBook('6');
		await mine.command('delete-customer', { customerId: id });
		await theDocs.edit(id, 'set-field', { field: 'domain', value: 'six.example' });
		await heard();
		expect(await mine.command('restore-customer', { customerId: id })).toMatchObject({ status: 'accepted' });
		expect(await heard()).toEqual({ came: [`contact ${contactId}`, `customer ${id}`, `note ${noteId}`, `task ${taskId}`], went: [`deletion ${id}`] });
		expect(await app.db.select().from(task).where(eq(task.id, taskId))).toMatchObject([{ state: 'open', deletedAt: null }]);
		expect(await app.db.select().from(run).where(eq(run.id, runId))).toMatchObject([{ state: 'stopped' }]);
		expect(await told(id, 'customer.restored')).toMatchObject([{ actor: { kind: 'user', id: me.id } }]);
		// Its rooms are asked to publish what they got meanwhile, and let people in again.
		await app.settled();
		expect(app.rooms.calls.filter(({ verb, room }) => verb === 'publish' && room === id)).not.toHaveLength(0);
		expect(await mine.get(`/api/rooms/token?room=${id}`)).toMatchObject({ status: 200 });
		await theDocs.edit(id, 'set-field', { field: 'name', value: 'Six' });
		expect(await rowOf(id)).toMatchObject({ name: 'Six', domain: 'six.example' });
		expect(await mine.command('restore-customer', { customerId: id })).toMatchObject({ status: 'refused', reason: 'not-restorable' });
		// And it can be deleted again.
		expect(await mine.command('delete-customer', { customerId: id })).toMatchObject({ status: 'accepted' });
		expect(await heard()).toMatchObject({ came: [`deletion ${id}`] });
	});

	it('is refused once its time is over by the database’s clock, and while another customer has its external id', async () => {
		const { id } = await aBook('7', { externalId: 'EXT-7' });
		await mine.command('delete-customer', { customerId: id });
		const other = `customer_${'o'.repeat(20)}`;
		expect(await mine.command('create-customer', { id: other, args: { name: 'Other', externalId: 'EXT-7' } })).toMatchObject({ status: 'accepted' });
		expect(await mine.command('restore-customer', { customerId: id })).toMatchObject({ status: 'refused', reason: 'external-id-taken', detail: { id: other } });
		await theDocs.edit(other, 'set-field', { field: 'externalId', value: null });
		await app.db.update(deletion).set({ erasesAt: Date.now() - 1 }).where(eq(deletion.id, id));
		expect(await mine.command('restore-customer', { customerId: id })).toMatchObject({ status: 'refused', reason: 'not-restorable' });
	});
});
