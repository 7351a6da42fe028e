/** Documents on a customer (CU11, SY1): written by two at once, ticked on a phone without network, the task done once and the playbook's run going on; pages from templates. */
import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPlace, until, type Person, type Place, type Window } from './people.ts';

let place: Place;
let ana: Person;
let mine: Window;
let phone: Window;
const customerId = `customer_${'d'.repeat(20)}`;
const shots = process.env['CUEBOOK_SHOTS'];
const shot = async (window: Window, name: string) => {
	if (!shots) return;
	mkdirSync(shots, { recursive: true });
	await window.page.screenshot({ path: `${shots}/notes-${name}.png` });
};

beforeAll(async () => {
	place = await openPlace();
	ana = await place.colleague('ana.ruiz@example.org');
	await place.owner.command('create-customer', { id: customerId, args: { name: 'Acme', owner: place.owner.id } });
	[mine, phone] = [await place.owner.window(), await ana.window('phone')];
});
afterAll(() => place?.close());

const text = (window: Window) => window.page.getByRole('textbox', { name: 'Text' });
const completions = async (name: string) => ((await place.owner.call<{ events: { type: string; actor: { id: string }; data: { name?: string } }[] }>(`/api/events?customer=${customerId}`)).events).filter((event) => event.type === 'task.completed' && event.data.name === name);

test('two write one page; ticked on a phone without network, its task and a waiting run’s are done once', async () => {
	// A run that waits for a task of Ana's.
	const playbookId = `playbook_${'d'.repeat(20)}`;
	await place.owner.command('create-playbook', { id: playbookId, name: 'Welcome' });
	await place.edit(place.owner, playbookId, [
		{ edit: 'set-trigger', args: { type: 'manual' } },
		{ edit: 'insert-step', args: { id: 'step_sign', kind: 'action', action: 'create-task', params: { title: 'Sign the plan', assignees: { kind: 'users', ids: [ana.id] }, isWaiting: true }, parent: 'root', branch: '', after: null } },
	]);
	await until('the draft', async () => (await place.owner.rows('playbook')).some((row) => row.id === playbookId && row.problems === 0));
	await place.owner.command('publish-playbook', { playbookId, note: '' });
	await place.owner.command('activate-playbook', { playbookId, version: 1, enterMatching: false });
	await place.owner.command('start-run', { playbookId, customerIds: [customerId] });
	const waited = await until('the run’s task', async () => (await place.owner.rows('task')).find((task) => task.title === 'Sign the plan'));

	await mine.open(`/customers/${customerId}?tab=documents`);
	await mine.synced();
	await mine.page.getByRole('button', { name: 'New note' }).click();
	await text(mine).click();
	await mine.page.keyboard.type('With Grace. ');
	await mine.page.keyboard.press('Enter');
	await mine.page.keyboard.type('[ ] Send the plan');
	await mine.page.getByRole('checkbox', { name: 'Send the plan' }).waitFor();
	await mine.page.getByRole('textbox', { name: 'Title' }).fill('Kick-off');
	await mine.page.getByRole('button', { name: 'Who and until when: Send the plan' }).click();
	await mine.page.getByLabel('Due', { exact: true }).fill('2031-03-04');
	await mine.page.keyboard.press('Escape');
	await mine.synced();
	const task = await until('the box as a task', async () => (await place.owner.rows('task')).find((row) => row.title === 'Send the plan' && row.dueAt !== null && row.doc));
	await shot(mine, 'page-desktop');

	// Ana has the page on her phone, puts the playbook's task in it, and goes into a tunnel.
	await phone.open(`/customers/${customerId}/documents/${task!.doc}`);
	await text(phone).waitFor();
	await phone.page.getByRole('checkbox', { name: 'Send the plan' }).waitFor();
	await phone.page.getByRole('button', { name: 'Insert an open task' }).tap();
	await phone.page.getByRole('menuitem', { name: 'Sign the plan' }).tap();
	await mine.page.getByRole('checkbox', { name: 'Sign the plan' }).waitFor();
	await phone.synced();
	await until('the box at its task', async () => (await place.owner.rows('task')).find((row) => row.id === waited!.id && row.doc === task!.doc));
	await phone.context.setOffline(true);
	for (const name of ['Send the plan', 'Sign the plan']) await phone.page.getByRole('checkbox', { name }).tap();
	await phone.page.locator('[data-light="waiting"]').waitFor();
	await shot(phone, 'page-phone');
	// Meanwhile somebody writes on at the desk.
	await text(mine).click();
	await mine.page.keyboard.press('Control+End');
	await mine.page.keyboard.type(' and more');
	expect(await completions('Sign the plan')).toEqual([]);
	await phone.context.setOffline(false);
	await until('both tasks done', async () => (await place.owner.rows('task')).filter((row) => [task!.id, waited!.id].includes(row.id) && row.state === 'done' && row.completedBy === ana.id).length === 2);
	await until('the run’s end', async () => (await place.owner.rows('run')).find((run) => run.playbookId === playbookId && run.state === 'completed'));
	await until('the ticks on the desk', () => mine.page.getByRole('checkbox', { name: 'Sign the plan' }).isChecked());
	await phone.synced();
	for (const name of ['Send the plan', 'Sign the plan']) expect((await completions(name)).map(({ actor }) => actor.id)).toEqual([ana.id]);
	await until('what was written meanwhile', async () => (await text(phone).innerText()).includes('and more'));
	expect([...mine.errors, ...phone.errors]).toEqual([]);
});

test('a note made without network is written at once, mentions somebody, and is there for all when the network is back', async () => {
	await phone.open(`/customers/${customerId}?tab=documents`);
	await phone.page.getByRole('link', { name: /Kick-off/ }).waitFor();
	await shot(phone, 'list-phone');
	await phone.context.setOffline(true);
	await phone.page.getByRole('button', { name: 'New note' }).tap();
	await text(phone).tap();
	await phone.page.keyboard.type('From the train, @');
	await phone.page.getByRole('option').first().waitFor();
	await phone.page.keyboard.type('Owner');
	await phone.page.keyboard.press('Enter');
	await phone.page.locator('[data-light="waiting"]').waitFor();
	await phone.context.setOffline(false);
	const note = await until('the note', async () => (await place.owner.rows('note')).find((row) => row.excerpt.startsWith('From the train') && row.mentions.includes(place.owner.id)));
	await mine.open('/');
	await mine.page.getByRole('link', { name: /From the train/ }).click();
	await until('the mention seen', async () => (await place.owner.rows('note')).find((row) => row.id === note!.id && row.mentions.length === 0));
	await shot(mine, 'mentioned-desktop');
	expect([...mine.errors, ...phone.errors]).toEqual([]);
});

test('a page from a template begins filled in', async () => {
	await mine.open('/templates');
	await mine.page.getByRole('button', { name: 'New template' }).click();
	await mine.page.getByLabel('Name').fill('Review');
	await mine.page.getByRole('dialog').getByRole('button', { name: 'New template' }).click();
	await text(mine).click();
	await mine.page.keyboard.type('Dear {{ customer.name }} of {{ customer.domain | default: "nowhere" }}');
	await mine.synced();
	await until('the template', async () => (await place.owner.rows('template')).find((row) => row.name === 'Review' && row.html.includes('customer.domain')));
	await mine.page.getByRole('region', { name: 'Preview' }).getByLabel('Preview for').click();
	await mine.page.getByRole('option', { name: 'Acme' }).click();
	await mine.page.getByText('Dear Acme of nowhere').waitFor();
	await shot(mine, 'template-desktop');
	await mine.open(`/customers/${customerId}?tab=documents`);
	await mine.page.getByRole('button', { name: 'New page' }).click();
	await mine.page.getByRole('button', { name: 'Review' }).click();
	await until('the filled page', async () => (await text(mine).innerText()).includes('Dear Acme of nowhere'));
	await mine.page.getByRole('heading', { level: 1, name: 'Review' }).waitFor();
	expect(mine.errors).toEqual([]);
});
