/** Notes and their boxes (CU11): rows, events and ticks of them; concurrent edits converge and lose nothing (S10–S13). */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { documentTypes } from '#domain/documents/index.ts';
import { body } from '#domain/documents/note/shape.ts';
import { htmlOf } from '#domain/rich-text/html.ts';
import { itemsIn } from '#domain/rich-text/items.ts';
import { copyOf, edit, make, meet } from './make.ts';

const { note } = documentTypes;
const noteEdit = (doc: Y.Doc, name: string, args: unknown) => edit(note, doc, name, args);
const seed = { customerId: 'customer_1', kind: 'page', author: 'ada', title: 'Kick-off' };
const page = () => make('note', seed, 'note_1');

/** Puts a box at the end, as the editor does. */
function box(doc: Y.Doc, id: string | null, title: string, more: Record<string, string> = {}): Y.XmlElement {
	const [list, item, paragraph] = ['taskList', 'taskItem', 'paragraph'].map((name) => new Y.XmlElement(name)) as [Y.XmlElement, Y.XmlElement, Y.XmlElement];
	doc.transact(() => {
		body(doc).push([list]);
		list.push([item]);
		item.push([paragraph]);
		paragraph.push([new Y.XmlText(title)]);
		if (id !== null) item.setAttribute('id', id);
		for (const [key, value] of Object.entries(more)) item.setAttribute(key, value);
	});
	return item;
}
const rows = (doc: Y.Doc, table: string) => note.projection(doc).filter((row) => row.table === table);
const row = (doc: Y.Doc) => rows(doc, 'note')[0]!.values;

describe('a note', () => {
	test('is its row: title, beginning, author, boxes', () => {
		const doc = page();
		expect(row(doc)).toMatchObject({ customerId: 'customer_1', kind: 'page', title: 'Kick-off', author: 'ada', taskCount: 0, excerpt: '', mentions: [], isRemoved: false });
		box(doc, 'task_a', 'Send the  plan');
		noteEdit(doc, 'tick-item', { id: 'task_a', isDone: true });
		noteEdit(doc, 'set-title', { title: 'Kick\noff' });
		noteEdit(doc, 'set-pinned', { isPinned: true });
		expect(row(doc)).toMatchObject({ title: 'Kick off', excerpt: 'Send the plan', taskCount: 1, doneCount: 1, isPinned: true });
		expect(rows(doc, 'task')).toEqual([]);
		expect(note.projection(new Y.Doc())).toEqual([]);
	});

	test('has a task for each box with a person or a date; taken out or taken back it is cancelled or open again', () => {
		const doc = page();
		box(doc, 'task_a', 'Call Grace');
		noteEdit(doc, 'assign-item', { id: 'task_a', assignee: 'bob' });
		noteEdit(doc, 'set-item-due', { id: 'task_a', dueAt: 1_000 });
		const before = note.projection(doc);
		expect(rows(doc, 'task')).toMatchObject([{ id: 'task_a', values: { customerId: 'customer_1', title: 'Call Grace', assignees: ['bob'], dueAt: 1_000, doc: 'note_1', item: 'task_a' } }]);
		expect(note.events(note.projection(page()), before)).toMatchObject([{ type: 'task.created', path: 'items/task_a', subjectId: 'task_a', customerId: 'customer_1', data: { name: 'Call Grace' } }]);
		noteEdit(doc, 'remove-note', {});
		expect(rows(doc, 'task')).toEqual([]);
		expect(note.events(before, note.projection(doc)).map(({ type }) => type)).toEqual(['note.removed', 'task.cancelled']);
		noteEdit(doc, 'restore-note', {});
		expect(note.projection(doc)).toEqual(before);
		noteEdit(doc, 'assign-item', { id: 'task_a', assignee: null });
		noteEdit(doc, 'set-item-due', { id: 'task_a', dueAt: null });
		expect(rows(doc, 'task')).toEqual([]);
	});

	test('says of its ticks only what changed; a playbook’s task is left when its box goes', () => {
		const doc = page();
		const none = note.projection(doc);
		const linked = box(doc, 'task_b', 'Sign', { task: 'task_of_run' });
		const put = note.projection(doc);
		expect(note.ticks!(none, put)).toEqual([{ path: 'items/task_b/done', task: 'task_of_run', item: 'task_b', isDone: false }]);
		noteEdit(doc, 'tick-item', { id: 'task_b', isDone: true });
		const ticked = note.projection(doc);
		expect(note.ticks!(put, ticked)).toEqual([{ path: 'items/task_b/done', task: 'task_of_run', item: 'task_b', isDone: true }]);
		expect(note.ticks!(ticked, ticked)).toEqual([]);
		expect(note.events(put, ticked)).toEqual([]);
		(linked.parent as Y.XmlElement).delete(0, 1);
		expect(note.ticks!(ticked, note.projection(doc))).toEqual([{ path: 'body', task: 'task_of_run', item: null, isDone: false }]);
	});

	test('tells whom it mentions, until they have seen it', () => {
		const doc = page();
		const paragraph = new Y.XmlElement('paragraph');
		body(doc).push([paragraph]);
		const mention = new Y.XmlElement('mention');
		paragraph.push([mention]);
		for (const [key, value] of Object.entries({ id: 'bob', label: 'Bob <b>', mention: 'm1' })) mention.setAttribute(key, value);
		expect(row(doc)).toMatchObject({ mentions: ['bob'], excerpt: '@Bob <b>' });
		expect(htmlOf(body(doc))).toContain('@Bob &lt;b&gt;');
		noteEdit(doc, 'see-mentions', { mentions: ['m1'] });
		expect(row(doc).mentions).toEqual([]);
	});

	test('S12: what no edit writes is put right, once; unknown keys stay (S15)', () => {
		const doc = page();
		const before = note.projection(doc);
		doc.getMap('fields').set('title', 7);
		doc.getMap('fields').set('mood', 'sunny');
		doc.getMap('items').set('task_a:done', 'yes');
		doc.getMap('meta').set('customerId', 'customer_2');
		box(doc, 'task_a', 'First');
		box(doc, 'task_a', 'Second');
		box(doc, null, 'Third');
		expect(itemsIn(body(doc))).toHaveLength(1);
		expect(note.heal(doc, before).map(({ path }) => path)).toEqual(['fields/title', 'items/task_a:done', 'meta/customerId']);
		expect(new Set(itemsIn(body(doc)).map(({ id }) => id)).size).toBe(3);
		expect(row(doc)).toMatchObject({ title: 'Kick-off', customerId: 'customer_1', taskCount: 3, doneCount: 0 });
		expect(doc.getMap('fields').get('mood')).toBe('sunny');
		const state = Y.encodeStateAsUpdate(doc);
		expect(note.heal(doc, before)).toEqual([]);
		expect(Y.encodeStateAsUpdate(doc)).toEqual(state);
	});

	test('a tick made while the box was moved stays with it: it isn’t in the element that went', () => {
		const mine = page();
		box(mine, 'task_a', 'Call');
		const hers = copyOf(mine, 7);
		noteEdit(hers, 'tick-item', { id: 'task_a', isDone: true });
		body(mine).delete(0, 1);
		box(mine, 'task_a', 'Call');
		meet(mine, hers);
		for (const doc of [mine, hers]) expect(row(doc)).toMatchObject({ taskCount: 1, doneCount: 1 });
	});

	test('S13: concurrent ticks, decisions and moves converge, and events of every order name each task once', () => {
		const act = fc.oneof(
			fc.record({ name: fc.constant('tick-item'), args: fc.record({ id: fc.constantFrom('task_a', 'task_b'), isDone: fc.boolean() }) }),
			fc.record({ name: fc.constant('assign-item'), args: fc.record({ id: fc.constantFrom('task_a', 'task_b'), assignee: fc.constantFrom('ada', 'bob', null) }) }),
			fc.record({ name: fc.constant('set-item-due'), args: fc.record({ id: fc.constantFrom('task_a', 'task_b'), dueAt: fc.constantFrom(1, 2, null) }) }),
			fc.record({ name: fc.constant('move'), args: fc.constant({}) }),
			fc.record({ name: fc.constantFrom('remove-note', 'restore-note'), args: fc.constant({}) }),
		);
		const step = fc.record({ who: fc.nat(1), act, meets: fc.boolean() });
		fc.assert(
			fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
				const mine = page();
				box(mine, 'task_a', 'A');
				box(mine, 'task_b', 'B');
				const hers = copyOf(mine, 7);
				let last = note.projection(mine);
				const isDone = new Map<string, boolean>();
				for (const { who, act: { name, args }, meets } of steps) {
					const doc = [mine, hers][who]!;
					if (name === 'move') {
						const first = itemsIn(body(doc))[0]!;
						doc.transact(() => (body(doc).delete(0, 1), box(doc, first.id, first.title)));
					} else noteEdit(doc, name, args);
					if (!meets) continue;
					meet(mine, hers);
					note.heal(mine, last);
					meet(mine, hers);
					const now = note.projection(mine);
					for (const { task, isDone: is } of note.ticks!(last, now)) isDone.set(task, is);
					last = now;
				}
				meet(mine, hers);
				note.heal(mine, last);
				meet(mine, hers);
				const whole = note.projection(mine);
				for (const { task, isDone: is } of note.ticks!(last, whole)) isDone.set(task, is);
				expect(note.projection(hers)).toEqual(whole);
				expect(note.projection(copyOf(mine))).toEqual(whole);
				for (const tick of whole.filter((one) => one.table === 'tick')) expect(isDone.get(tick.id) ?? false).toBe(tick.values.isDone);
				const ids = itemsIn(body(mine)).map(({ id }) => id);
				expect(new Set(ids).size).toBe(ids.length);
				expect(ids).toEqual(expect.arrayContaining(['task_a', 'task_b']));
			}),
			{ numRuns: 200 },
		);
	});
});
