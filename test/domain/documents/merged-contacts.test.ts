/** CU5: contacts that are one person are merged without losing anything, and can be separated again. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import type { Projection } from '#domain/documents/document-type.ts';
import { documentTypes } from '#domain/documents/index.ts';
import { mergedPeople } from '#domain/documents/customer/merged.ts';
import { at, copyOf, customerEdit as edit, make, meet } from './make.ts';

const { customer } = documentTypes;
const people = (doc: Y.Doc): Projection => customer.projection(doc).filter(({ table }) => table === 'contact');
const person = (doc: Y.Doc, id: string) => people(doc).find((row) => row.id === id)?.values;
const told = (doc: Y.Doc, change: () => void) => {
	const before = customer.projection(doc);
	change();
	return customer.events(before, customer.projection(doc)).map(({ type, subjectId, path, data }) => ({ type, subjectId, path, data }));
};
const twice = () =>
	make('customer', {
		name: 'Acme',
		contacts: [
			{ id: 'contact_bo', name: 'Bo Lind', email: 'bo@acme.io', roles: ['sponsor'], tags: ['tag_vip'], createdAt: 20 },
			{ id: 'contact_old', name: 'B. Lind', email: 'lind@old.io', phone: '+33 1', roles: ['champion'], tags: ['tag_b', 'tag_vip'], custom: { f_lang: 'fr' }, createdAt: 10 },
			{ id: 'contact_zoe', name: 'Zoe', createdAt: 30 },
		],
	});
const merge = (doc: Y.Doc, id: string, into: string) => edit(doc, 'merge-contacts', { id, into });

describe('CU5 merged contacts', () => {
	test('the survivor keeps its own values and gets what it lacks, every role and every tag', () => {
		const doc = twice();
		const events = told(doc, () => merge(doc, 'contact_old', 'contact_bo'));
		expect(people(doc).map(({ id }) => id)).toEqual(['contact_bo', 'contact_zoe']);
		expect(person(doc, 'contact_bo')).toEqual({
			...{ customerId: 'customer_1', name: 'Bo Lind', email: 'bo@acme.io', phone: '+33 1', title: null, roles: ['champion', 'sponsor'], tags: ['tag_b', 'tag_vip'] },
			...{ custom: { f_lang: 'fr' }, createdAt: 10, mergedFrom: ['contact_old'] },
		});
		expect(mergedPeople(doc, 'contact_bo')).toEqual([{ id: 'contact_old', name: 'B. Lind', email: 'lind@old.io' }]);
		// S11: told at the path that whoever merged is known by, also what changed by it.
		const path = 'contacts/contact_old/mergedInto';
		expect(events).toEqual([
			{ type: 'contact.field-changed', subjectId: 'contact_bo', path, data: { field: 'phone', from: null, to: '+33 1' } },
			{ type: 'contact.field-changed', subjectId: 'contact_bo', path, data: { field: 'f_lang', from: null, to: 'fr' } },
			{ type: 'contact.role-changed', subjectId: 'contact_bo', path, data: { field: 'roles', from: ['sponsor'], to: ['champion', 'sponsor'] } },
			{ type: 'contact.tag-added', subjectId: 'contact_bo', path, data: { tag: 'tag_b' } },
			{ type: 'contact.merged', subjectId: 'contact_old', path, data: { name: 'B. Lind', into: 'contact_bo' } },
		]);
		// pathOf says the same path of the change in the document.
		const paths: string[] = [];
		const other = twice();
		other.getMap('contacts').observeDeep((changes) => changes.forEach((change) => paths.push(...customer.pathOf(change))));
		merge(other, 'contact_old', 'contact_bo');
		expect(paths).toEqual([path]);
	});

	test('separated again, both are as they were', () => {
		const doc = twice();
		const before = people(doc);
		merge(doc, 'contact_old', 'contact_bo');
		const events = told(doc, () => edit(doc, 'separate-contact', { id: 'contact_old' }));
		expect(people(doc)).toEqual(before);
		expect(events.at(0)).toMatchObject({ type: 'contact.field-changed', data: { field: 'phone', from: '+33 1', to: null } });
		expect(events).toContainEqual({ type: 'contact.separated', subjectId: 'contact_old', path: 'contacts/contact_old/mergedInto', data: { name: 'B. Lind', from: 'contact_bo' } });
	});

	test('what somebody apart writes on the one that was merged is not lost', () => {
		const doc = twice();
		const phone = copyOf(doc, 77);
		merge(doc, 'contact_old', 'contact_bo');
		edit(phone, 'set-contact-field', { id: 'contact_old', field: 'title', value: 'CTO' });
		edit(phone, 'add-contact-tag', { id: 'contact_old', tag: 'tag_new' });
		meet(doc, phone);
		expect(person(doc, 'contact_bo')).toMatchObject({ title: 'CTO', tags: ['tag_b', 'tag_new', 'tag_vip'] });
	});

	test('what is emptied or taken stays so; a merged id means the survivor', () => {
		const doc = twice();
		merge(doc, 'contact_old', 'contact_bo');
		edit(doc, 'set-contact-field', { id: 'contact_old', field: 'phone', value: null });
		edit(doc, 'set-contact-field', { id: 'contact_old', field: 'title', value: 'CTO' });
		edit(doc, 'set-contact-role', { id: 'contact_bo', role: 'champion', isSet: false });
		edit(doc, 'remove-contact-tag', { id: 'contact_bo', tag: 'tag_vip' });
		expect(person(doc, 'contact_bo')).toMatchObject({ phone: null, title: 'CTO', roles: ['sponsor'], tags: ['tag_b'] });
	});

	test('removing the survivor removes the person; a merge that arrives too late leaves the other there', () => {
		const doc = twice();
		const phone = copyOf(doc, 77);
		merge(doc, 'contact_old', 'contact_bo');
		edit(doc, 'remove-contact', { id: 'contact_bo' });
		expect(people(doc).map(({ id }) => id)).toEqual(['contact_zoe']);
		merge(phone, 'contact_zoe', 'contact_bo');
		meet(doc, phone);
		expect(people(doc).map(({ id }) => id)).toEqual(['contact_zoe']);
	});

	test('nothing happens to who is not there, or is the same already', () => {
		const doc = twice();
		const before = people(doc);
		for (const [id, into] of [['contact_bo', 'contact_bo'], ['contact_gone', 'contact_bo'], ['contact_bo', 'contact_gone']]) merge(doc, id!, into!);
		edit(doc, 'separate-contact', { id: 'contact_gone' });
		expect(people(doc)).toEqual(before);
		merge(doc, 'contact_old', 'contact_bo');
		merge(doc, 'contact_bo', 'contact_old');
		expect(people(doc).map(({ id }) => id)).toEqual(['contact_bo', 'contact_zoe']);
	});

	test('two merged into each other, apart, are separated by one act', () => {
		const doc = twice();
		const phone = copyOf(doc, 77);
		merge(doc, 'contact_old', 'contact_bo');
		merge(phone, 'contact_bo', 'contact_old');
		meet(doc, phone);
		expect(people(doc).map(({ id }) => id)).toEqual(['contact_bo', 'contact_zoe']);
		edit(doc, 'separate-contact', { id: 'contact_old' });
		expect(people(doc).map(({ id, values }) => [id, values.mergedFrom])).toEqual([['contact_bo', []], ['contact_old', []], ['contact_zoe', []]]);
	});

	test('whatever is merged and separated apart, all devices agree, and each contact is of exactly one person', () => {
		const ids = ['a', 'b', 'c', 'd', 'e'].map((name) => `contact_${name}`);
		const act = fc.record({ device: fc.nat(2), what: fc.constantFrom('merge-contacts', 'merge-contacts', 'separate-contact', 'meet'), id: fc.constantFrom(...ids), into: fc.constantFrom(...ids) });
		fc.assert(
			fc.property(fc.array(act, { maxLength: 20 }), (acts) => {
				const first = make('customer', { name: 'Acme', contacts: ids.map((id) => ({ id, name: id, email: `${id}@a.io`, createdAt: at })) });
				const devices = [first, copyOf(first, 11), copyOf(first, 12)] as const;
				for (const { device, what, id, into } of acts)
					if (what === 'meet') meet(...devices);
					else edit(devices[device]!, what, what === 'separate-contact' ? { id } : { id, into });
				meet(...devices);
				for (const device of devices) {
					expect(people(device)).toEqual(people(first));
					expect(people(device).flatMap(({ id, values }) => [id, ...(values.mergedFrom as string[])]).sort()).toEqual(ids);
				}
			}),
			{ numRuns: 200 },
		);
	});
});
