import { readdirSync } from 'node:fs';
import { safeParse } from 'valibot';
import { describe, expect, it } from 'vitest';
import type { IntentRequest, Plan } from '#domain/actions/action.ts';
import { actions } from '#domain/actions/index.ts';
import type { Facts } from '#domain/engine/facts.ts';
import { factsOf, noon } from '../facts.ts';

/** Plans with the parameters as the schema reads them; unfinished ones give the failing parameters. */
function plan(type: string, change: Record<string, unknown>, facts: Facts = factsOf()): Plan | { unfinished: unknown[] } {
	const action = actions[type]!;
	const parsed = safeParse(action.schema, { ...action.initial(), ...change });
	return parsed.success ? action.plan(parsed.output, facts, noon) : { unfinished: [...new Set(parsed.issues.map((issue) => issue.path?.[0]?.key))] };
}
const requests = (planned: ReturnType<typeof plan>) => ('intents' in planned ? planned.intents.map(({ request }) => request as IntentRequest & Record<string, unknown>) : planned);
const owner = null;

describe('the registry', () => {
	it('has every action’s file, under its type', () => {
		const shared = ['index', 'action', 'mail-to-contacts', 'people', 'recipients', 'render-all'];
		const files = readdirSync('src/domain/actions').map((file) => file.replace('.ts', '')).filter((name) => !shared.includes(name));
		expect(Object.keys(actions).sort()).toEqual(files.sort());
		for (const [type, action] of Object.entries(actions)) expect(action.type).toBe(type);
	});
	it('a form shows the parameters of a new step, each with a control and a label', () => {
		for (const { schema, initial } of Object.values(actions)) {
			const { entries } = schema as unknown as { entries: Record<string, { pipe: { type: string; metadata?: unknown }[] }> };
			expect(Object.keys(initial()).sort()).toEqual(Object.keys(entries).sort());
			for (const entry of Object.values(entries)) expect(entry.pipe.find(({ type }) => type === 'metadata')?.metadata).toMatchObject({ control: expect.any(String), label: expect.stringMatching(/^param_/) });
		}
	});
	it('R10: the same truth gives the same intents', () => {
		const change = { subject: 'Hi {{ contact.firstName }}', body: '<p>x</p>', recipients: ['all'] };
		expect(plan('send-email', change)).toEqual(plan('send-email', change));
	});
});

describe('AC1: change customer', () => {
	const edits = (change: object, facts?: Facts) => {
		const [request] = requests(plan('change-customer', { set: [], ...change }, facts)) as { edits: unknown; document: string }[];
		return [request?.document, request?.edits];
	};
	it('sets fields and tags by edits of its document, in order', () =>
		expect(edits({ set: [{ field: 'stage', value: 'stage_live' }, { field: 'f_seats', value: 30 }, { field: 'customer.owner', value: null }, { field: 'f_goal', value: '' }, { field: 'f_kickoff', value: '2026-03-30' }], addTags: ['tag_cold'], removeTags: ['tag_hot'] })).toEqual([
			'customer_acme',
			[
				{ edit: 'set-field', args: { field: 'stage', value: 'stage_live' } },
				{ edit: 'set-field', args: { field: 'f_seats', value: 30 } },
				{ edit: 'set-field', args: { field: 'owner', value: null } },
				{ edit: 'set-field', args: { field: 'f_goal', value: null } },
				{ edit: 'set-field', args: { field: 'f_kickoff', value: Date.parse('2026-03-29T22:00:00Z') } },
				{ edit: 'add-tag', args: { tag: 'tag_cold' } },
				{ edit: 'remove-tag', args: { tag: 'tag_hot' } },
			],
		]));
	it.each([
		[{ set: [{ field: 'stage', value: 'stage_gone' }] }, 'unknown-stage'],
		[{ set: [{ field: 'owner', value: 'user_gone' }] }, 'unknown-user'],
		[{ set: [{ field: 'f_engineer', value: 'user_gone' }] }, 'unknown-user'],
		[{ set: [{ field: 'f_gone', value: 1 }] }, 'unknown-field'],
		[{ set: [{ field: 'mrr', value: 1 }] }, 'unknown-field'],
		[{ set: [{ field: 'f_plan', value: 'gold' }] }, 'unknown-option'],
		[{ set: [{ field: 'name', value: null }] }, 'blank-name'],
		[{ addTags: ['tag_vip'] }, 'unknown-tag'],
	])('refuses %j: %s', (change, code) => expect(plan('change-customer', { set: [], ...change })).toMatchObject({ refusal: { code } }));
	it('is unfinished without a change', () => expect(plan('change-customer', { set: [] })).toEqual({ unfinished: ['set'] }));
});

describe('AC2: change contact tag', () => {
	it('by role, one edit for each contact and tag', () =>
		expect(requests(plan('change-contact-tag', { contacts: ['champion'], addTags: ['tag_vip'] }))).toEqual([
			{ kind: 'document-edit', document: 'customer_acme', edits: [{ edit: 'add-contact-tag', args: { id: 'c_mia', tag: 'tag_vip' } }, { edit: 'add-contact-tag', args: { id: 'c_zed', tag: 'tag_vip' } }] },
		]));
	it('the triggering contact', () =>
		expect(requests(plan('change-contact-tag', { contacts: ['triggering'], removeTags: ['tag_vip'] }, factsOf({ event: { type: 'contact.created', at: noon, subjectId: 'c_tom', data: {} } })))).toEqual([
			{ kind: 'document-edit', document: 'customer_acme', edits: [{ edit: 'remove-contact-tag', args: { id: 'c_tom', tag: 'tag_vip' } }] },
		]));
	it('the triggering contact, by the name of whom it was merged into since (CU5)', () => {
		const facts = factsOf({ event: { type: 'contact.created', at: noon, subjectId: 'c_tommy', data: {} } });
		const contacts = facts.contacts.map((contact) => (contact.id === 'c_tom' ? { ...contact, mergedFrom: ['c_tommy'] } : contact));
		expect(requests(plan('change-contact-tag', { contacts: ['triggering'], removeTags: ['tag_vip'] }, { ...facts, contacts }))).toEqual(
			requests(plan('change-contact-tag', { contacts: ['triggering'], removeTags: ['tag_vip'] }, factsOf({ event: { type: 'contact.created', at: noon, subjectId: 'c_tom', data: {} } }))),
		);
	});
	it('nobody to tag is nothing to do', () => expect(plan('change-contact-tag', { contacts: ['triggering'], addTags: ['tag_vip'] })).toEqual({ intents: [], notes: { contacts: 0 } }));
	it('refuses a tag that is gone, or none', () => {
		expect(plan('change-contact-tag', { addTags: ['tag_hot'] })).toEqual({ refusal: { code: 'unknown-tag', detail: { tag: 'tag_hot' } } });
		expect(plan('change-contact-tag', {})).toEqual({ unfinished: ['addTags'] });
	});
});

describe('AC3: create task', () => {
	const task = { title: 'Call {{ customer.name }}', description: 'Ask {{ contact.name | default: "them" }}' };
	it.each([
		['the owner', { kind: 'owner' }, ['user_ann'], null],
		['chosen people', { kind: 'users', ids: ['user_bo', 'user_ann', 'user_gone'] }, ['user_bo', 'user_ann'], null],
		['the person in a field', { kind: 'field', field: 'customer.f_engineer' }, ['user_bo'], null],
		['a team', { kind: 'team', team: 'team_care' }, ['user_bo'], 'team_care'],
	])('for %s', (_, assignees, users, teamId) =>
		expect(requests(plan('create-task', { ...task, assignees }))).toEqual([
			{ kind: 'task', title: 'Call Acme & Sons', description: 'Ask them', assignees: users, teamId, dueAt: Date.parse('2026-03-20T22:59:59.999Z'), customerId: 'customer_acme' },
		]));
	it.each([
		[0, '2026-03-18T22:59:59.999Z'],
		[3, '2026-03-23T22:59:59.999Z'],
		[10, '2026-04-01T21:59:59.999Z'],
		[null, null],
	])('due in %s business days: %s, the end of the day', (dueInDays, due) => expect(requests(plan('create-task', { ...task, dueInDays }))).toMatchObject([{ dueAt: due && Date.parse(due) }]));
	it('waits when asked', () => {
		expect(plan('create-task', { ...task, isWaiting: true })).toMatchObject({ isWaiting: true });
		expect(plan('create-task', task)).toMatchObject({ isWaiting: false });
	});
	it('refuses without anybody, and without a title', () => {
		expect(plan('create-task', task, factsOf({ owner }))).toEqual({ refusal: { code: 'no-assignee' } });
		expect(plan('create-task', { ...task, title: '{{ contact.name }}' })).toEqual({ refusal: { code: 'blank-title' } });
		expect(plan('create-task', { ...task, title: '{{ x | nope }}' })).toMatchObject({ refusal: { code: 'bad-liquid', detail: { param: 'title' } } });
		expect(plan('create-task', { title: ' ', assignees: { kind: 'users', ids: [] } })).toEqual({ unfinished: ['title', 'assignees'] });
	});
});

describe('AC6: send email', () => {
	const mail = { subject: 'Hi {{ contact.firstName | default: "all" }}', body: '<p>Dear {{ contact.name | default: &quot;all&quot; }},</p><p>{{ customer.name }}</p>', recipients: ['all'] };
	it('EM1, EM2, EM3: one each, from the owner, without those who have no address', () => {
		const planned = plan('send-email', { ...mail, cc: ['boss@cs.example'] });
		expect(planned).toMatchObject({ notes: { without: ['Zed Null'] } });
		expect(requests(planned)).toEqual([
			{
				kind: 'mail', mailKind: 'automatic', from: { name: 'Ann Smith', email: 'ann@cs.example' }, replyTo: 'ann@cs.example', to: ['mia@customer.example'], cc: ['boss@cs.example'], bcc: [], subject: 'Hi Mia',
				html: '<p>Dear Mia &quot;M&quot; O’Neil &lt;CEO&gt;,</p><p>Acme &amp; Sons</p>', text: 'Dear Mia "M" O’Neil <CEO>,\n\nAcme & Sons', customerId: 'customer_acme',
			},
			expect.objectContaining({ to: ['tom@customer.example'], subject: 'Hi Tom' }),
		]);
		expect('intents' in planned && planned.intents.map(({ part }) => part)).toEqual([0, 1]);
	});
	it('AC7: after validation, the same mails for the same people to read first; recipients may be left to them', () => {
		const planned = plan('send-email-after-validation', mail);
		expect(requests(planned)).toEqual((requests(plan('send-email', mail)) as object[]).map((request) => ({ ...request, mailKind: 'validated' })));
		expect('intents' in planned && planned.intents.map(({ review }) => review)).toEqual([{ assignees: ['user_ann'], teamId: null }, { assignees: ['user_ann'], teamId: null }]);
		expect(requests(plan('send-email-after-validation', { ...mail, choosesRecipients: true }))).toMatchObject([{ to: [], subject: 'Hi all' }]);
		expect(plan('send-email-after-validation', { ...mail, recipients: [] })).toEqual({ unfinished: ['recipients'] });
		expect(plan('send-email-after-validation', mail, factsOf({ owner }))).toEqual({ refusal: { code: 'no-assignee' } });
	});
	it('EM3: grouped is one mail to all, to nobody by name', () =>
		expect(requests(plan('send-email', { ...mail, strategy: 'grouped' }))).toMatchObject([{ to: ['mia@customer.example', 'tom@customer.example'], subject: 'Hi all', text: 'Dear all,\n\nAcme & Sons' }]));
	it('EM3: grouped to one speaks to that one', () => expect(requests(plan('send-email', { ...mail, strategy: 'grouped', recipients: ['sponsor'] }))).toMatchObject([{ subject: 'Hi Tom' }]));
	it.each([
		[['champion'], ['mia@customer.example']],
		[['sponsor'], ['tom@customer.example']],
		[['key-user', 'sponsor'], ['tom@customer.example']],
		[['champion', 'key-user'], ['mia@customer.example', 'tom@customer.example']],
	])('EM1: %j', (recipients, to) => expect((requests(plan('send-email', { ...mail, recipients })) as { to: string[] }[]).flatMap((request) => request.to)).toEqual(to));
	it.each([
		[{ kind: 'user', id: 'user_bo' }, 'bo@cs.example'],
		[{ kind: 'field', field: 'f_engineer' }, 'bo@cs.example'],
	])('EM2: from %j', (sender, email) => expect(requests(plan('send-email', { ...mail, sender }))).toMatchObject([{ from: { email }, replyTo: email }, {}]));
	it.each([
		['no-recipients', { recipients: ['end-user'] }, factsOf(), { without: 'Zed Null' }],
		['no-recipients', { recipients: ['triggering'] }, factsOf(), undefined],
		['no-sender', {}, factsOf({ owner }), undefined],
		['no-sender', { sender: { kind: 'user', id: 'user_gone' } }, factsOf(), undefined],
		['blank-subject', { subject: '{{ contact.phone }}' }, factsOf(), { contact: 'Mia "M" O’Neil <CEO>' }],
	])('refuses: %s', (code, change, facts, detail) => expect(plan('send-email', { ...mail, ...change }, facts)).toEqual({ refusal: detail ? { code, detail } : { code } }));
	it('is unfinished without subject, body or recipients, or with a bad address', () => {
		expect(plan('send-email', {})).toEqual({ unfinished: ['subject', 'body'] });
		expect(plan('send-email', { ...mail, body: '<p> </p>', recipients: [], cc: ['not an address'] })).toEqual({ unfinished: ['recipients', 'body', 'cc'] });
	});
	it('a line break in a value can’t reach the headers', () => expect(requests(plan('send-email', { ...mail, subject: 'Hi {{ customer.name }}' }, factsOf({ customer: { name: 'A\r\nBcc: x@y.example' } })))).toMatchObject([{ subject: 'Hi A Bcc: x@y.example' }, {}]));
});

describe('AC8: send internal email', () => {
	const mail = { subject: '{{ customer.name }} is live', body: '<p>Hurray</p>' };
	it('to people and addresses, each once', () =>
		expect(requests(plan('send-internal-email', { ...mail, people: { kind: 'users', ids: ['user_bo'] }, addresses: ['bo@cs.example', 'all@out.example'] }))).toEqual([
			{ kind: 'mail', mailKind: 'internal', from: null, replyTo: null, to: ['bo@cs.example', 'all@out.example'], cc: [], bcc: [], subject: 'Acme & Sons is live', html: '<p>Hurray</p>', text: 'Hurray', customerId: 'customer_acme' },
		]));
	it('addresses alone are enough, nobody at all is unfinished', () => {
		expect(requests(plan('send-internal-email', { ...mail, people: { kind: 'users', ids: [] }, addresses: ['a@b.example'] }))).toMatchObject([{ to: ['a@b.example'] }]);
		expect(plan('send-internal-email', { ...mail, people: { kind: 'users', ids: [] } })).toEqual({ unfinished: ['people'] });
		expect(plan('send-internal-email', mail, factsOf({ owner }))).toEqual({ refusal: { code: 'no-recipients' } });
	});
});

describe('AC10: call webhook', () => {
	const hook = { url: 'https://x.example/hooks/{{ customer.name }}?v=1', headers: [{ name: 'X-Key', value: '{{ customer.id }}' }], body: '{ "name": "{{ customer.f_goal }}", "mrr": {{ customer.mrr }} }' };
	it('renders url, headers and body', () =>
		expect(requests(plan('call-webhook', hook, factsOf({ customer: { f_goal: 'say "hi"\n' } })))).toEqual([
			{ kind: 'webhook', method: 'POST', url: 'https://x.example/hooks/Acme%20%26%20Sons?v=1', headers: { 'content-type': 'application/json', 'x-key': 'customer_acme' }, body: '{ "name": "say \\"hi\\"\\n", "mrr": 1200 }' },
		]));
	it('GET has no body, nor content type', () => expect(requests(plan('call-webhook', { ...hook, method: 'GET', headers: [] }))).toMatchObject([{ method: 'GET', body: null, headers: {} }]));
	it('refuses what is not JSON after rendering', () => {
		expect(plan('call-webhook', { ...hook, body: '{ "mrr": {{ customer.parentId }} }' })).toMatchObject({ refusal: { code: 'bad-json', detail: { body: '{ "mrr":  }' } } });
		expect(requests(plan('call-webhook', { ...hook, body: '' }))).toMatchObject([{ body: null }]);
	});
	it('a header value can’t add a header', () => expect(requests(plan('call-webhook', { ...hook, headers: [{ name: 'x-goal', value: '{{ customer.f_goal }}' }] }, factsOf({ customer: { f_goal: 'a\r\nx-evil: 1' } })))).toMatchObject([{ headers: { 'x-goal': 'a x-evil: 1' } }]));
	it.each(['', 'ftp://x.example', 'javascript:alert(1)', 'https://{{ customer.domain }}/x', 'https://a@b.example/', '{{ customer.domain }}', 'https:///x'])('refuses the url %s', (url) => expect(plan('call-webhook', { ...hook, url })).toEqual({ unfinished: ['url'] }));
	it.each(['bad name', '', 'Host', 'webhook-signature', 'Idempotency-Key'])('refuses the header %s', (name) => expect(plan('call-webhook', { ...hook, headers: [{ name, value: 'x' }] })).toEqual({ unfinished: ['headers'] }));
	it('gives the response to later steps, its JSON read', () => {
		const { output } = actions['call-webhook']!;
		expect(output!([{ status: 200, body: '{"score":7}' }])).toEqual({ status: 200, body: { score: 7 } });
		expect(output!([{ status: 200, body: 'ok' }])).toEqual({ status: 200, body: 'ok' });
		expect(output!([])).toBeNull();
	});
});

describe('AC12: run playbook', () => {
	it('starts it on the same record', () => expect(plan('run-playbook', { playbook: 'playbook_b' })).toEqual({ intents: [{ part: 0, request: { kind: 'run', playbookId: 'playbook_b', subjectId: 'customer_acme' } }], isWaiting: false }));
	it('is unfinished without one', () => expect(plan('run-playbook', {})).toEqual({ unfinished: ['playbook'] }));
});

it('what a step names of the workspace', () => {
	const references = (type: string, change: object) => actions[type]!.references!({ ...actions[type]!.initial(), ...change }).map(({ kind, id, param }) => `${param}: ${kind} ${id}`);
	expect(references('change-customer', { set: [{ field: 'stage', value: 's' }, { field: 'owner', value: 'u' }, { field: 'f_x', value: 1 }], addTags: ['t'], removeTags: ['v'] })).toEqual([
		'set: customer-field stage', 'set: customer-field owner', 'set: customer-field f_x', 'set: stage s', 'set: user u', 'set: value 1', 'addTags: customer-tag t', 'removeTags: customer-tag v',
	]);
	expect(references('change-contact-tag', { addTags: ['t'] })).toEqual(['addTags: contact-tag t']);
	expect(references('create-task', { assignees: { kind: 'team', team: 't' } })).toEqual(['assignees: team t']);
	expect(references('send-email', { sender: { kind: 'field', field: 'customer.f_e' } })).toEqual(['sender: user-field f_e']);
	expect(references('send-internal-email', { people: { kind: 'users', ids: ['u'] } })).toEqual(['people: user u']);
	expect(references('run-playbook', { playbook: 'p' })).toEqual(['playbook: playbook p']);
});
