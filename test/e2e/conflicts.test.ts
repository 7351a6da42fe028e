/** SY6, BE5: two people change a stage while both are offline: a card on both screens, one tap, the same everywhere, one run. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPlace, until, type Person, type Place, type Window } from './people.ts';

let place: Place;
let colleague: Person;
const customerId = 'customer_ofconflicts0000001';
beforeAll(async () => {
	place = await openPlace();
	colleague = await place.colleague('ana.ruiz@example.org');
});
afterAll(() => place?.close());

async function choose({ page }: Window, stage: string) {
	await page.getByLabel('Stage').first().click();
	await page.getByRole('option', { name: stage }).click();
	await page.getByLabel('Stage').filter({ hasText: stage }).first().waitFor();
}

test('both values stand on a card for both until one tap decides, and the playbook runs once', async () => {
	const { owner, stack } = place;
	const [from, mine, theirs] = (await owner.rows('stage')).toSorted((a, b) => a.position - b.position);
	await owner.command('create-customer', { id: customerId, args: { name: 'Torn Ltd', stage: from!.id, owner: owner.id } });
	const playbookId = 'playbook_ofconflicts0000001';
	await owner.command('create-playbook', { id: playbookId, name: 'Next stage' });
	await place.edit(owner, playbookId, [
		{ edit: 'set-trigger', args: { type: 'stage-changed', params: { from: null, to: theirs!.id } } },
		{ edit: 'insert-step', args: { id: 'step_task', parent: 'root', after: null, kind: 'action', action: 'create-task', params: { title: 'Call {{ customer.name }}', description: '', assignees: { kind: 'owner' }, dueInDays: 2, isWaiting: false } } },
	]);
	await owner.command('publish-playbook', { playbookId, note: 'The first' });
	await owner.command('activate-playbook', { playbookId, version: 1 });
	const runs = async () => {
		await stack.tick();
		return (await owner.rows('run')).filter((run) => run.subjectId === customerId).length;
	};

	const [phone, desk] = [await owner.window('phone'), await colleague.window('desktop')];
	for (const one of [phone, desk]) {
		await one.open(`/customers/${customerId}`);
		await one.synced();
		await one.page.locator('[aria-label="Stage"]:enabled').first().waitFor();
		// What a page loads when it is first needed must be on the device before it goes offline.
		await until('a worker in control', () => one.page.evaluate(() => navigator.serviceWorker.controller !== null));
		await one.context.setOffline(true);
	}
	await choose(phone, mine!.name);
	await choose(desk, theirs!.name);
	for (const one of [phone, desk]) {
		await one.context.setOffline(false);
		await one.synced();
	}

	const names = (await owner.rows('person')).map(({ name }) => name);
	for (const { page } of [phone, desk]) {
		const card = page.locator('[data-conflict]');
		await card.waitFor();
		for (const text of [mine!.name, theirs!.name, ...names]) await card.getByText(text).first().waitFor();
		expect(await card.getByRole('button').count()).toBe(2);
	}
	expect(await runs()).toBe(0);

	// It is among what waits for its owner, and is settled there with one tap.
	await phone.page.getByRole('link', { name: /Actions/ }).first().tap();
	await phone.page.getByRole('link', { name: 'Torn Ltd' }).first().waitFor();
	await phone.page.locator('[data-conflict]').getByRole('button', { name: theirs!.name }).tap();
	await phone.page.locator('[data-conflict]').waitFor({ state: 'detached' });
	await desk.page.locator('[data-conflict]').waitFor({ state: 'detached' });
	await desk.page.getByLabel('Stage').filter({ hasText: theirs!.name }).first().waitFor();
	await until('the run', async () => (await runs()) === 1);
	await desk.open(`/customers/${customerId}?tab=history`);
	await desk.page.getByText(`settled Stage: ${theirs!.name}`).waitFor();
	expect(await runs()).toBe(1);
	expect([...phone.errors, ...desk.errors]).toEqual([]);
	await phone.context.close();
	await desk.context.close();
});
