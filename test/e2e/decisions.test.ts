/** What people decide on a phone without network (SY3, AC7): held when the ground has moved, done once when they say so again. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Locator } from 'playwright-core';
import { openPlace, until, type Person, type Place, type Window } from './people.ts';

let place: Place;
let colleague: Person;
let phone: Window;
let stages: { id: string; name: string }[];
const harbour = 'customer_harbour0000000000001';
const mill = 'customer_mill0000000000000001';
const taskId = 'task_minutes00000000000001';

/** A playbook by hand, published and active. */
async function playbook(id: string, name: string, steps: { id: string; action: string; params: object }[]): Promise<void> {
	await place.owner.command('create-playbook', { id, name });
	const inserts = steps.map((step, n) => ({ edit: 'insert-step', args: { parent: 'root', after: steps[n - 1]?.id ?? null, kind: 'action', ...step } }));
	await place.edit(place.owner, id, [{ edit: 'set-trigger', args: { type: 'manual' } }, ...inserts]);
	await place.owner.command('publish-playbook', { playbookId: id, note: 'The first' });
	await place.owner.command('activate-playbook', { playbookId: id, version: 1 });
}
const task = (title: string, isWaiting: boolean) => ({ title, description: '', assignees: { kind: 'owner' }, dueInDays: 2, isWaiting });
const moveTo = (stage: string) => place.edit(colleague, harbour, [{ edit: 'set-field', args: { field: 'stage', value: stage } }]);
const atStage = (stage: string) => until('the stage at the server', async () => (await place.owner.rows('customer')).find(({ id }) => id === harbour)?.stage === stage);

beforeAll(async () => {
	place = await openPlace();
	stages = (await place.owner.rows('stage')).toSorted((a, b) => a.position - b.position);
	for (const [id, name] of [[harbour, 'Harbour Foods'], [mill, 'Mill & Sons']] as const) {
		await place.owner.command('create-customer', { id, args: { name, owner: place.owner.id, stage: stages[0]!.id } });
		await place.edit(place.owner, id, [{ edit: 'put-contact', args: { id: `contact_${id.slice(9)}`, name: 'Ida Holm', email: 'ida@harbour.example', roles: ['champion'] } }]);
	}
	await until('both customers at the server', async () => (await place.owner.rows('customer')).length === 2);
	await place.owner.command('create-task', { id: taskId, title: 'Send the minutes', customerId: mill, assignees: [place.owner.id], dueAt: Date.now() + 3_600_000 });
	const body = '<p>Hello {{ contact.firstName }},</p><p>welcome on board. Shall we speak on Thursday?</p>';
	const mail = { assignees: { kind: 'owner' }, choosesRecipients: false, recipients: ['champion'], strategy: 'individualised', sender: { kind: 'owner' }, subject: 'Welcome, {{ customer.name }}', body, cc: [], bcc: [] };
	await playbook('playbook_mails000000000000001', 'Welcome', [{ id: 'step_mail', action: 'send-email-after-validation', params: mail }, { id: 'step_then', action: 'create-task', params: task('After the mail', false) }]);
	await playbook('playbook_calls000000000000001', 'First call', [{ id: 'step_call', action: 'create-task', params: task('Call {{ customer.name }}', true) }, { id: 'step_next', action: 'create-task', params: task('Write down what was said', false) }]);
	await place.owner.command('start-run', { playbookId: 'playbook_mails000000000000001', customerIds: [harbour] });
	await place.owner.command('start-run', { playbookId: 'playbook_calls000000000000001', customerIds: [mill] });
	await until('a mail and a task that wait', async () => {
		await place.stack.tick();
		return (await place.owner.rows('draft')).length === 1 && (await place.owner.rows('task')).some(({ title }) => title === 'Call Mill & Sons');
	});
	colleague = await place.colleague('ana.ruiz@example.org');
	phone = await place.owner.window('phone');
});
afterAll(() => place?.close());

/** A finger on a row of My Actions, `by` px to the right, or to the left when negative. */
async function swipe(row: Locator, by: number): Promise<void> {
	const { x, y, width, height } = (await row.boundingBox())!;
	const touch = await phone.context.newCDPSession(phone.page);
	const at = (part: number) => ({ x: x + width / 2 + by * part, y: y + height / 2 });
	await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [at(0)] });
	for (let n = 1; n <= 8; n++) await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [at(n / 8)] });
	await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
	await touch.detach();
}
const mails = async () => (await place.owner.rows('mail')).filter(({ kind }) => kind === 'validated');
const written = async (title: string) => (await place.owner.rows('task')).filter((row) => row.title === title).length;

test('decided offline: a mail is held with both sides and sent once when one says so again; a task goes on once', async () => {
	const { page, context, errors } = phone;
	await phone.open('/actions');
	await phone.synced();
	await page.getByRole('button', { name: 'Welcome, Harbour Foods', exact: true }).waitFor();
	await until('a worker in control', () => page.evaluate(() => navigator.serviceWorker.controller !== null));
	// Read, written anew and left waiting; nothing is sent.
	await page.getByRole('button', { name: 'Welcome, Harbour Foods', exact: true }).tap();
	await page.getByRole('dialog').getByRole('button', { name: 'Edit' }).tap();
	await page.getByRole('dialog').getByLabel('Subject').fill('Welcome aboard, Harbour Foods');
	await page.getByRole('dialog').getByRole('textbox', { name: 'Text of the mail' }).waitFor();
	await page.getByRole('dialog').getByRole('button', { name: 'Save, send later' }).tap();
	await until('the new subject at the server', async () => (await place.owner.rows('draft'))[0]?.subject === 'Welcome aboard, Harbour Foods');
	await page.getByRole('dialog').getByRole('button', { name: 'Close' }).tap();
	await context.setOffline(true);

	await page.getByRole('button', { name: 'Welcome aboard, Harbour Foods', exact: true }).tap();
	await page.getByRole('dialog').getByText('ida@harbour.example').waitFor();
	await page.getByRole('dialog').getByRole('button', { name: 'Send', exact: true }).tap();
	const row = (title: string) => page.locator('[data-action]').filter({ hasText: title });
	await row('Welcome aboard, Harbour Foods').waitFor({ state: 'detached' });
	await swipe(row('Call Mill & Sons'), 40);
	expect(await row('Call Mill & Sons').count(), 'a short swipe does nothing').toBe(1);
	await swipe(row('Call Mill & Sons'), 130);
	await row('Call Mill & Sons').waitFor({ state: 'detached' });
	// To the left is its menu; a decision that waits can be taken back.
	await swipe(row('Send the minutes'), -130);
	await page.getByRole('menuitem', { name: 'Complete' }).tap();
	await row('Send the minutes').waitFor({ state: 'detached' });
	const unsent = page.getByRole('region', { name: 'Waiting to be sent' });
	await until('all three wait to be sent', () => unsent.getByRole('listitem').count(), { isEnough: (count) => count === 3 });
	await unsent.getByRole('listitem').filter({ hasText: 'Send the minutes' }).getByRole('button', { name: 'Take back' }).tap();

	await moveTo(stages[1]!.id);
	await atStage(stages[1]!.id);
	await context.setOffline(false);
	const card = page.locator('[data-held]');
	await card.waitFor();
	expect(await card.innerText()).toMatch(new RegExp(`Send mail: Welcome aboard, Harbour Foods[^]*Stage[^]*You saw[^]*${stages[0]!.name}[^]*Now it is[^]*${stages[1]!.name}`));
	expect(await mails()).toEqual([]);

	await card.getByRole('button', { name: 'Do it anyway' }).tap();
	await card.waitFor({ state: 'detached' });
	const went = await until('the mail in the Outbox', async () => (await place.stack.tick(), await mails()), { isEnough: (found) => found.length > 0 });
	expect(went).toMatchObject([{ to: ['ida@harbour.example'], subject: 'Welcome aboard, Harbour Foods', customerId: harbour }]);
	await until('both runs at their end', async () => (await place.stack.tick(), await place.owner.rows('run')), { isEnough: (runs) => runs.every(({ state }) => state === 'completed') });
	expect([(await mails()).length, await written('After the mail'), await written('Write down what was said')]).toEqual([1, 1, 1]);
	await page.getByRole('button', { name: 'Complete “Send the minutes”' }).waitFor();
	expect((await place.owner.rows('task')).find(({ id }) => id === taskId)).toMatchObject({ state: 'open' });
	await phone.synced();
	expect(await page.locator('[data-held]').count()).toBe(0);
	expect(errors).toEqual([]);
});

test('RU3, RU4: many runs get one order: counted first, with one reason, each answering for itself', async () => {
	const { owner } = place;
	const playbookId = 'playbook_calls000000000000001';
	const customerIds = Array.from({ length: 6 }, (_, n) => `customer_many000000000000000${n}`);
	for (const [n, id] of customerIds.entries()) await owner.command('create-customer', { id, args: { name: `Company ${n + 1}`, owner: owner.id } });
	await until('the six customers at the server', async () => (await owner.rows('customer')).length === 8);
	await owner.command('start-run', { playbookId, customerIds });
	const runs = async () => (await owner.rows('run')).filter((run) => run.playbookId === playbookId);
	const inState = async (state: string) => (await runs()).filter((run) => run.state === state).map(({ id }) => id).sort();
	const waiting = await until('six runs that wait', async () => (await place.stack.tick(), await inState('waiting')), { isEnough: (ids) => ids.length === 6 });
	await owner.command('stop-run', { runId: waiting[0] });
	await owner.command('pause-run', { runId: waiting[1] });

	const { page, open, errors } = await owner.window();
	await open(`/runs?playbook=${playbookId}`);
	const rows = page.locator('[data-run]');
	await until('all seven runs', () => rows.count(), { isEnough: (count) => count === 7 });
	// By the keyboard: the first one, then all that match.
	const bar = page.getByRole('toolbar', { name: 'With the selected runs' });
	await page.keyboard.press('j');
	await page.keyboard.press('Space');
	await bar.getByText('1 run', { exact: true }).waitFor();
	await bar.getByRole('button', { name: 'All 7 that match' }).click();
	await bar.getByRole('button', { name: 'Pause 4' }).click();
	const dialog = page.getByRole('dialog');
	expect(await dialog.getByRole('status').innerText()).toMatch(/4 of 7 can be paused[^]*2\s+It has ended\.[^]*1\s+It is stuck, or paused already\./);
	await dialog.getByLabel('Why? (for the history)').fill('The team is away');
	await dialog.getByRole('button', { name: 'Pause 4' }).click();
	await page.getByText('Pause: done for 4 runs').waitFor();
	expect(await inState('paused')).toEqual(waiting.slice(1));
	const { events } = await owner.call<{ events: { type: string; data: { by: string; reason: string } }[] }>(`/api/runs/${waiting[5]}`);
	expect(events.at(-1)).toMatchObject({ type: 'paused', data: { by: owner.id, reason: 'The team is away' } });

	// The address says what is shown; somebody else resumes one while the dialog is open: it answers for itself.
	await page.getByRole('navigation', { name: 'Show' }).getByRole('link', { name: 'Paused 5' }).click();
	await until('the five paused ones', () => rows.count(), { isEnough: (count) => count === 5 });
	expect(new URL(page.url()).searchParams.get('state')).toBe('paused');
	await page.keyboard.press('j');
	await page.keyboard.press('x');
	await bar.getByRole('button', { name: 'All 5 that match' }).click();
	await bar.getByRole('button', { name: 'Resume' }).click();
	await dialog.getByText('5 of 5 can be resumed').waitFor();
	await owner.command('resume-run', { runId: waiting[3] });
	await dialog.getByText('4 of 4 can be resumed').waitFor();
	await dialog.getByRole('button', { name: 'Resume' }).click();
	await page.getByText('Resume: done for 4 runs').waitFor();
	expect(await inState('waiting')).toEqual(waiting.slice(1));

	// All that wait go on at their last step, which ends them; then all run again, those that had ended before among them.
	const chooseAll = async (count: number) => {
		await until(`the ${count} rows`, () => rows.count(), { isEnough: (found) => found === count });
		await page.keyboard.press('j');
		await page.keyboard.press('x');
		await bar.getByRole('button', { name: `All ${count} that match` }).click();
	};
	await open(`/runs?playbook=${playbookId}&state=waiting`);
	await chooseAll(5);
	await bar.getByRole('button', { name: 'Go to a step…' }).click();
	await dialog.getByRole('combobox').click();
	await page.getByRole('option', { name: /Write down what was said/ }).click();
	await dialog.getByText('5 of 5 can go there').waitFor();
	await dialog.getByRole('button', { name: 'Go to a step 5' }).click();
	await page.getByText('Go to a step: done for 5 runs').waitFor();
	await until('all at their end', async () => (await place.stack.tick(), await inState('completed')), { isEnough: (ids) => ids.length === 6 });
	await open(`/runs?playbook=${playbookId}`);
	await chooseAll(7);
	await bar.getByRole('button', { name: 'Run again' }).click();
	await dialog.getByText('7 of 7 can be run again').waitFor();
	await dialog.getByRole('button', { name: 'Run again 7' }).click();
	await page.getByText('Run again: done for 7 runs').waitFor();
	expect(await until('seven new runs that wait', async () => (await place.stack.tick(), await inState('waiting')), { isEnough: (ids) => ids.length === 7 })).not.toContain(waiting[5]);
	expect(errors).toEqual([]);
});

test('BE2, PB3: running runs stay on their version until somebody moves them, by a map with its counts; and go back', async () => {
	const id = 'playbook_moves000000000000001';
	await playbook(id, 'Kick-off', [{ id: 'step_old', action: 'create-task', params: task('Write to {{ customer.name }}', true) }]);
	await place.owner.command('start-run', { playbookId: id, customerIds: [harbour, mill] });
	const runs = async () => (await place.owner.rows('run')).filter((run) => run.playbookId === id);
	await until('two runs that wait', async () => (await place.stack.tick(), await runs()), { isEnough: (found) => found.length === 2 && found.every(({ state }) => state === 'waiting') });
	await place.edit(place.owner, id, [{ edit: 'remove-step', args: { id: 'step_old' } }, { edit: 'insert-step', args: { id: 'step_new', parent: 'root', after: null, kind: 'action', action: 'create-task', params: task('Visit {{ customer.name }}', true) } }]);
	await place.owner.command('publish-playbook', { playbookId: id, note: 'Visits instead of letters' });

	const { page, errors, open } = await place.owner.window();
	await open(`/playbooks/${id}?tab=versions`);
	await page.getByRole('button', { name: 'Move running ones here…' }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByText('2 stay on their version').waitFor();
	expect(await dialog.getByRole('button', { name: 'Move 0 runs' }).isDisabled()).toBe(true);
	await dialog.getByRole('combobox', { name: /^What happens at/ }).click();
	await page.getByRole('option', { name: /^Go on at .*Visit/ }).click();
	await dialog.getByText('2 go on at another step').waitFor();
	await dialog.getByLabel(/^Why/).fill('We visit now');
	await dialog.getByRole('button', { name: 'Move 2 runs' }).click();
	await until('both on the new version', async () => (await place.stack.tick(), await runs()), { isEnough: (found) => found.every(({ version, state }) => version === 2 && state === 'waiting') });
	await dialog.getByText('2 runs moved to version 2').waitFor();
	await dialog.getByRole('button', { name: 'Close' }).last().click();
	const [first] = await runs();
	await open(`/runs/${first!.id}`);
	await page.getByText('We visit now').waitFor();
	expect(await page.getByRole('region', { name: 'Done in version 1' }).innerText()).toContain('Write to');

	// The tasks of the new version are open, so the runs have gone on: they are named, and stay.
	await open(`/playbooks/${id}?tab=versions`);
	await page.getByRole('button', { name: 'Undo the move' }).click();
	await until('nobody could go back', async () => (await place.stack.tick(), await place.owner.rows('migration')), { isEnough: ([move]) => move?.state === 'returned' });
	await page.getByText('2 stayed: see why').click();
	await page.getByText('It has gone on since.').first().waitFor();
	expect((await runs()).map(({ version }) => version)).toEqual([2, 2]);
	expect(errors).toEqual([]);
});

test('CU10: a customer is deleted by its name, after its stage was offered; gone from the list and open screens, its run ended; undone, and restored from the settings', async () => {
	const { owner } = place;
	const { page, open, synced, errors } = await owner.window();
	const other = await owner.window('phone');
	await other.open(`/customers/${mill}`);
	await other.page.getByRole('heading', { level: 1, name: 'Mill & Sons' }).waitFor();
	expect(await other.page.getByRole('button', { name: 'More for this customer' }).count()).toBe(1);
	const running = (await owner.rows('run')).filter(({ subjectId, endedAt }) => subjectId === mill && endedAt === null).length;
	expect(running).toBeGreaterThan(0);
	const isThere = (there: boolean) => until(`the customer to be ${there ? 'there' : 'gone'}`, async () => (await owner.rows('customer')).some(({ id }) => id === mill) === there);
	const remove = async () => {
		await open(`/customers/${mill}`);
		await synced();
		await page.getByRole('button', { name: 'More for this customer' }).click();
		await page.getByRole('menuitem', { name: 'Delete customer…' }).click();
		const dialog = page.getByRole('dialog', { name: 'Delete Mill & Sons?' });
		await dialog.getByText('Did they leave you?').waitFor();
		expect(await dialog.getByRole('button', { name: 'Delete customer' }).isDisabled()).toBe(true);
		await dialog.getByLabel('Type “Mill & Sons” to confirm').fill('Mill & Sons');
		await dialog.getByRole('button', { name: 'Delete customer' }).click();
		await page.getByText('Mill & Sons was deleted').waitFor();
		await page.getByRole('heading', { level: 1, name: 'Customers' }).waitFor();
		await isThere(false);
		expect(await page.getByRole('link', { name: 'Mill & Sons' }).count()).toBe(0);
	};
	await remove();
	expect((await owner.rows('run')).filter(({ subjectId, endedAt }) => subjectId === mill && endedAt === null)).toEqual([]);
	// Who had it open sees what became of it; so do its runs.
	await other.page.getByText('Mill & Sons was deleted').waitFor();
	await other.page.getByRole('button', { name: 'Restore' }).waitFor();
	await page.getByRole('button', { name: 'Undo' }).click();
	await isThere(true);
	await other.page.getByRole('heading', { level: 1, name: 'Mill & Sons' }).waitFor();
	await other.context.close();

	await remove();
	await open('/settings/deleted');
	await page.getByRole('button', { name: 'Restore Mill & Sons' }).click();
	await isThere(true);
	await page.getByText('No deleted customers').waitFor();
	// Its document is open to everybody again.
	await open(`/customers/${mill}`);
	await synced();
	expect(errors).toEqual([]);
});

test('PB1, RU6, SY3: a question is answered on a phone without network; back online, its run takes the branch of the answer, once', async () => {
	const { page, context, errors } = phone;
	const id = 'playbook_asks0000000000000001';
	await place.owner.command('create-playbook', { id, name: 'Renewal' });
	const asking = { by: 'answer', question: 'Does {{ customer.name }} renew?', description: 'Look at the agreement first.', assignees: { kind: 'owner' }, dueInDays: 2, goesOn: false };
	const after = (answer: string, title: string) => ({ edit: 'insert-step', args: { id: `step_${answer}`, kind: 'action', action: 'create-task', params: task(title, false), parent: 'step_ask', branch: `step_ask_${answer}` } });
	await place.edit(place.owner, id, [
		{ edit: 'set-trigger', args: { type: 'manual' } },
		{ edit: 'insert-step', args: { id: 'step_ask', kind: 'split', parent: 'root', params: asking } },
		{ edit: 'set-branch', args: { id: 'step_ask_1', name: 'Yes' } },
		{ edit: 'set-branch', args: { id: 'step_ask_2', name: 'No' } },
		after('1', 'They said {{ run.vars.step_ask.answer }}'),
		after('2', 'Ask why'),
	]);
	await place.owner.command('publish-playbook', { playbookId: id, note: 'The first' });
	await place.owner.command('activate-playbook', { playbookId: id, version: 1 });
	await place.owner.command('start-run', { playbookId: id, customerIds: [harbour] });
	await until('the question', async () => (await place.stack.tick(), await written('Does Harbour Foods renew?')));

	await phone.open('/actions');
	await phone.synced();
	const row = page.locator('[data-action]').filter({ hasText: 'Does Harbour Foods renew?' });
	const yes = row.getByRole('group', { name: 'Answers to Does Harbour Foods renew?' }).getByRole('button', { name: 'Yes', exact: true });
	expect((await yes.boundingBox())!.height).toBeGreaterThanOrEqual(44);
	await context.setOffline(true);
	await yes.tap();
	await page.getByRole('region', { name: 'Waiting to be sent' }).getByText('Your answer: Yes').waitFor();
	expect(await written('They said Yes')).toBe(0);
	await context.setOffline(false);
	await until('the step of that answer', async () => (await place.stack.tick(), await written('They said Yes')));
	await until('the run at its end', async () => (await place.stack.tick(), await place.owner.rows('run')), { isEnough: (runs) => runs.some(({ playbookId, state }) => playbookId === id && state === 'completed') });
	expect([await written('They said Yes'), await written('Ask why')]).toEqual([1, 0]);
	expect((await place.owner.rows('task')).find(({ question }) => question)).toMatchObject({ state: 'done', completedBy: place.owner.id, answer: { value: 'step_ask_1', label: 'Yes' } });
	expect(errors).toEqual([]);
});

test('PB1, RU6: a question is made by clicks, published, activated and started on three; answered in My Actions, one alone and two at once', async () => {
	const { owner } = place;
	const id = 'playbook_clicks00000000000001';
	const names = ['Alder', 'Birch', 'Cedar'];
	const customers = names.map((name) => `customer_${name.toLowerCase()}000000000000001`);
	for (const [n, name] of names.entries()) await owner.command('create-customer', { id: customers[n]!, args: { name, owner: owner.id } });
	await until('the three customers at the server', async () => (await owner.rows('customer')).filter((row) => customers.includes(row.id)).length === 3);
	await owner.command('create-playbook', { id, name: 'Ask for a reference' });
	await place.edit(owner, id, [{ edit: 'set-trigger', args: { type: 'manual' } }]);
	const { page, context, open, synced, errors } = await owner.window();

	await open(`/playbooks/${id}`);
	await synced();
	await page.getByRole('button', { name: 'Add a step here' }).first().click();
	await page.getByRole('button', { name: 'Split by an answer', exact: true }).click();
	await page.getByRole('textbox', { name: 'Question', exact: true }).click();
	await page.keyboard.type('May we name them?');
	await page.getByRole('region', { name: 'No', exact: true }).getByRole('textbox').fill('Not yet');
	await page.keyboard.press('Tab');
	await page.getByRole('group', { name: 'Ask “May we name them?”' }).waitFor();
	await until('the whole draft at the server', async () => (await owner.rows('playbook')).some((row) => row.id === id && row.problems === 0 && JSON.stringify(row.draft).includes('Not yet')));
	await page.getByRole('button', { name: 'Publish', exact: true }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByRole('button', { name: 'Publish version 1' }).click();
	await dialog.getByRole('button', { name: 'Activate version 1' }).click();
	await dialog.waitFor({ state: 'detached' });
	await page.getByRole('button', { name: 'More acts' }).click();
	await page.getByRole('menuitem', { name: 'Run on customers…' }).click();
	for (const name of names) await dialog.getByRole('checkbox', { name, exact: true }).click();
	await dialog.getByRole('button', { name: 'Run on 3 customers' }).click();
	await dialog.getByText('3 customers entered').waitFor();
	const asked = async () => (await owner.rows('task')).filter((task) => task.question && customers.includes(task.customerId ?? ''));
	await until('a question for each', async () => (await place.stack.tick(), await asked()), { isEnough: (found) => found.length === 3 });

	await open('/actions?kind=question');
	const row = (name: string) => page.locator('[data-action]').filter({ hasText: name });
	await row('Alder').getByRole('button', { name: 'Yes', exact: true }).click();
	await row('Birch').getByRole('checkbox').click();
	await row('Cedar').getByRole('checkbox').click();
	await page.getByRole('toolbar', { name: 'Selected actions' }).getByRole('button', { name: 'Not yet', exact: true }).click();
	const answers = await until('all answered', async () => (await place.stack.tick(), await asked()), { isEnough: (found) => found.every(({ state }) => state === 'done') });
	expect(Object.fromEntries(answers.map(({ customerId, answer }) => [customerId, answer?.label]))).toEqual({ [customers[0]!]: 'Yes', [customers[1]!]: 'Not yet', [customers[2]!]: 'Not yet' });
	await until('the runs at their end', async () => (await place.stack.tick(), (await owner.rows('run')).filter(({ playbookId }) => playbookId === id)), { isEnough: (runs) => runs.length === 3 && runs.every(({ state }) => state === 'completed') });
	expect(errors).toEqual([]);
	await context.close();
});
