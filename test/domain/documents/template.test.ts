/** Templates of pages (CU11): variables filled from the customer, boxes that become tasks with relative due times. */
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { documentTypes } from '#domain/documents/index.ts';
import { fillTemplate } from '#domain/documents/template/fill.ts';
import { body } from '#domain/documents/template/shape.ts';
import { htmlInto } from '#domain/rich-text/write.ts';
import { edit, make } from './make.ts';
import { factsOf } from '../facts.ts';

const { note, template } = documentTypes;
const friday = Date.UTC(2026, 10, 20, 10);

function checklist(): Y.Doc {
	const doc = make('template', { name: 'Kick-off', paragraphs: ['Dear {{ customer.name }}', 'Site: {{ customer.domain }}, {{ customer.externalId | default: "none" }}'] }, 'template_1');
	const list = new Y.XmlElement('taskList');
	body(doc).push([list]);
	for (const [id, title] of [['task_a', 'Invite {{ customer.name }}'], ['task_b', 'Book a room']] as const) {
		const [item, paragraph] = [new Y.XmlElement('taskItem'), new Y.XmlElement('paragraph')];
		list.push([item]);
		item.setAttribute('id', id);
		item.push([paragraph]);
		paragraph.push([new Y.XmlText(title)]);
	}
	edit(template, doc, 'set-item-due', { id: 'task_a', dueInDays: 3 });
	edit(template, doc, 'assign-item', { id: 'task_a', assignee: 'owner' });
	return doc;
}

describe('a template', () => {
	test('is its row; it is removed and comes back', () => {
		const doc = checklist();
		const [row] = template.projection(doc);
		expect(row).toMatchObject({ table: 'template', id: 'template_1', values: { name: 'Kick-off', isRemoved: false } });
		expect(row!.values.html).toContain('<li data-type="taskItem" data-assignee="owner" data-due-days="3"><p>Invite {{ customer.name }}</p></li><li data-type="taskItem"><p>Book a room</p></li>');
		edit(template, doc, 'remove-template', {});
		expect(template.projection(doc)[0]!.values.isRemoved).toBe(true);
		expect(template.events(null, template.projection(doc))).toMatchObject([{ type: 'template.created' }]);
		doc.getMap('fields').set('name', '');
		doc.getMap('items').set('task_a:dueInDays', -4);
		expect(template.heal(doc, [row!]).map(({ path, healed }) => [path, healed])).toEqual([['fields/name', 'Kick-off'], ['items/task_a:dueInDays', null]]);
		expect(template.heal(doc, [row!])).toEqual([]);
	});

	test('makes a page: filled, blanks marked or defaulted, its boxes tasks of the owner, due in working days', () => {
		const about = factsOf({ customer: { id: 'customer_1', name: 'Acme & Söhne', domain: null, externalId: null } });
		const filled = fillTemplate(String(template.projection(checklist())[0]!.values.html), about, friday);
		expect(filled).toMatchObject({ ok: true });
		const html = (filled as { text: string }).text;
		expect(html).toContain('Dear Acme &amp; Söhne');
		expect(html).toContain('Site: [customer.domain?], none');
		const page = make('note', { customerId: 'customer_1', kind: 'page', author: 'ada', title: 'Kick-off', html }, 'note_9');
		const tasks = note.projection(page).filter((row) => row.table === 'task');
		expect(tasks).toHaveLength(1);
		expect(tasks[0]).toMatchObject({ id: 'task_9_1', values: { title: 'Invite Acme & Söhne', assignees: about.owner ? [about.owner.id] : [] } });
		// Friday and three working days: the end of Wednesday, in the workspace's zone.
		expect(new Date(Number(tasks[0]!.values.dueAt)).toISOString().slice(0, 10)).toBe('2026-11-25');
		expect(note.projection(page)[0]!.values).toMatchObject({ taskCount: 2, doneCount: 0 });
		expect(note.heal(page, null)).toEqual([]);
	});

	test('with wrong Liquid says why', () => {
		expect(fillTemplate('<p>{{ customer.name | shout }}</p>', factsOf(), friday)).toMatchObject({ ok: false, reason: expect.stringContaining('shout') });
	});

	test('written as HTML and read again, boxes and nested boxes are the same', () => {
		const doc = checklist();
		const html = String(template.projection(doc)[0]!.values.html);
		const again = new Y.Doc();
		htmlInto(body(again), html);
		expect(body(again).toString().replaceAll(/ id="[^"]*"/g, '')).toBe(body(doc).toString().replaceAll(/ id="[^"]*"/g, ''));
	});
});
