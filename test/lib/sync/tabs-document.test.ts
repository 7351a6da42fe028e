/** One document open in several tabs of one device, against the real room: one socket, one truth, and a lead that dies (S4, S7, S16, ADR 13). */
import { IDBFactory } from 'fake-indexeddb';
import { describe, expect, it } from 'vitest';
import { edit } from '../../../src/lib/sync/edit.ts';
import type { OpenDocument } from '../../../src/lib/sync/open-document.svelte.ts';
import { Tabs } from '../../../src/lib/sync/tabs.ts';
import { call } from '../../party/harness/client.ts';
import { newCustomer, newId } from '../../party/harness/documents.ts';
import { type DeviceDouble, deviceDouble, fillable, tabDouble, until } from './device-double.ts';
import { lineTo, theRooms, visitOf } from './visits.ts';

const rooms = theRooms();

/** A tab with the part of a place that documents need. */
function tabOf(device: DeviceDouble, { who = 'ada', isOnline = () => true, url = () => rooms().url }: { who?: string; isOnline?: () => boolean; url?: () => string } = {}) {
	const tab = tabDouble(device);
	const tabs = new Tabs(`cuebook:tabs:${who}:w1`, newId('tab'), tab);
	return { tab, tabs, sockets: tab.sockets, ...visitOf(tab, { who, url, isOnline, tabs }) };
}

/** A device with so many tabs that have the document open; the first leads. */
async function tabsOn(id: string, count: number, options: Parameters<typeof tabOf>[1] = {}, indexedDB: IDBFactory = new IDBFactory()) {
	const device = deviceDouble({ random: () => 0, indexedDB });
	const tabs = [];
	for (let n = 0; n < count; n++) {
		const one = tabOf(device, options);
		await until('it knows who leads', () => n > 0 || one.tabs.isLead);
		tabs.push({ ...one, document: one.documents.openDocument(id) });
	}
	return { device, tabs };
}

const nameOf = (document: OpenDocument) => document.doc.getMap('fields').get('name');
const inRoom = async (id: string) => {
	const read = await call(rooms().url, 'document', id, 'read');
	if (!read.ok) throw new Error(`The room ${id} can’t be read`);
	return (read.value as any).rows[0].values;
};

describe('one document in several tabs', () => {
	it('has one socket; edits cross at once, and each tab says synced only after the room’s acknowledgement (S4)', async () => {
		const id = await newCustomer(rooms().url, 'Acme');
		const { tabs } = await tabsOn(id, 3);
		for (const { document } of tabs) await until('it is synced', () => document.status.state === 'synced');
		expect(tabs.map(({ sockets }) => sockets.size)).toEqual([1, 0, 0]);
		edit(tabs[2]!.document, 'set-field', { field: 'name', value: 'From the third' });
		expect(tabs[2]!.document.status).toMatchObject({ state: 'saving', waiting: 1 });
		await until('the others show it', () => tabs.every(({ document }) => nameOf(document) === 'From the third'));
		for (const { document } of tabs) await until('all say synced', () => document.status.state === 'synced' && document.waiting === 0);
		expect((await inRoom(id)).name).toBe('From the third');
		await until('the device knows that nothing waits', async () => (await tabs[0]!.store.unacked()).size === 0);
	});

	it('a document that only a following tab opens comes through the lead, and its link ends with it', async () => {
		const [one, other] = [await newCustomer(rooms().url, 'One'), await newCustomer(rooms().url, 'Other')];
		const { tabs } = await tabsOn(one, 2);
		const [lead, follower] = tabs as [(typeof tabs)[0], (typeof tabs)[0]];
		await until('it follows', () => follower.document.status.state === 'synced');
		const document = follower.documents.openDocument(other);
		await document.ready;
		expect(nameOf(document)).toBe('Other');
		await until('it is synced', () => document.status.state === 'synced');
		expect([lead.documents.open.length, lead.sockets.size, follower.sockets.size]).toEqual([2, 2, 0]);
		document.close();
		await until('the lead let it go', () => lead.documents.open.length === 1);
		// A tab that dies closes nothing itself.
		follower.documents.openDocument(other);
		await until('the lead holds it again', () => lead.documents.open.length === 2);
		follower.tab.kill();
		await until('the lead let it go', () => lead.documents.open.length === 1);
	});

	it('believes only the lead about the link: one that was relieved and has not noticed changes nothing', async () => {
		const id = await newCustomer(rooms().url, 'Acme');
		const { tabs } = await tabsOn(id, 3);
		for (const { document } of tabs) await until('it is synced', () => document.status.state === 'synced');
		const heard: unknown[] = [];
		tabs[1]!.tabs.on(`document ${id}`, (body) => heard.push(body));
		tabs[2]!.tabs.post(`document ${id}`, { shared: { link: { state: 'waiting' }, isSynced: false, refusal: null, notice: null, isUnreadable: false } });
		await until('it is heard', () => heard.length > 0);
		expect(tabs.map(({ document }) => document.status.state)).toEqual(['synced', 'synced', 'synced']);
	});

	it('says to the others what the room refuses, and that there is no room', async () => {
		const missing = newId('customer');
		const { tabs } = await tabsOn(missing, 2);
		for (const { document } of tabs) await until('it can’t', () => document.status.state === 'cannot' && document.status.reason === 'not-found');
		await call(rooms().url, 'document', missing, 'create', { workspace: 'w1', type: 'customer', args: { name: 'Late' }, actor: { kind: 'user', id: 'ada' } });
		tabs[1]!.document.reconnect();
		for (const { document } of tabs) await until('it is synced', () => document.status.state === 'synced');
	});

	it('shows one person once, with what the tab used last does; other people see no ghost (S7)', async () => {
		const id = await newCustomer(rooms().url, 'Acme');
		const { tabs } = await tabsOn(id, 2);
		const bea = tabOf(deviceDouble(), { who: 'bea' }).documents.openDocument(id);
		for (const { document } of [...tabs, { document: bea }]) await until('it is synced', () => document.status.state === 'synced');
		const seen = () => bea.peers.map(({ user, state }) => `${user.id} ${state.at}`).join();
		tabs[0]!.document.awareness.setLocalStateField('at', 'contacts');
		await until('bea sees the first', () => seen() === 'ada contacts');
		tabs[1]!.document.awareness.setLocalStateField('at', 'notes');
		await until('bea sees the second', () => seen() === 'ada notes');
		bea.awareness.setLocalStateField('at', 'agreements');
		for (const { document } of tabs) await until('both see bea, and only her', () => document.peers.map(({ user, state }) => `${user.id} ${state.at}`).join() === 'bea agreements');
		tabs[1]!.tab.kill();
		await until('bea sees the one that is left', () => seen() === 'ada contacts');
		tabs[0]!.tab.kill();
		await until('bea is alone', () => bea.peers.length === 0);
	});
});

describe('the lead’s death', () => {
	it.each(['kill', 'hang'] as const)('%s: another tab goes on with what waits, in order, counted right, and nothing is lost', async (how) => {
		const id = await newCustomer(rooms().url, 'Acme');
		const line = await lineTo(rooms());
		let isOnline = true;
		const { tabs } = await tabsOn(id, 3, { isOnline: () => isOnline, url: () => line.url });
		const [lead, second, third] = tabs as [(typeof tabs)[0], (typeof tabs)[0], (typeof tabs)[0]];
		for (const { document } of tabs) await until('it is synced', () => document.status.state === 'synced');
		isOnline = false;
		line.cut();
		for (const { document } of tabs) await until('it is offline', () => document.status.state === 'saved-here');
		edit(lead.document, 'set-field', { field: 'name', value: 'By the lead' });
		edit(second.document, 'set-field', { field: 'domain', value: 'second.example' });
		edit(third.document, 'add-tag', { tag: 't3' });
		edit(third.document, 'add-tag', { tag: 't4' });
		for (const { document } of tabs) await until('all count the same', () => document.waiting === 4);
		await lead.store.flush();
		lead.tab[how]();
		await until('another leads', () => second.tabs.isLead || third.tabs.isLead);
		edit(second.document, 'remove-tag', { tag: 't3' });
		for (const { document } of [second, third]) await until('they count the same', () => document.waiting === 5);
		isOnline = true;
		line.mend();
		for (const { document } of [second, third]) {
			await until('it is synced', () => document.status.state === 'synced');
			expect(document.waiting).toBe(0);
		}
		expect(await inRoom(id)).toMatchObject({ name: 'By the lead', domain: 'second.example', tags: ['t4'] });
		await until('the device knows that nothing waits', async () => (await second.store.unacked()).size === 0);
		if (how === 'kill') return;
		lead.tab.goOn();
		await until('it is synced again, as one that follows', () => lead.document.status.state === 'synced' && lead.document.waiting === 0 && !lead.tabs.isLead);
		expect(lead.document.type!.projection(lead.document.doc)).toEqual(second.document.type!.projection(second.document.doc));
	});

	it('two tabs edit offline, both are closed, and after the next start both edits are there', async () => {
		const id = await newCustomer(rooms().url, 'Acme');
		let isOnline = true;
		const { device, tabs } = await tabsOn(id, 2, { isOnline: () => isOnline });
		for (const { document } of tabs) await until('it is synced', () => document.status.state === 'synced');
		for (const { leave } of tabs) await leave();
		isOnline = false;
		const again = [tabOf(device, { isOnline: () => isOnline }), tabOf(device, { isOnline: () => isOnline })];
		const documents = again.map((tab) => tab.documents.openDocument(id));
		for (const document of documents) await document.ready;
		edit(documents[0]!, 'set-field', { field: 'name', value: 'By one' });
		edit(documents[1]!, 'set-field', { field: 'domain', value: 'two.example' });
		for (const document of documents) await until('both count both', () => document.status.state === 'waiting' && document.waiting === 2);
		for (const { store, tab } of again) {
			await store.flush();
			tab.kill();
		}
		isOnline = true;
		const last = tabOf(device);
		await until('everything was sent without opening a page', async () => (await inRoom(id)).domain === 'two.example' && (await inRoom(id)).name === 'By one');
		await until('the device knows that nothing waits', async () => (await last.store.unacked()).size === 0);
	});

	it('what only the device’s memory had of a tab that died is counted by a lead that never met it, and then no more (S17)', async () => {
		const id = await newCustomer(rooms().url, 'Acme');
		const storage = fillable();
		let isOnline = true;
		const { device, tabs } = await tabsOn(id, 2, { isOnline: () => isOnline }, storage.indexedDB);
		const [lead, second] = tabs as [(typeof tabs)[0], (typeof tabs)[0]];
		for (const { document } of tabs) await until('it is synced', () => document.status.state === 'synced');
		isOnline = false;
		lead.documents.end();
		const offline = lead.documents.openDocument(id);
		await offline.ready;
		storage.isFull = true;
		edit(offline, 'set-field', { field: 'name', value: 'Only in memory' });
		await until('the other tab has it', () => nameOf(second.document) === 'Only in memory' && second.document.waiting === 1);
		lead.tab.kill();
		second.tab.isLookedAt = false;
		const last = tabOf(device, { isOnline: () => isOnline });
		const document = last.documents.openDocument(id);
		await until('the tab that is looked at leads', () => last.tabs.isLead);
		await until('it has it', () => nameOf(document) === 'Only in memory');
		isOnline = true;
		device.wake();
		for (const one of [document, second.document]) await until('it is synced, with none waiting', () => one.status.state === 'synced' && one.waiting === 0);
		expect((await inRoom(id)).name).toBe('Only in memory');
	});

	it('what a full device did not take reaches tabs that opened the document before the one that has it in memory (S17)', async () => {
		const id = await newCustomer(rooms().url, 'Acme');
		const storage = fillable();
		let isOnline = true;
		const { device, tabs: [first] } = await tabsOn(id, 1, { isOnline: () => isOnline }, storage.indexedDB);
		const { documents, document, tab } = first!;
		await until('it is synced', () => document.status.state === 'synced');
		await first!.store.flush();
		storage.isFull = true;
		const bea = tabOf(deviceDouble(), { who: 'bea' }).documents.openDocument(id);
		await bea.ready;
		edit(bea, 'set-field', { field: 'name', value: 'By bea' });
		await until('it is here', () => nameOf(document) === 'By bea');
		document.close();
		await until('it is closed', () => documents.open.length === 0);

		const second = tabOf(device, { isOnline: () => isOnline });
		const there = second.documents.openDocument(id);
		await until('the lead tells it what its memory had', () => nameOf(there) === 'By bea');
		there.close();
		await until('it is closed', () => documents.open.length === 0 && second.documents.open.length === 0);

		isOnline = false;
		second.tab.kill();
		tab.isLookedAt = false;
		const [lead, follower] = [tabOf(device, { isOnline: () => isOnline }), tabOf(device, { isOnline: () => isOnline })];
		follower.tab.isLookedAt = false;
		await until('a tab leads that never heard of it', () => lead.tabs.isLead);
		const both = [lead.documents.openDocument(id), follower.documents.openDocument(id)];
		for (const one of both) await one.ready;
		expect(both.map(nameOf)).toEqual(['Acme', 'Acme']);
		documents.openDocument(id);
		await until('all have what one of them had', () => both.every((one) => nameOf(one) === 'By bea'));
	});

	it('an edit of a tab that closes before its acknowledgement isn’t counted for ever', async () => {
		const id = await newCustomer(rooms().url, 'Acme');
		const { tabs } = await tabsOn(id, 2);
		const [lead, follower] = tabs as [(typeof tabs)[0], (typeof tabs)[0]];
		for (const { document } of tabs) await until('it is synced', () => document.status.state === 'synced');
		edit(follower.document, 'set-field', { field: 'name', value: 'Last words' });
		await follower.store.flush();
		follower.tab.kill();
		await until('the lead sent it', () => nameOf(lead.document) === 'Last words' && lead.document.status.state === 'synced');
		await until('the device knows that nothing waits', async () => (await lead.store.unacked()).size === 0);
		expect((await inRoom(id)).name).toBe('Last words');
	});
});
