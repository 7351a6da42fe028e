import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import { commentsOf } from '#domain/documents/playbook/comments.ts';
import type { PlaybookDefinition } from '#domain/documents/playbook/definition.ts';
import { difference } from '#domain/documents/playbook/difference.ts';
import { hashOf } from '#domain/documents/playbook/hash.ts';
import { definition } from '#domain/documents/playbook/projection.ts';
import { richText, subjectText } from '#domain/documents/playbook/shape.ts';
import { documentTypes } from '#domain/documents/index.ts';
import { problemsOf } from '#domain/engine/check.ts';
import { at, copyOf, make, meet, playbookEdit as edit } from './make.ts';

const { playbook } = documentTypes;

/** A playbook with one of everything. */
function full(): Y.Doc {
	const doc = make('playbook', { name: 'Onboarding', description: 'First weeks' });
	edit(doc, 'set-trigger', { type: 'stage-changed' });
	edit(doc, 'set-entry', { rule: 'every', days: 90 });
	edit(doc, 'set-filter', { id: 'filters', mode: 'any' });
	edit(doc, 'put-filter', { id: 'k1', kind: 'clause', parent: 'filters', field: 'customer.mrr', operator: 'greater', value: 500 });
	edit(doc, 'put-filter', { id: 'g1', kind: 'group', parent: 'filters', mode: 'all' });
	edit(doc, 'put-filter', { id: 'k2', kind: 'clause', parent: 'g1', field: 'customer.tags', operator: 'any-of', value: ['tag_a'] });
	edit(doc, 'put-filter', { id: 'k0', kind: 'clause', parent: 'filters', after: null, field: 'customer.owner', operator: 'is-not-empty' });
	edit(doc, 'insert-step', { id: 'wait', kind: 'wait', parent: 'root' });
	edit(doc, 'set-step-param', { id: 'wait', param: 'amount', value: 3 });
	edit(doc, 'insert-step', { id: 'split', kind: 'split', parent: 'root', after: 'wait' });
	edit(doc, 'set-branch', { id: 'split_1', name: 'Large' });
	edit(doc, 'add-branch', { id: 'split_2', split: 'split', name: 'Small' });
	edit(doc, 'put-condition', { id: 'k3', kind: 'clause', parent: 'split_1', field: 'customer.mrr', operator: 'greater', value: 1_000 });
	edit(doc, 'insert-step', { id: 'mail', kind: 'action', action: 'send-email', parent: 'split', branch: 'split_1' });
	edit(doc, 'set-step-param', { id: 'mail', param: 'subject', value: 'Hello {{ contact.name }}' });
	edit(doc, 'set-step-param', { id: 'mail', param: 'body', value: '<p>Hi {{ contact.name | default: "there" }}</p>' });
	edit(doc, 'insert-step', { id: 'stop', kind: 'stop', parent: 'split', branch: 'split_else' });
	return doc;
}

describe('the draft as data', () => {
	test('a playbook with one of everything', () => {
		const mail = { recipients: ['champion'], strategy: 'individualised', sender: { kind: 'owner' }, cc: [], bcc: [], subject: 'Hello {{ contact.name }}', body: '<p>Hi {{ contact.name | default: "there" }}</p>' };
		const clause = (id: string, field: string, operator: string, value: unknown) => ({ id, kind: 'clause', field, operator, value });
		expect(definition(full())).toMatchObject({
			name: 'Onboarding',
			description: 'First weeks',
			subject: 'customer',
			trigger: { type: 'stage-changed' },
			entry: { rule: 'every', days: 90 },
			filters: { id: 'filters', kind: 'group', mode: 'any', items: [clause('k0', 'customer.owner', 'is-not-empty', null), clause('k1', 'customer.mrr', 'greater', 500), { id: 'g1', kind: 'group', mode: 'all', items: [clause('k2', 'customer.tags', 'any-of', ['tag_a'])] }] },
			steps: [
				{ id: 'wait', kind: 'wait', params: { mode: 'for', amount: 3, unit: 'days' } },
				{
					id: 'split',
					kind: 'split',
					isMerged: true,
					branches: [
						{ id: 'split_1', name: 'Large', condition: { id: 'split_1', mode: 'all', items: [clause('k3', 'customer.mrr', 'greater', 1_000)] }, steps: [{ id: 'mail', kind: 'action', action: 'send-email', params: mail }] },
						{ id: 'split_2', name: 'Small', condition: { id: 'split_2', items: [] }, steps: [] },
						{ id: 'split_else', condition: null, steps: [{ id: 'stop', kind: 'stop' }] },
					],
				},
			],
		});
	});

	test('its row: hash and number of problems; its one event; nothing without a skeleton', () => {
		const doc = full();
		const rows = playbook.projection(doc);
		expect(rows).toEqual([{ table: 'playbook', id: 'playbook_1', values: { name: 'Onboarding', triggerType: 'stage-changed', draft: definition(doc), draftHash: hashOf(definition(doc)), problems: problemsOf(definition(doc)).length, createdAt: at } }]);
		expect(playbook.events(null, rows)).toEqual([{ path: 'meta', type: 'playbook.created', subjectType: 'playbook', subjectId: 'playbook_1', customerId: null, data: { name: 'Onboarding' } }]);
		expect(playbook.events(rows, rows)).toEqual([]);
		expect(playbook.projection(new Y.Doc())).toEqual([]);
	});

	test('the hash is equal for equal drafts whatever the order of keys, and another for another', () => {
		const one = definition(full());
		expect(hashOf(Object.fromEntries(Object.entries(one).toReversed()) as PlaybookDefinition)).toBe(hashOf(one));
		expect(hashOf({ ...one, name: 'Onboardinh' })).not.toBe(hashOf(one));
		expect(hashOf(one)).toMatch(/^[0-9a-f]{16}$/);
	});

	test('S10 two first edits of trigger, filters and one mail merge; both write in its body', () => {
		const first = make('playbook', { name: 'P' });
		edit(first, 'insert-step', { id: 'mail', kind: 'action', action: 'send-email', parent: 'root' });
		const [one, two] = [copyOf(first), copyOf(first)];
		edit(one, 'set-trigger', { type: 'manual' });
		edit(two, 'set-filter', { id: 'filters', mode: 'any' });
		edit(one, 'put-filter', { id: 'k1', kind: 'clause', parent: 'filters', field: 'customer.name', operator: 'is', value: 'x' });
		edit(two, 'put-filter', { id: 'k2', kind: 'clause', parent: 'filters', field: 'customer.name', operator: 'is', value: 'y' });
		subjectText(one, 'mail')!.insert(0, 'Hi ');
		const paragraph = new Y.XmlElement('paragraph');
		richText(two, 'mail')!.push([paragraph]);
		paragraph.push([new Y.XmlText('Hello')]);
		meet(one, two);
		expect(definition(one)).toEqual(definition(two));
		expect(definition(one)).toMatchObject({ trigger: { type: 'manual' }, filters: { mode: 'any' }, steps: [{ params: { subject: 'Hi ', body: '<p>Hello</p>' } }] });
		expect(definition(one).filters.items.map((item) => item.id).toSorted()).toEqual(['k1', 'k2']);
	});

	test('a clause put into a group that another removed surfaces at the root', () => {
		const [one, two] = [full(), null].map((doc, _, [first]) => doc ?? copyOf(first!)) as [Y.Doc, Y.Doc];
		edit(one, 'remove-filter', { id: 'g1' });
		edit(two, 'put-filter', { id: 'k9', kind: 'clause', parent: 'g1', field: 'customer.name', operator: 'is', value: 'x' });
		meet(one, two);
		expect(definition(two).filters.items.map((item) => item.id)).toEqual(['k0', 'k1', 'k9']);
		expect(definition(two)).toEqual(definition(one));
	});

	test('another trigger begins anew; the same one keeps its params', () => {
		const doc = full();
		edit(doc, 'set-trigger-param', { param: 'to', value: 'stage_live' });
		edit(doc, 'set-trigger', { type: 'stage-changed' });
		expect(definition(doc).trigger!.params).toMatchObject({ to: 'stage_live' });
		edit(doc, 'set-trigger', { type: 'manual' });
		expect(definition(doc).trigger).toEqual({ type: 'manual', params: {} });
	});
});

describe('PB3 a definition written into a document', () => {
	test('a new playbook made from it is the same under its own name', () => {
		const original = definition(full());
		expect(definition(make('playbook', { name: 'Copy', definition: original }, 'playbook_2'))).toEqual({ ...original, name: 'Copy' });
	});

	test('an old version over a draft that went on: the draft is that version, removed steps come back, new ones go', () => {
		const doc = full();
		const version = definition(doc);
		edit(doc, 'remove-step', { id: 'split' });
		edit(doc, 'remove-filter', { id: 'g1' });
		edit(doc, 'insert-step', { id: 'new', kind: 'stop', parent: 'root' });
		edit(doc, 'set-step-param', { id: 'wait', param: 'mode', value: 'until' });
		edit(doc, 'set-step-param', { id: 'mail', param: 'body', value: '<p>Other</p>' });
		edit(doc, 'set-trigger', { type: 'manual' });
		edit(doc, 'restore', { definition: version });
		expect(definition(doc)).toEqual(version);
	});
});

describe('PB3 the difference between versions', () => {
	const before = definition(full());
	test.each<[string, (doc: Y.Doc) => void, object[]]>([
		['nothing', () => undefined, []],
		['a wait', (doc) => edit(doc, 'set-step-param', { id: 'wait', param: 'amount', value: 5 }), [{ at: 'wait', what: 'changed', label: 'amount', from: '3', to: '5' }]],
		['a name and an entry rule', (doc) => (edit(doc, 'set-field', { field: 'name', value: 'B' }), edit(doc, 'set-entry', { rule: 'once' })), [{ at: 'name', what: 'changed', label: 'name', from: 'Onboarding', to: 'B' }, { at: 'entry', what: 'changed', label: 'rule', from: 'every', to: 'once' }, { at: 'entry', what: 'changed', label: 'days', from: '90', to: '' }]],
		['an order', (doc) => edit(doc, 'move-step', { id: 'split', parent: 'root', after: null }), [{ at: 'wait', what: 'moved', label: 'wait' }]],
		['another place', (doc) => edit(doc, 'move-step', { id: 'mail', parent: 'root' }), [{ at: 'mail', what: 'moved', label: 'send-email' }]],
		['a step more and one less', (doc) => (edit(doc, 'insert-step', { id: 'task', kind: 'action', action: 'create-task', parent: 'root' }), edit(doc, 'remove-step', { id: 'stop' })), [{ at: 'task', what: 'added', label: 'create-task' }, { at: 'stop', what: 'removed', label: 'stop' }]],
		['branches', (doc) => (edit(doc, 'add-branch', { id: 'b3', split: 'split', name: 'Tiny' }), edit(doc, 'remove-branch', { id: 'split_2' }), edit(doc, 'set-branch', { id: 'split_1', name: 'Big' })), [{ at: 'split_1', what: 'changed', label: 'name', from: 'Large', to: 'Big' }, { at: 'b3', what: 'added', label: 'branch', to: 'Tiny' }, { at: 'split_2', what: 'removed', label: 'branch', from: 'Small' }]],
	])('%s', (_, change, expected) => {
		const doc = full();
		change(doc);
		expect(difference(before, definition(doc))).toEqual(expected);
	});

	test('a first version: every step is new', () => expect(difference(null, before).map(({ at: step, what }) => `${what} ${step}`)).toEqual(['added wait', 'added split', 'added mail', 'added stop']));
});

test('PB2 comments: replies of two people at once both stay; resolved; removed', () => {
	const one = full();
	edit(one, 'comment', { id: 'c1', step: 'mail', text: ' Shorter? ', author: 'User1', at: 1 });
	const two = copyOf(one);
	edit(one, 'reply', { id: 'r1', comment: 'c1', text: 'Yes', author: 'User1', at: 3 });
	edit(two, 'reply', { id: 'r2', comment: 'c1', text: 'No', author: 'User2', at: 2 });
	edit(two, 'resolve-comment', { id: 'c1' });
	meet(one, two);
	expect(commentsOf(one, 'mail')).toEqual([{ id: 'c1', step: 'mail', text: 'Shorter?', author: 'User1', at: 1, isResolved: true, replies: [{ id: 'r2', text: 'No', author: 'User2', at: 2 }, { id: 'r1', text: 'Yes', author: 'User1', at: 3 }] }]);
	expect(commentsOf(one, 'wait')).toEqual([]);
	edit(one, 'remove-comment', { id: 'c1' });
	expect(commentsOf(one)).toEqual([]);
	expect(() => edit(one, 'comment', { id: 'c2', step: 'mail', text: ' ' })).toThrow(/needs words/);
});

describe('S12 healing', () => {
	test('a name of another kind, entries that are no maps, a mail without its texts; once', () => {
		const doc = full();
		const before = playbook.projection(doc);
		doc.getMap('fields').set('name', null);
		doc.getMap('steps').set('x', 1);
		(doc.getMap('steps').get('mail') as Y.Map<unknown>).delete('body');
		expect(playbook.heal(doc, before).map(({ path, healed }) => ({ path, healed }))).toEqual([
			{ path: 'fields/name', healed: 'Onboarding' },
			{ path: 'steps/x', healed: null },
			{ path: 'steps/mail', healed: 'body, subject' },
		]);
		expect(playbook.heal(doc, before)).toEqual([]);
		expect(richText(doc, 'mail')).toBeInstanceOf(Y.XmlFragment);
	});
	test('a sound draft needs none', () => expect(playbook.heal(full(), null)).toEqual([]));
});
