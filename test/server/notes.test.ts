/** Notes and templates by command (CU11, S10): made once, filled from their customer; a task that is a box is completed by ticking it, once. */
import { and, eq } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { event, note, template } from '#db/schema/documents.ts';
import { task } from '#db/schema/effects.ts';
import { startApp, type Browser } from './app.ts';
import { documentRooms } from './document-rooms.ts';

const theDocs = documentRooms();
const app = await startApp(theDocs.behave);
theDocs.state.db = app.db;
let mine: Browser;
let me: string;
const customerId = `customer_${'n'.repeat(20)}`;
const templateId = `template_${'t'.repeat(20)}`;
const taskRow = async (id: string) => (await app.db.select().from(task).where(eq(task.id, id)))[0];
const completions = (id: string) => app.db.select().from(event).where(and(eq(event.subjectId, id), eq(event.type, 'task.completed')));

beforeAll(async () => {
	mine = await app.owner();
	me = (await mine.get('/api/session')).body.user.id;
	expect(await mine.command('create-customer', { id: customerId, args: { name: 'Acme', owner: me } })).toMatchObject({ status: 'accepted' });
	expect(await mine.command('create-template', { id: templateId, name: 'Kick-off', paragraphs: ['Welcome {{ customer.name }}'] })).toMatchObject({ status: 'accepted', result: { id: templateId } });
});

describe('create-note', () => {
	it('makes a note of a customer, once, that its room can be opened for', async () => {
		const args = { id: `note_${'a'.repeat(20)}`, customerId, kind: 'note' };
		expect(await mine.command('create-note', args)).toMatchObject({ status: 'accepted', result: { id: args.id } });
		expect(await mine.command('create-note', args)).toMatchObject({ status: 'accepted' });
		expect(await app.db.select().from(note).where(eq(note.id, args.id))).toMatchObject([{ customerId, kind: 'note', author: me, title: '' }]);
		expect(await mine.get(`/api/rooms/token?room=${args.id}`)).toMatchObject({ status: 200 });
		const page = await mine.get('/api/sync?after=0&limit=2000');
		expect(page.body.rows.find((row: any) => row.kind === 'note').data).toMatchObject({ id: args.id, mentions: [], taskCount: 0 });
	});

	it('fills a page from a template, and takes the template’s name', async () => {
		const id = `note_${'b'.repeat(20)}`;
		expect(await mine.command('create-note', { id, customerId, kind: 'page', templateId })).toMatchObject({ status: 'accepted' });
		expect(await app.db.select().from(note).where(eq(note.id, id))).toMatchObject([{ title: 'Kick-off', excerpt: 'Welcome Acme', kind: 'page' }]);
	});

	it('is refused for a customer or a template that isn’t there', async () => {
		const id = `note_${'c'.repeat(20)}`;
		expect(await mine.command('create-note', { id, customerId: `customer_${'0'.repeat(20)}`, kind: 'note' })).toMatchObject({ status: 'refused', reason: 'no-such-customer' });
		expect(await mine.command('create-note', { id, customerId, kind: 'page', templateId: 'template_none' })).toMatchObject({ status: 'refused', reason: 'no-such-template' });
		await theDocs.edit(templateId, 'remove-template', {});
		expect((await app.db.select().from(template))[0]!.isRemoved).toBe(true);
		expect(await mine.command('create-note', { id, customerId, kind: 'page', templateId })).toMatchObject({ status: 'refused', reason: 'no-such-template' });
		await theDocs.edit(templateId, 'restore-template', {});
	});
});

describe('complete-task of a box', () => {
	it('ticks the box, by which the task is done once, under one event', async () => {
		const html = `<ul data-type="taskList"><li data-type="taskItem" data-assignee="${me}"><p>Call Grace</p></li></ul>`;
		const id = `note_${'d'.repeat(20)}`;
		await theDocs.behave({ party: 'document', room: id, verb: 'create', body: { workspace: (await mine.get('/api/session')).body.workspace.id, type: 'note', args: { customerId, kind: 'page', author: me, html } } });
		const taskId = `task_${'d'.repeat(20)}_1`;
		expect(await taskRow(taskId)).toMatchObject({ state: 'open', title: 'Call Grace', assignees: [me], doc: id, item: taskId });
		expect(await mine.command('complete-task', { taskId }, 'command_tick_0001')).toEqual({ status: 'accepted' });
		expect(theDocs.rooms.get(id)!.doc.getMap('items').get(`${taskId}:done`)).toBe(true);
		expect(await taskRow(taskId)).toMatchObject({ state: 'done', completedBy: me });
		// Decided anew after a crash, or again on another device of the same person: done is done.
		expect(await mine.command('complete-task', { taskId }, 'command_tick_0002')).toEqual({ status: 'accepted' });
		expect(await completions(taskId)).toHaveLength(1);
		await theDocs.edit(id, 'tick-item', { id: taskId, isDone: false });
		expect(await taskRow(taskId)).toMatchObject({ state: 'open', completedBy: null });
	});

	it('completes a task that a box was put for, and ticks that box', async () => {
		const [id, taskId, box] = [`note_${'e'.repeat(20)}`, `task_${'e'.repeat(20)}`, 'task_box'];
		expect(await mine.command('create-task', { id: taskId, title: 'Sign', customerId, assignees: [me] })).toMatchObject({ status: 'accepted' });
		expect(await mine.command('create-note', { id, customerId, kind: 'note' })).toMatchObject({ status: 'accepted' });
		const { htmlInto } = await import('#domain/rich-text/write.ts');
		htmlInto(theDocs.rooms.get(id)!.doc.getXmlFragment('body'), '<ul data-type="taskList"><li data-type="taskItem"><p>Sign</p></li></ul>', (item) => (item.setAttribute('id', box), item.setAttribute('task', taskId)));
		await theDocs.edit(id, 'set-title', { title: 'Deal' });
		expect(await taskRow(taskId)).toMatchObject({ state: 'open', doc: id, item: box });
		expect(await mine.command('complete-task', { taskId })).toEqual({ status: 'accepted' });
		expect(theDocs.rooms.get(id)!.doc.getMap('items').get(`${box}:done`)).toBe(true);
		expect(await completions(taskId)).toHaveLength(1);
		// What a playbook or a person gave isn't taken back by a box.
		await theDocs.edit(id, 'tick-item', { id: box, isDone: false });
		expect(await taskRow(taskId)).toMatchObject({ state: 'done' });
	});
});
