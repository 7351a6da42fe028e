import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { splitUpdate } from '../../../src/lib/sync/split-update.ts';

/** Applies parts one by one: none may have to wait for a later one. */
function appliedInOrder(parts: readonly Uint8Array[], onto: Y.Doc): Y.Doc {
	for (const part of parts) {
		Y.applyUpdate(onto, part);
		expect(onto.store.pendingStructs, 'nothing waits for a later part').toBeNull();
		expect(onto.store.pendingDs).toBeNull();
	}
	return onto;
}

describe('S5: an update of any size in parts that a room takes', () => {
	it('leaves what is small enough as it is', () => {
		const doc = new Y.Doc();
		doc.getMap('fields').set('name', 'Acme');
		const update = Y.encodeStateAsUpdate(doc);
		expect(splitUpdate(update, 1000)).toEqual([update]);
	});

	it('cuts one long text, between characters only', () => {
		const doc = new Y.Doc();
		doc.getText('body').insert(0, '🙂é'.repeat(50_000));
		const parts = splitUpdate(Y.encodeStateAsUpdate(doc), 10_000);
		expect(parts.length).toBeGreaterThan(20);
		expect(Math.max(...parts.map((part) => part.length))).toBeLessThan(10_100);
		expect(appliedInOrder(parts, new Y.Doc()).getText('body').toString()).toBe('🙂é'.repeat(50_000));
	});

	it('keeps a value that can’t be cut whole', () => {
		const doc = new Y.Doc();
		doc.getMap('fields').set('name', 'x'.repeat(5_000));
		expect(Math.max(...splitUpdate(Y.encodeStateAsUpdate(doc), 1_000).map((part) => part.length))).toBeGreaterThan(5_000);
	});

	it.each([1, 2, 3, 4, 5, 6, 7, 8])('gives the same document, in order, onto what the room has (seed %i)', (seed) => {
		let state = seed * 7919;
		const chance = (to: number) => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) % to;
		const docs = [new Y.Doc(), new Y.Doc(), new Y.Doc()];
		const room = new Y.Doc();
		for (let turn = 0; turn < 600; turn++) {
			const doc = docs[chance(3)]!;
			const text = doc.getText('body');
			const act = chance(7);
			if (act < 3) text.insert(chance(text.length + 1), 'word '.repeat(1 + chance(9)));
			else if (act === 3 && text.length > 10) text.delete(chance(text.length - 5), 5);
			else if (act === 4) doc.getMap<Y.Map<unknown>>('contacts').set(`c${chance(9)}`, new Y.Map([['name', `n${turn}`]]));
			else if (act === 5) doc.getXmlFragment('rich').insert(0, [new Y.XmlText(`line ${turn}`)]);
			else Y.applyUpdate(docs[chance(3)]!, Y.encodeStateAsUpdate(doc));
			if (turn === 200) Y.applyUpdate(room, Y.encodeStateAsUpdate(docs[0]!));
		}
		for (const doc of docs) Y.applyUpdate(docs[0]!, Y.encodeStateAsUpdate(doc));
		const update = Y.encodeStateAsUpdate(docs[0]!, Y.encodeStateVector(room));
		const parts = splitUpdate(update, 300);
		expect(parts.length).toBeGreaterThan(5);
		appliedInOrder(parts, room);
		expect(room.getText('body').toDelta()).toEqual(docs[0]!.getText('body').toDelta());
		expect(room.getMap('contacts').toJSON()).toEqual(docs[0]!.getMap('contacts').toJSON());
		expect(room.getXmlFragment('rich').toString()).toBe(docs[0]!.getXmlFragment('rich').toString());
		expect(Y.encodeStateVector(room)).toEqual(Y.encodeStateVector(docs[0]!));
	});
});
