/** Every screen of the app with something on it: what tests of phones and of accessibility walk through. */
import { until, type Place } from './people.ts';

export interface Screen {
	name: string;
	path: string;
}

/** Fills the place with the demo book, a task, a playbook that ran, waits and failed, a mail to validate, a template, a page from it and a saved view; returns the screens that show them. */
export async function furnish(place: Place): Promise<Screen[]> {
	const { owner } = place;
	await place.loadDemo();
	const customers = (await owner.rows('customer')).toSorted((a, b) => a.name.localeCompare(b.name));
	const [first, second] = [customers[0]!, customers[1]!];
	await owner.command('create-task', { id: `task_${crypto.randomUUID().slice(0, 18)}`, title: 'Send the minutes of Monday’s meeting', customerId: first.id, assignees: [owner.id], dueAt: Date.now() - 86_400_000 });

	const playbookId = 'playbook_welcomes00000000001';
	await owner.command('create-playbook', { id: playbookId, name: 'Welcome a new customer' });
	const insert = (id: string, more: object, after: string | null) => ({ edit: 'insert-step', args: { id, parent: 'root', after, ...more } });
	await place.edit(owner, playbookId, [
		{ edit: 'set-trigger', args: { type: 'manual' } },
		insert('step_mail', { kind: 'action', action: 'send-email', params: { recipients: ['champion'], strategy: 'individualised', sender: { kind: 'owner' }, subject: 'Welcome to {{ customer.name }}', body: '<p>Hello {{ contact.first_name | default: "there" }}</p>', cc: [], bcc: [] } }, null),
		insert('step_task', { kind: 'action', action: 'create-task', params: { title: 'Call {{ customer.name }}', description: '', assignees: { kind: 'owner' }, dueInDays: 2, isWaiting: true } }, 'step_mail'),
		insert('step_hook', { kind: 'action', action: 'call-webhook', params: { method: 'POST', url: 'https://example.invalid/hook', body: '{}' } }, 'step_task'),
	]);
	await owner.command('publish-playbook', { playbookId, note: 'The first' });
	await owner.command('activate-playbook', { playbookId, version: 1 });
	await owner.command('start-run', { playbookId, customerIds: [first.id, second.id] });
	const runs = await until('two runs that wait for their task', async () => {
		await place.stack.tick();
		return (await owner.rows('run')).filter((run) => run.state === 'waiting');
	}, { isEnough: (found) => found.length === 2 });

	const thanksId = 'playbook_thanks0000000000001';
	await owner.command('create-playbook', { id: thanksId, name: 'Thank for the renewal' });
	await place.edit(owner, thanksId, [
		{ edit: 'set-trigger', args: { type: 'manual' } },
		insert('step_word', { kind: 'action', action: 'send-email-after-validation', params: { assignees: { kind: 'users', ids: [owner.id] }, choosesRecipients: false, recipients: ['champion'], strategy: 'individualised', sender: { kind: 'owner' }, subject: 'Thank you, {{ customer.name }}', body: '<p>Hello {{ contact.first_name | default: "there" }},</p><p>Thank you for staying with us.</p>', cc: [], bcc: [] } }, null),
	]);
	await owner.command('publish-playbook', { playbookId: thanksId, note: '' });
	await owner.command('activate-playbook', { playbookId: thanksId, version: 1 });
	await owner.command('start-run', { playbookId: thanksId, customerIds: [first.id] });
	await until('a mail that waits for a word', async () => (await place.stack.tick(), (await owner.rows('draft')).length > 0));

	const [templateId, noteId, viewId] = ['template_reviews00000000001', 'note_kickoff0000000000001', 'view_atrisk00000000000001'];
	await owner.command('create-template', { id: templateId, name: 'Quarterly review', paragraphs: ['The quarter of {{ customer.name }}', 'What comes next?'] });
	await until('the template', async () => (await owner.rows('template')).find(({ id, html }) => id === templateId && html.includes('customer.name')));
	await owner.command('create-note', { id: noteId, customerId: first.id, kind: 'page', title: '', templateId });
	const clause = { id: 'c0', kind: 'clause', field: 'customer.mrr', operator: 'greater', value: 500 };
	const definition = { whose: 'all', text: '', filters: { id: 'filters', kind: 'group', mode: 'all', items: [clause] }, scope: 'all', isTree: false, sort: { by: 'mrr', isDescending: true }, columns: ['stage', 'owner', 'mrr', 'renewal'], group: 'stage' };
	await owner.command('save-view', { id: viewId, kind: 'customer', name: 'Large, by stage', isShared: true, position: 1, definition });

	await owner.command('make-api-key', { id: 'apikey_reports0000000000001', name: 'Reports', secret: `cbk_${'k'.repeat(43)}` });
	const goneId = 'customer_gone00000000000001';
	await owner.command('create-customer', { id: goneId, args: { name: 'Gone & Sons' } });
	await until('the customer to delete', async () => (await owner.rows('customer')).some(({ id }) => id === goneId));
	await owner.command('delete-customer', { customerId: goneId });

	const tabs = ['interactions', 'contacts', 'agreements', 'playbooks', 'documents', 'history'];
	const settings = ['workspace', 'stages', 'fields', 'tags', 'teams', 'people', 'mail', 'webhooks', 'api-keys', 'deleted', 'device'];
	return [
		{ name: 'home', path: '/' },
		{ name: 'actions', path: '/actions' },
		{ name: 'customers', path: '/customers' },
		{ name: 'customers-view', path: `/customers?view=${viewId}` },
		{ name: 'customers-tree', path: '/customers?tree=1' },
		{ name: 'customer', path: `/customers/${first.id}` },
		...tabs.map((tab) => ({ name: `customer-${tab}`, path: `/customers/${first.id}?tab=${tab}` })),
		{ name: 'note', path: `/customers/${first.id}/documents/${noteId}` },
		{ name: 'templates', path: '/templates' },
		{ name: 'template', path: `/templates/${templateId}` },
		{ name: 'import', path: '/customers/import' },
		{ name: 'playbooks', path: '/playbooks' },
		{ name: 'playbook', path: `/playbooks/${playbookId}` },
		{ name: 'run', path: `/runs/${runs[0]!.id}` },
		{ name: 'runs', path: '/runs' },
		{ name: 'customer-deleted', path: `/customers/${goneId}` },
		{ name: 'outbox', path: '/outbox' },
		{ name: 'operations', path: '/operations' },
		...settings.map((tab) => ({ name: `settings-${tab}`, path: `/settings/${tab}` })),
	];
}
