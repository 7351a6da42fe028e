/** The portfolio in two browsers (CU12, IN2): views, bulk edits, followed customers, families, files. */
import { readFileSync } from 'node:fs';
import Papa from 'papaparse';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPlace, until, type Person, type Place, type Window } from './people.ts';

let place: Place;
let colleague: Person;
let desk: Window;
let other: Window;
beforeAll(async () => {
	place = await openPlace();
	await place.loadDemo();
	colleague = await place.colleague('ana.ruiz@example.org');
	[desk, other] = await Promise.all([place.owner.window(), colleague.window()]);
	for (const { open, synced } of [desk, other]) {
		await open('/customers');
		await synced();
	}
});
afterAll(() => place?.close());

const tab = ({ page }: Window, name: string) => page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name });
const shown = ({ page }: Window) => page.getByRole('search').getByRole('status');
const choose = async ({ page }: Window, field: string, option: string) => {
	await page.getByRole('dialog').getByRole('combobox', { name: field }).fill(option);
	await page.getByRole('option', { name: option }).first().click();
};

test('a view saved for oneself stays with oneself; shared, a colleague sees it at once, with what it shows', async () => {
	const { page } = desk;
	const all = (await place.owner.rows('customer')).length;
	await page.getByRole('searchbox', { name: 'Search customers' }).fill('or');
	await page.getByRole('button', { name: 'MRR' }).click();
	await page.getByText('Unsaved changes').waitFor();
	await until('the address holds the changes', () => page.url(), { isEnough: (url) => url.includes('q=or') && url.includes('sort=mrr') });
	await page.getByRole('button', { name: 'Save as new view' }).click();
	await page.getByRole('dialog').getByLabel('Name of the view').fill('With or');
	await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
	await tab(desk, 'With or').waitFor();
	await desk.synced();
	expect(await tab(other, 'With or').count()).toBe(0);
	expect((await colleague.rows('view')).length).toBe(0);

	await page.getByRole('button', { name: 'More for this view' }).click();
	await page.getByRole('menuitem', { name: 'Rename or share' }).click();
	await page.getByRole('switch', { name: 'Share with the workspace' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
	await tab(other, 'With or').click();
	const count = await shown(desk).innerText();
	expect(count).toMatch(new RegExp(`^\\d+ of ${all}$`));
	await until('the colleague sees the same', () => shown(other).innerText(), { isEnough: (text) => text === count });
	expect(await other.page.getByRole('columnheader', { name: 'MRR' }).getAttribute('aria-sort')).toBe('ascending');

	// Without network: a change of the view, saved at once here, at the colleague's when the network is back.
	await desk.context.setOffline(true);
	await page.getByRole('searchbox', { name: 'Search customers' }).fill('fo');
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	await page.getByText('Unsaved changes').waitFor({ state: 'detached' });
	const fewer = await shown(desk).innerText();
	await desk.context.setOffline(false);
	await desk.synced();
	await until('the colleague’s list follows', () => shown(other).innerText(), { isEnough: (text) => text === fewer });
	await tab(desk, 'All').click();
	await tab(other, 'All').click();
});

test('thirty customers change their stage through their rooms, live on the other screen, and back', async () => {
	const { page } = desk;
	const before = new Map((await place.owner.rows('customer')).map(({ id, stage }) => [id, stage]));
	const rows = page.getByRole('row');
	const tick = (n: number) => rows.nth(n).getByRole('checkbox');
	await tick(1).click();
	// The thirtieth is below the fold: “choose from here to there” goes by the keyboard's end.
	for (let n = 1; n < 30; n++) await page.keyboard.press('j');
	await until('the thirtieth is marked', () => page.locator('[aria-rowindex="31"]').count());
	await page.locator('[aria-rowindex="31"]').getByRole('checkbox').click({ modifiers: ['Shift'] });
	await page.getByRole('toolbar').getByText('30 chosen').waitFor();
	await page.getByRole('toolbar').getByRole('button', { name: 'Edit' }).click();
	await choose(desk, 'New value', 'At risk');
	await page.getByRole('button', { name: 'Change 30 customers' }).click();
	const bulk = page.getByRole('region', { name: 'Bulk edit' });
	await bulk.getByText(/\d+ customers? changed/).waitFor();
	const atRisk = (await place.owner.rows('stage')).find(({ name }) => name === 'At risk')!.id;
	const after = (await place.owner.rows('customer')).filter(({ id, stage }) => stage === atRisk && before.get(id) !== atRisk);
	expect(await bulk.innerText()).toContain(`${after.length} customers changed`);
	expect(after.length).toBeGreaterThan(20);
	await until('the colleague’s list shows it', () => other.page.getByRole('row').nth(1).innerText(), { isEnough: (text) => text.includes('At risk') });

	// Somebody moves one of them on: that one stays where it is when the rest is taken back.
	const [moved] = after;
	const growth = (await place.owner.rows('stage')).find(({ name }) => name === 'Growth')!.id;
	await place.edit(colleague, moved!.id, [{ edit: 'set-field', args: { field: 'stage', value: growth } }]);
	await bulk.getByRole('button', { name: 'Undo' }).click();
	await bulk.getByText(`${after.length - 1} customers changed`).waitFor();
	const back = new Map((await place.owner.rows('customer')).map(({ id, stage }) => [id, stage]));
	for (const { id } of after) expect(back.get(id)).toBe(id === moved!.id ? growth : before.get(id));
	await bulk.getByRole('button', { name: 'Close' }).click();
});

test('a bulk edit made without network that leaves one customer as it was: whom and why is read in My Actions, after a reload (CU12)', async () => {
	const { page } = desk;
	const customers = new Map((await place.owner.rows('customer')).map((row) => [row.name, row]));
	await desk.open('/customers');
	await desk.synced();
	await until('all are shown', () => shown(desk).innerText(), { isEnough: (text) => text.startsWith(`${customers.size} `) });
	await desk.context.setOffline(true);
	// The list is virtual: those on top are in sight.
	const onTop = await Promise.all([1, 2].map((n) => page.getByRole('row').nth(n).getByRole('link').first().innerText()));
	const [child, other] = onTop.map((name) => customers.get(name));
	const parent = [...customers.values()].find(({ name }) => !onTop.includes(name));
	for (const n of [1, 2]) await page.getByRole('row').nth(n).getByRole('checkbox').click();
	await page.getByRole('toolbar').getByRole('button', { name: 'Edit' }).click();
	await page.getByRole('dialog').getByRole('combobox', { name: 'What to change' }).click();
	await page.getByRole('option', { name: 'Parent customer', exact: true }).click();
	await choose(desk, 'New value', parent!.name);
	await page.getByRole('button', { name: 'Change 2 customers' }).click();
	await page.locator('[data-light="waiting"]').waitFor();
	// Meanwhile the one that shall be above was put below.
	await place.edit(colleague, parent!.id, [{ edit: 'set-field', args: { field: 'parentId', value: child!.id } }]);
	await until('its row', async () => (await colleague.rows('customer')).find(({ id }) => id === parent!.id)?.parentId === child!.id);
	await page.reload();
	await desk.context.setOffline(false);
	await desk.synced();
	await desk.open('/actions');
	const card = page.locator('[data-held]');
	await card.getByText('Some were left as they were').waitFor();
	expect([await card.count(), await card.getByRole('listitem').allInnerTexts()]).toEqual([1, [expect.stringContaining(child!.name)]]);
	const parentOf = async (one: string) => (await colleague.rows('customer')).find(({ id }) => id === one)?.parentId;
	await until('the other below its parent', async () => (await parentOf(other!.id)) === parent!.id);
	expect(await parentOf(child!.id)).toBeNull();
	await card.getByRole('button', { name: 'Close' }).click();
	await card.waitFor({ state: 'detached' });
	await page.getByRole('button', { name: 'Undo' }).click();
	await card.waitFor();
	await page.reload();
	await card.getByRole('button', { name: 'Close' }).click();
	await card.waitFor({ state: 'detached' });
	for (const { id } of [parent!, other!]) await place.edit(colleague, id, [{ edit: 'set-field', args: { field: 'parentId', value: null } }]);
	await desk.open('/customers');
	await desk.synced();
});

test('following: the star works without network, and the list of the followed is one’s own', async () => {
	const { page } = desk;
	const [customer] = (await place.owner.rows('customer')).toSorted((a, b) => a.name.localeCompare(b.name));
	const star = page.getByRole('button', { name: `Follow ${customer!.name}` });
	// The list is virtual: the first row may be out of sight.
	await page.getByRole('searchbox', { name: 'Search customers' }).fill(customer!.name);
	await desk.context.setOffline(true);
	await star.click();
	expect(await star.getAttribute('aria-pressed')).toBe('true');
	await tab(desk, 'Followed').click();
	await until('one is followed', () => page.getByRole('row').count(), { isEnough: (count) => count === 2 });
	await desk.context.setOffline(false);
	await desk.synced();
	await until('the server knows', async () => (await place.owner.rows('follow')).length === 1);
	expect(await colleague.rows('follow')).toEqual([]);
	await tab(desk, 'All').click();
});

test('families: children under their parents, opened by the keyboard, with what they make together; then a file of what is seen', async () => {
	const { page } = desk;
	const [parent, one, two] = (await place.owner.rows('customer')).filter(({ mrr }) => mrr > 0).toSorted((a, b) => a.name.localeCompare(b.name));
	await place.owner.command('edit-customers', { customerIds: [one!.id, two!.id], edits: [{ edit: 'set-field', args: { field: 'parentId', value: parent!.id } }] });
	await page.getByRole('button', { name: 'Display' }).click();
	await page.getByRole('switch', { name: 'Children under their parents' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
	await page.getByRole('searchbox', { name: 'Search customers' }).fill(parent!.name);
	const tree = page.getByRole('treegrid');
	const top = tree.getByRole('row').filter({ has: page.getByRole('link', { name: parent!.name }) });
	await until('the roll-up', () => top.innerText(), { isEnough: (text) => text.includes('Σ') });
	await page.getByRole('searchbox', { name: 'Search customers' }).fill('');
	expect(await top.getAttribute('aria-level')).toBe('1');
	expect(await top.getAttribute('aria-expanded')).toBe('false');
	await top.getByRole('button', { name: `Show what is under ${parent!.name}` }).click();
	const child = tree.getByRole('row').filter({ has: page.getByRole('link', { name: one!.name }) });
	await until('the child under it', () => child.getAttribute('aria-level'), { isEnough: (level) => level === '2' });

	await page.getByRole('button', { name: 'Display' }).click();
	await page.getByRole('switch', { name: 'Children under their parents' }).click();
	await page.getByRole('dialog').getByRole('checkbox', { name: 'External ID' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
	await page.getByRole('button', { name: 'Renewal' }).click();
	await page.getByRole('button', { name: 'Export' }).click();
	const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'Customers as seen (CSV)' }).click()]);
	const text = readFileSync(await download.path(), 'utf8');
	expect(text.startsWith('\uFEFF')).toBe(true);
	const { data, meta } = Papa.parse<Record<string, string>>(text.slice(1), { header: true, skipEmptyLines: true });
	const customers = await place.owner.rows('customer');
	expect(meta.fields?.slice(0, 2)).toEqual(['Name', 'Stage']);
	expect(meta.fields?.at(-1)).toBe('External ID');
	expect(data.map((row) => row['Name']).sort()).toEqual(customers.map(({ name }) => name).sort());
	const renewals = data.map((row) => row['Renewal']!).filter(Boolean);
	expect(renewals).toEqual(renewals.toSorted());
	for (const day of renewals) expect(day).toMatch(/^\d{4}-\d\d-\d\d$/);
	expect(desk.errors).toEqual([]);
	expect(other.errors).toEqual([]);
	await Promise.all([desk.context.close(), other.context.close()]);
});
