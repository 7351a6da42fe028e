/** SY6: which writes are conflicts, in every order of arrival, and how they end. */
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { documentTypes } from '#domain/documents/index.ts';
import { apply, Phone, Room, send, type Row } from './apart.ts';
import { at, customerEdit } from './make.ts';

const { customer } = documentTypes;

/** Both orders of client ids, so that what comes last wins once and loses once. */
describe.each([[1, 900], [900, 1]])('two devices apart (clients %i and %i)', (first, second) => {
	const apart = (args = {}) => {
		const room = new Room(args);
		return { room, ana: new Phone(room, 'ana', first), bo: new Phone(room, 'bo', second) };
	};
	const named = (room: Room) => room.open.map(({ choices }) => choices.map(({ value, by }) => [by?.id, value]));

	test('different values make one card with both, their authors, times and devices', () => {
		const { room, ana, bo } = apart();
		ana.set('s1', 'stage', { at: at + 5, device: 'phone' }).sync();
		expect(room.cards).toEqual([]);
		bo.set('s2', 'stage', { at: at + 9_999_999, device: 'computer' }).sync();
		expect(room.open).toMatchObject([{ field: 'stage', subjectType: 'customer', subjectId: 'customer_1' }]);
		expect(room.open[0]!.choices).toEqual([
			{ value: 's1', by: { kind: 'user', id: 'ana' }, at: at + 5, device: 'phone' },
			// A clock ahead of the room's says when it arrived.
			{ value: 's2', by: { kind: 'user', id: 'bo' }, at: room.now, device: 'computer' },
		]);
		ana.sync();
		expect(customer.projection(ana.doc)).toEqual(customer.projection(room.doc));
	});

	test('equal values, other fields and writes by somebody who saw the other make none', () => {
		const { room, ana, bo } = apart();
		ana.set('s1').set('Ltd', 'name').sync();
		bo.set('s1').set('Inc', 'name').sync();
		ana.sync().set('s3').sync();
		bo.sync().set('s4').sync();
		expect(room.cards).toEqual([]);
	});

	test('several writes of one device before it syncs count as its last', () => {
		const { room, ana, bo } = apart();
		ana.set('s1').set('s5').sync();
		bo.set('s2').set('s3').set('s4').sync();
		expect(named(room)).toEqual([[['ana', 's5'], ['bo', 's4']]]);
	});

	test('who goes on without having seen it replaces their own value; agreeing so ends it', () => {
		const { room, ana, bo } = apart();
		ana.set('s1');
		send(ana.doc, room.doc);
		bo.set('s2');
		send(bo.doc, room.doc);
		ana.set('s3');
		send(ana.doc, room.doc);
		expect(named(room)).toEqual([[['bo', 's2'], ['ana', 's3']]]);
		bo.set('s3');
		send(bo.doc, room.doc);
		expect(room.cards).toMatchObject([{ state: 'settled', chosen: 's3' }]);
	});

	test('a third value joins the card; one that is there already does not', () => {
		const { room, ana, bo } = apart();
		const cy = new Phone(room, 'cy', 400);
		const di = new Phone(room, 'di', 300);
		ana.set('s1').sync();
		bo.set('s2').sync();
		cy.set('s3').sync();
		di.set('s1').sync();
		expect(named(room)).toEqual([[['ana', 's1'], ['bo', 's2'], ['cy', 's3']]]);
	});

	test('who goes on from a value that somebody else had written too, without knowing, meets them on a card; who knows of it does not', () => {
		const { room, ana, bo } = apart();
		ana.set('s1').sync();
		ana.set('s3');
		bo.set('s1').sync();
		expect(room.cards).toEqual([]);
		ana.sync();
		expect(named(room)).toEqual([[[expect.anything(), 's1'], ['ana', 's3']]]);
		expect(room.open[0]).toMatchObject({ state: 'open' });

		const later = apart();
		later.ana.set('s1').sync();
		later.bo.set('s1').sync().set('s2').sync();
		expect(later.room.cards).toEqual([]);
		later.ana.set('s1').sync();
		expect(later.room.cards).toEqual([]);
		later.room.run('set-field', { field: 'stage', value: 's7' });
		expect(later.room.cards).toEqual([]);
	});

	test('a playbook’s change and a person’s made offline are one too', () => {
		const { room, ana } = apart();
		room.run('set-field', { field: 'stage', value: 's7' });
		ana.set('s1').sync();
		expect(room.open[0]!.choices).toMatchObject([{ value: 's7', by: { kind: 'run', playbookId: 'p1' }, at: room.now }, { value: 's1', by: { id: 'ana' } }]);
	});

	test('a choice writes the field on every device and settles, once; undone it is open again', () => {
		const { room, ana, bo } = apart();
		ana.set('s1').sync();
		bo.set('s2').sync();
		ana.sync();
		const [card] = room.open;
		const undo = new Y.UndoManager(ana.doc, { trackedOrigins: new Set(['ana']) });
		ana.doc.transact(() => apply(ana.doc, 'settle-conflict', { id: card!.id, value: 's1' }, { at: at + 50 }), 'ana');
		ana.sync();
		bo.sync();
		expect([room.value(), bo.doc.getMap('fields').get('stage')]).toEqual(['s1', 's1']);
		expect(room.cards).toMatchObject([{ state: 'settled', chosen: 's1', settledBy: { kind: 'user', id: 'ana' }, settledAt: at + 50 }]);
		apply(bo.doc, 'settle-conflict', { id: card!.id, value: 's2' });
		apply(bo.doc, 'settle-conflict', { id: card!.id, value: 'never offered' });
		bo.sync();
		expect(room.value()).toBe('s1');
		undo.undo();
		ana.sync();
		expect(named(room).map((values) => values.map(([, value]) => value))).toEqual([['s1', 's2']]);
	});

	test('who sees the card and writes the field anew settles it; a playbook does not', () => {
		const { room, ana, bo } = apart();
		ana.set('s1').sync();
		bo.set('s2').sync();
		ana.sync();
		room.run('set-field', { field: 'stage', value: 's6' });
		expect(room.open.length).toBe(1);
		ana.sync().set('s9').sync();
		expect(room.cards).toMatchObject([{ state: 'settled', chosen: 's9', settledBy: { id: 'ana' } }]);
		expect(room.value()).toBe('s9');
	});

	test('two people who choose differently while apart meet again on a new card', () => {
		const { room, ana, bo } = apart();
		ana.set('s1').sync();
		bo.set('s2').sync();
		ana.sync();
		const [{ id }] = room.open as [Row];
		for (const [phone, value] of [[ana, 's1'], [bo, 's2']] as const) apply(phone.doc, 'settle-conflict', { id, value }, { at });
		ana.sync();
		bo.sync();
		expect(room.cards.map(({ state }) => state)).toEqual(['settled', 'open']);
		expect(room.open[0]!.choices.map(({ value }) => value).sort()).toEqual(['s1', 's2']);
	});

	test('owner, money and dates of agreements and custom numbers are guarded; texts and removed agreements are not', () => {
		const { room, ana, bo } = apart({ agreements: [{ id: 'a1', name: 'Base', mrr: 10 }], contacts: [{ id: 'c1', name: 'Bo' }] });
		const change = (doc: Y.Doc, n: number) => {
			apply(doc, 'set-field', { field: 'owner', value: `u${n}` });
			apply(doc, 'set-field', { field: 'f_money', value: n });
			apply(doc, 'set-field', { field: 'f_text', value: `t${n}` });
			for (const field of ['mrr', 'startAt', 'endAt', 'noticeDays']) apply(doc, 'set-agreement-field', { id: 'a1', field, value: n });
			apply(doc, 'set-contact-field', { id: 'c1', field: 'f_day', value: n });
			apply(doc, 'set-contact-field', { id: 'c1', field: 'title', value: `T${n}` });
		};
		change(ana.doc, 1);
		change(bo.doc, 2);
		ana.sync();
		bo.sync();
		expect(room.open.map(({ subjectType, subjectId, field }) => `${subjectType} ${subjectId} ${field}`).sort()).toEqual([
			'agreement a1 endAt', 'agreement a1 mrr', 'agreement a1 startAt', 'contact c1 f_day', 'customer customer_1 f_money', 'customer customer_1 owner',
		]);
		apply(room.doc, 'remove-agreement', { id: 'a1' });
		expect(room.open.map(({ field }) => field).sort()).toEqual(['f_day', 'f_money', 'owner']);
	});

	test('its events say that it was found and how it ended', () => {
		const { room, ana, bo } = apart();
		ana.set('s1').sync();
		const before = customer.projection(room.doc);
		bo.set('s2').sync();
		const during = customer.projection(room.doc);
		expect(customer.events(before, during).filter(({ type }) => type.startsWith('conflict'))).toMatchObject([{ type: 'conflict.opened', subjectId: 'customer_1', data: { about: 'stage' } }]);
		apply(room.doc, 'expire-conflict', { id: room.open[0]!.id, at: at + 7 });
		expect(room.cards).toMatchObject([{ state: 'expired', settledAt: at + 7 }]);
		expect(customer.events(during, customer.projection(room.doc)).map(({ type }) => type)).toEqual(['conflict.expired']);
		apply(room.doc, 'settle-conflict', { id: room.cards[0]!.id, value: 's1' });
		expect(room.cards).toMatchObject([{ state: 'expired' }]);
	});
});

test('S12 S15 a document without stamps, and conflicts that nobody can read, harm nothing', () => {
	const room = new Room();
	customerEdit(room.doc, 'set-field', { field: 'stage', value: 's1' });
	room.doc.getMap('conflicts').set('x', 'nonsense');
	room.doc.getMap('conflicts').set('y', new Y.Map([['path', 42]]));
	const ana = new Phone(room, 'ana', 3);
	const bo = new Phone(room, 'bo', 4);
	ana.set('s2', 'stage', null).sync();
	bo.set('s3', 'stage', null).sync();
	expect(room.open[0]!.choices).toEqual([{ value: 's2', by: { kind: 'user', id: 'ana' }, at: null, device: null }, { value: 's3', by: { kind: 'user', id: 'bo' }, at: room.now, device: null }]);
});
