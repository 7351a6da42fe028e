/** SY6: whatever four devices and a room write, apart or not. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { documentTypes } from '#domain/documents/index.ts';
import { apply, Phone, Room } from './apart.ts';
import { at, copyOf } from './make.ts';

const { customer } = documentTypes;

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
