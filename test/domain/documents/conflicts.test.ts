/** SY6: which writes are conflicts, in every order of arrival, and how they end. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import type { Stamp } from '#domain/documents/document-type.ts';
import { documentTypes } from '#domain/documents/index.ts';
import { at, copyOf, customerEdit, make } from './make.ts';

const { customer } = documentTypes;
type Row = { id: string; state: string; field: string; subjectType: string; subjectId: string; choices: { value: unknown; by: { kind: string; id: string } | null; at: number | null; device: string | null }[]; settledBy: unknown; settledAt: number | null; chosen: unknown };

/** A room's copy: it reviews what is merged, and knows people by their client ids. */
class Room {
	readonly doc: Y.Doc;
	readonly users = new Map<number, string>();
	now = at + 1_000;
	#ids = 0;
	constructor(args: Record<string, unknown> = {}, clientId = 500) {
		this.doc = make('customer', { name: 'Acme', stage: 's0', ...args });
		this.doc.clientID = clientId;
		customer.projection(this.doc);
		this.doc.on('afterTransaction', (transaction: Y.Transaction) => {
			if (transaction.origin === 'room') return;
			const known = {
				at: this.now,
				authorOf: (client: number) => (this.users.has(client) ? ({ kind: 'user', id: this.users.get(client)! } as const) : null),
				isArriving: (client: number, clock: number) => clock >= (transaction.beforeState.get(client) ?? 0),
				newId: (prefix: string) => `${prefix}${++this.#ids}`,
			};
			const write = customer.review!(transaction, known);
			if (write) this.doc.transact(() => write(this.doc), 'room');
		});
	}
	get cards(): Row[] {
		return customer.projection(this.doc).flatMap(({ table, id, values }) => (table === 'conflict' ? [{ id, ...values } as Row] : []));
	}
	get open(): Row[] {
		return this.cards.filter(({ state }) => state === 'open');
	}
	/** A playbook's edit, as the `edit` call makes it. */
	run(name: string, args: unknown): void {
		apply(this.doc, name, args, { at: this.now, by: { kind: 'run', id: 'r1', playbookId: 'p1' } });
	}
	value(field = 'stage'): unknown {
		return this.doc.getMap('fields').get(field);
	}
}

const apply = (doc: Y.Doc, name: string, args: unknown, stamp?: Stamp) => customer.edits[name]!.apply(doc, args, stamp);
const send = (from: Y.Doc, to: Y.Doc) => Y.applyUpdate(to, Y.encodeStateAsUpdate(from, Y.encodeStateVector(to)));

/** Somebody's device, away from the room until it syncs: as ours do, it tells first and then listens. */
class Phone {
	readonly doc: Y.Doc;
	readonly room: Room;
	constructor(room: Room, user: string, clientId: number) {
		this.room = room;
		this.doc = copyOf(room.doc, clientId);
		room.users.set(clientId, user);
	}
	set(value: unknown, field = 'stage', stamp: Stamp | null = { at, device: 'phone' }): this {
		apply(this.doc, 'set-field', { field, value }, stamp ?? undefined);
		return this;
	}
	sync(): this {
		send(this.doc, this.room.doc);
		send(this.room.doc, this.doc);
		return this;
	}
}

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

test('SY6 property: writes made apart that differ are named together by one open card, those made one after the other by none', () => {
	const act = fc.oneof(
		fc.record({ kind: fc.constant('set' as const), who: fc.nat(3), value: fc.constantFrom('s1', 's2', 's3') }),
		fc.record({ kind: fc.constant('sync' as const), who: fc.nat(3) }),
		fc.record({ kind: fc.constant('settle' as const), who: fc.nat(3), which: fc.nat(3) }),
	);
	fc.assert(
		fc.property(fc.array(act, { maxLength: 40 }), fc.uniqueArray(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 5, maxLength: 5 }), (acts, [roomId, ...clients]) => {
			const room = new Room({}, roomId);
			const phones = clients.map((client, n) => new Phone(room, `u${n}`, client));
			// The model: versions count the field's states in the room; a device knows the version it saw last, and whether it has written since.
			let version = 0;
			const seen = phones.map(() => 0);
			const written = phones.map(() => null as unknown);
			for (const one of acts) {
				const phone = phones[one.who]!;
				if (one.kind === 'set' && phone.doc.getMap('fields').get('stage') !== one.value) {
					phone.set(one.value);
					written[one.who] = one.value;
				} else if (one.kind === 'settle') {
					const card = customer.projection(phone.doc).find(({ table, values }) => table === 'conflict' && values.state === 'open');
					const choices = (card?.values.choices ?? []) as { value: unknown }[];
					const value = choices[one.which % Math.max(1, choices.length)]?.value;
					if (!card) continue;
					written[one.who] = value;
					apply(phone.doc, 'settle-conflict', { id: card.id, value }, { at });
				} else if (one.kind === 'sync') {
					const [current, opened] = [room.value(), room.cards.length];
					const isApart = seen[one.who] !== version;
					const mine = written[one.who];
					// Who goes on from the value that is current, without having seen others, doesn't differ from it but from them; agreeing with all of them ends it.
					const { client, clock } = room.doc.getMap('fields')._map.get('stage')!.lastId;
					const hasSeenCurrent = Y.getState(phone.doc.store, client) > clock;
					const [card] = room.open;
					phone.sync();
					if (mine !== null && isApart && mine !== current) {
						const values = room.open[0]?.choices.map(({ value }) => value);
						if (values === undefined && hasSeenCurrent) expect(room.cards.find(({ id }) => id === card?.id)).toMatchObject({ state: 'settled', chosen: mine });
						else expect(values).toEqual(expect.arrayContaining(hasSeenCurrent ? [mine] : [mine, current]));
					}
					if (mine !== null && !isApart) expect(room.cards.length).toBe(opened);
					if (mine !== null) version += 1;
					written[one.who] = null;
					seen[one.who] = version;
				}
				expect(room.open.length).toBeLessThanOrEqual(1);
				for (const { choices } of room.open) expect(new Set(choices.map(({ value }) => value)).size).toBe(choices.length);
			}
			for (const phone of phones) phone.sync();
			for (const phone of phones) phone.sync();
			// S13: what a device projects is what the room does, and what a rebuilt copy does.
			for (const phone of phones) expect(customer.projection(phone.doc)).toEqual(customer.projection(room.doc));
			expect(customer.projection(copyOf(room.doc))).toEqual(customer.projection(room.doc));
		}),
		{
			numRuns: 300,
			examples: [[[{ kind: 'set', who: 1, value: 's1' }, { kind: 'set', who: 3, value: 's2' }, { kind: 'sync', who: 3 }, { kind: 'sync', who: 1 }, { kind: 'set', who: 3, value: 's1' }, { kind: 'sync', who: 3 }], [1, 2, 3, 4, 5]]],
		},
	);
});
