import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import type { EventDraft, Projection } from '#domain/documents/document-type.ts';
import { documentTypeOf, documentTypes } from '#domain/documents/index.ts';
import { htmlOf } from '#domain/rich-text/html.ts';
import { at, copyOf, customerEdit as edit, make, meet } from './make.ts';

const { customer } = documentTypes;
const day = 86_400_000;
const row = (doc: Y.Doc, table = 'customer') => customer.projection(doc).find((one) => one.table === table)!.values;
/** The events between two states of a document. */
const told = (doc: Y.Doc, change: () => void): EventDraft[] => {
	const before = customer.projection(doc);
	change();
	return customer.events(before, customer.projection(doc));
};
const acme = () =>
	make('customer', {
		name: ' Acme ',
		domain: 'acme.io',
		externalId: '',
		stage: 'stage_new',
		owner: 'User1',
		tags: ['tag_b', 'tag_a'],
		team: ['User1'],
		custom: { f_plan: 'Pro', f_none: null },
		contacts: [{ id: 'contact_1', name: 'Bo', email: 'bo@acme.io', roles: ['sponsor'], tags: ['tag_vip'], custom: { f_lang: 'fr' } }],
		agreements: [{ id: 'agreement_1', name: 'Base', status: 'ACTIVE', mrr: 100.1, endAt: at, noticeDays: 30, isTacit: true }],
		focusAreas: ['Grow in Lyon'],
	});

describe('S10 a new customer', () => {
	test('its seed is its rows, its rich text and its meta', () => {
		const doc = acme();
		expect(customer.projection(doc)).toEqual([
			{ table: 'customer', id: 'customer_1', values: { name: 'Acme', domain: 'acme.io', externalId: null, parentId: null, stage: 'stage_new', owner: 'User1', tags: ['tag_a', 'tag_b'], team: ['User1'], custom: { f_plan: 'Pro' }, mrr: 100.1, renewalAt: at - 30 * day, createdAt: at } },
			{ table: 'contact', id: 'contact_1', values: { customerId: 'customer_1', name: 'Bo', email: 'bo@acme.io', phone: null, title: null, roles: ['sponsor'], tags: ['tag_vip'], custom: { f_lang: 'fr' }, createdAt: at, mergedFrom: [] } },
			{ table: 'agreement', id: 'agreement_1', values: { customerId: 'customer_1', name: 'Base', status: 'ACTIVE', mrr: 100.1, startAt: null, endAt: at, noticeDays: 30, isTacit: true } },
		]);
		expect(htmlOf(doc.getXmlFragment('focusAreas'))).toBe('<p>Grow in Lyon</p>');
		expect(doc.getMap('meta').toJSON()).toEqual({ type: 'customer', schemaVersion: 1, id: 'customer_1', workspace: 'w1', createdAt: at });
	});

	test('one event tells of it, with its name; a document without its skeleton has no rows and no events', () => {
		expect(customer.events(null, customer.projection(acme()))).toEqual([{ path: 'meta', type: 'customer.created', subjectType: 'customer', subjectId: 'customer_1', customerId: 'customer_1', data: { name: 'Acme' } }]);
		expect(customer.projection(new Y.Doc())).toEqual([]);
		expect(customer.events(null, [])).toEqual([]);
		expect(customer.heal(new Y.Doc(), null)).toEqual([]);
	});

	test('the type of a document is known by its id (S2)', () => {
		expect(documentTypeOf('customer_x')).toBe(customer);
		expect(documentTypeOf('playbook_x')).toBe(documentTypes.playbook);
		for (const id of ['', 'customer', 'nothing_1', 'constructor_1', '_']) expect(documentTypeOf(id)).toBeNull();
	});
});

describe('S11 each edit changes its rows and is told as its event, at the path that its author is known by', () => {
	const about = { subjectType: 'customer', subjectId: 'customer_1', customerId: 'customer_1' };
	const contact = { ...about, subjectType: 'contact', subjectId: 'contact_1' };
	const agreement = { ...about, subjectType: 'agreement', subjectId: 'agreement_1' };
	test.each<[string, unknown, object | null]>([
		['set-field', { field: 'name', value: 'Acme SA' }, { ...about, path: 'fields/name', type: 'customer.field-changed', data: { field: 'name', from: 'Acme', to: 'Acme SA' } }],
		['set-field', { field: 'stage', value: 'stage_live' }, { ...about, path: 'fields/stage', type: 'customer.stage-changed', data: { field: 'stage', from: 'stage_new', to: 'stage_live' } }],
		['set-field', { field: 'owner', value: null }, { ...about, path: 'fields/owner', type: 'customer.owner-changed', data: { field: 'owner', from: 'User1', to: null } }],
		['set-field', { field: 'domain', value: ' ' }, { ...about, path: 'fields/domain', type: 'customer.field-changed', data: { field: 'domain', from: 'acme.io', to: null } }],
		['set-field', { field: 'f_seats', value: 12 }, { ...about, path: 'fields/f_seats', type: 'customer.field-changed', data: { field: 'f_seats', from: null, to: 12 } }],
		['set-field', { field: 'f_plan', value: null }, { ...about, path: 'fields/f_plan', type: 'customer.field-changed', data: { field: 'f_plan', from: 'Pro', to: null } }],
		['set-field', { field: 'name', value: 'Acme' }, null],
		['add-tag', { tag: 'tag_c' }, { ...about, path: 'tags/tag_c', type: 'customer.tag-added', data: { tag: 'tag_c' } }],
		['add-tag', { tag: 'tag_a' }, null],
		['remove-tag', { tag: 'tag_a' }, { ...about, path: 'tags/tag_a', type: 'customer.tag-removed', data: { tag: 'tag_a' } }],
		['remove-tag', { tag: 'tag_z' }, null],
		['add-team-member', { userId: 'User2' }, { ...about, path: 'team', type: 'customer.team-changed', data: { field: 'team', from: ['User1'], to: ['User1', 'User2'] } }],
		['remove-team-member', { userId: 'User1' }, { ...about, path: 'team', type: 'customer.team-changed', data: { field: 'team', from: ['User1'], to: [] } }],
		['put-contact', { id: 'contact_2', name: 'Al', email: null }, { ...contact, subjectId: 'contact_2', path: 'contacts/contact_2', type: 'contact.created', data: { name: 'Al' } }],
		['put-contact', { id: 'contact_1', name: 'Bo', email: 'bo@acme.io', roles: ['sponsor'] }, null],
		['set-contact-field', { id: 'contact_1', field: 'email', value: 'b@acme.io' }, { ...contact, path: 'contacts/contact_1/email', type: 'contact.field-changed', data: { field: 'email', from: 'bo@acme.io', to: 'b@acme.io' } }],
		['set-contact-field', { id: 'contact_1', field: 'f_lang', value: 'en' }, { ...contact, path: 'contacts/contact_1/f_lang', type: 'contact.field-changed', data: { field: 'f_lang', from: 'fr', to: 'en' } }],
		['set-contact-role', { id: 'contact_1', role: 'champion', isSet: true }, { ...contact, path: 'contacts/contact_1/roles', type: 'contact.role-changed', data: { field: 'roles', from: ['sponsor'], to: ['champion', 'sponsor'] } }],
		['add-contact-tag', { id: 'contact_1', tag: 'tag_x' }, { ...contact, path: 'contacts/contact_1/tag:tag_x', type: 'contact.tag-added', data: { tag: 'tag_x' } }],
		['remove-contact-tag', { id: 'contact_1', tag: 'tag_vip' }, { ...contact, path: 'contacts/contact_1/tag:tag_vip', type: 'contact.tag-removed', data: { tag: 'tag_vip' } }],
		['remove-contact', { id: 'contact_1' }, { ...contact, path: 'contacts/contact_1', type: 'contact.removed', data: { name: 'Bo' } }],
		['put-agreement', { id: 'agreement_2', name: 'More' }, { ...agreement, subjectId: 'agreement_2', path: 'agreements/agreement_2', type: 'agreement.created', data: { name: 'More' } }],
		['set-agreement-field', { id: 'agreement_1', field: 'noticeDays', value: 60 }, { ...agreement, path: 'agreements/agreement_1/noticeDays', type: 'agreement.changed', data: { field: 'noticeDays', from: 30, to: 60 } }],
		['remove-agreement', { id: 'agreement_1' }, { ...agreement, path: 'agreements/agreement_1', type: 'agreement.removed', data: { name: 'Base' } }],
		['set-contact-field', { id: 'gone', field: 'name', value: 'x' }, null],
		['set-contact-role', { id: 'gone', role: 'sponsor', isSet: true }, null],
		['add-contact-tag', { id: 'gone', tag: 'tag_x' }, null],
		['set-agreement-field', { id: 'gone', field: 'mrr', value: 2 }, null],
		['remove-contact', { id: 'gone' }, null],
	])('%s %j', (name, args, event) => {
		const doc = acme();
		const paths = new Set<string>();
		for (const root of ['fields', 'tags', 'team', 'contacts', 'agreements']) doc.getMap(root).observeDeep((changes) => changes.forEach((change) => customer.pathOf(change).forEach((path) => paths.add(path))));
		const events = told(doc, () => edit(doc, name, args));
		expect(events).toEqual(event === null ? [] : [event]);
		// Whoever wrote it is found by the same path; an edit that changes nothing writes nothing.
		for (const { path } of events) expect([...paths]).toContain(path);
		if (event === null) expect([...paths]).toEqual([]);
	});

	test.each<[string, unknown, RegExp]>([
		['set-field', { field: 'nme', value: 'x' }, /no field "nme"/],
		['set-field', { field: 'constructor', value: 'x' }, /no field/],
		['set-field', { field: 'name', value: '  ' }, /name:/],
		['set-field', { field: 'mrr', value: 3 }, /no field/],
		['set-field', { field: 'f_x', value: Number.NaN }, /f_x:/],
		['set-contact-field', { id: 'contact_1', field: 'email', value: 'bo at acme' }, /looks like name@company.com/],
		['set-agreement-field', { id: 'agreement_1', field: 'status', value: 'MAYBE' }, /status:/],
		['set-contact-role', { id: 'contact_1', role: 'boss', isSet: true }, /boss/],
		['put-contact', { id: 'Contact 1', name: 'x' }, /id is made of/],
		['put-contact', { id: 'contact_9', name: 'x', custom: { plan: 1 } }, /f_/],
	])('%s %j is refused before anything is written, and says why', (name, args, reason) => {
		const doc = acme();
		const before = Y.encodeStateVector(doc);
		expect(() => edit(doc, name, args)).toThrow(reason);
		expect(Y.encodeStateVector(doc)).toEqual(before);
	});
});

test.each<[string, object[], number, number | null]>([
	['none', [], 0, null],
	['only active ones count', [{ status: 'PENDING', mrr: 5, endAt: at }, { status: 'FINISHED', mrr: 7, endAt: at }], 0, null],
	['the sum has no rounding dust', [{ status: 'ACTIVE', mrr: 0.1 }, { status: 'ACTIVE', mrr: 0.2 }], 0.3, null],
	['the earliest renewal; tacit = end less notice', [{ status: 'ACTIVE', mrr: 1, endAt: at, noticeDays: 90 }, { status: 'ACTIVE', mrr: 1, endAt: at + 20 * day, noticeDays: 30, isTacit: true }], 2, at - 10 * day],
])('CU7 MRR and renewal: %s', (_, agreements, mrr, renewalAt) => {
	const doc = make('customer', { name: 'A', agreements: agreements.map((one, n) => ({ id: `agreement_${n}`, name: 'x', ...one })) });
	expect(row(doc)).toMatchObject({ mrr, renewalAt });
});

test('S10 two people who change one contact in different ways both keep their change; a removal wins', () => {
	const one = acme();
	const two = copyOf(one);
	edit(one, 'set-contact-role', { id: 'contact_1', role: 'champion', isSet: true });
	edit(one, 'set-field', { field: 'f_a', value: 'one' });
	edit(two, 'set-contact-field', { id: 'contact_1', field: 'title', value: 'CEO' });
	edit(two, 'set-field', { field: 'f_b', value: 'two' });
	meet(one, two);
	expect(customer.projection(one)).toEqual(customer.projection(two));
	expect(row(one, 'contact')).toMatchObject({ roles: ['champion', 'sponsor'], title: 'CEO' });
	expect(row(one).custom).toMatchObject({ f_a: 'one', f_b: 'two' });
	edit(one, 'remove-contact', { id: 'contact_1' });
	edit(two, 'set-contact-field', { id: 'contact_1', field: 'title', value: 'CFO' });
	meet(one, two);
	expect(customer.projection(two).some((one) => one.table === 'contact')).toBe(false);
});

describe('S12 healing', () => {
	test.each<[string, (doc: Y.Doc) => void, { path: string; healed: unknown }[]]>([
		['a name of another kind: the last one', (doc) => doc.getMap('fields').set('name', 7), [{ path: 'fields/name', healed: 'Acme' }]],
		['a name deleted', (doc) => doc.getMap('fields').delete('name'), [{ path: 'fields/name', healed: 'Acme' }]],
		['a custom field that is a type', (doc) => doc.getMap('fields').set('f_plan', new Y.Text('x')), [{ path: 'fields/f_plan', healed: 'Pro' }]],
		['a contact that is not a map', (doc) => doc.getMap('contacts').set('c9', 'x'), [{ path: 'contacts/c9', healed: null }]],
		['an address of no form', (doc) => (doc.getMap('contacts').get('contact_1') as Y.Map<unknown>).set('email', 'x'), [{ path: 'contacts/contact_1/email', healed: 'bo@acme.io' }]],
		['a status we do not know', (doc) => (doc.getMap('agreements').get('agreement_1') as Y.Map<unknown>).set('status', 1), [{ path: 'agreements/agreement_1/status', healed: 'ACTIVE' }]],
		['S15 a field of a newer version is left alone', (doc) => doc.getMap('fields').set('mood', 'good'), []],
	])('%s', (_, harm, expected) => {
		const doc = acme();
		const before: Projection = customer.projection(doc);
		harm(doc);
		expect(customer.heal(doc, before).map(({ path, healed }) => ({ path, healed }))).toEqual(expected);
		expect(customer.projection(doc)).toEqual(before);
		expect(customer.heal(doc, before)).toEqual([]);
	});

	test('without a last value: the blank', () => {
		const doc = acme();
		doc.getMap('fields').set('owner', { no: 'user' });
		expect(customer.heal(doc, null)).toEqual([{ path: 'fields/owner', found: { no: 'user' }, healed: null }]);
	});

	test('whatever stands in it: the projection is total, healing ends, and what is healed stays so', () => {
		const root = fc.constantFrom('fields', 'tags', 'team', 'contacts', 'agreements');
		const key = fc.constantFrom('name', 'stage', 'owner', 'f_x', 'contact_1', 'agreement_1', 'zzz');
		fc.assert(
			fc.property(fc.array(fc.tuple(root, key, fc.constantFrom('email', 'name', 'mrr', 'endAt', 'f_y'), fc.boolean(), fc.jsonValue()), { maxLength: 8 }), (writes) => {
				const doc = acme();
				for (const [rootName, name, inner, isNested, value] of writes) {
					const found = doc.getMap(rootName).get(name);
					if (isNested && found instanceof Y.Map) found.set(inner, value);
					else doc.getMap(rootName).set(name, value);
				}
				customer.heal(doc, null);
				expect(customer.heal(doc, null)).toEqual([]);
				const rows = customer.projection(doc);
				expect(rows[0]!.values.name).toEqual(expect.any(String));
				for (const { table, values } of rows) if (table === 'agreement') expect(values.mrr).toEqual(expect.any(Number));
				// Told against itself, nothing happened.
				expect(customer.events(rows, rows)).toEqual([]);
			}),
		);
	}, 60_000);
});
