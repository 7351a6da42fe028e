/** What is kept on a device and never lost, in real browsers: SY1, SY4, SY5, S17. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPlace, until, type Place } from './people.ts';

let place: Place;
let mine: { id: string; name: string }[];
const folder = mkdtempSync(join(tmpdir(), 'cuebook-device-'));
beforeAll(async () => {
	place = await openPlace();
	await place.loadDemo();
	const customers = (await place.owner.rows('customer')).toSorted((a, b) => a.name.localeCompare(b.name)).slice(0, 3);
	for (const { id } of customers) await place.edit(place.owner, id, [{ edit: 'set-field', args: { field: 'owner', value: place.owner.id } }]);
	mine = customers;
});
afterAll(async () => {
	await place?.close();
	rmSync(folder, { recursive: true, force: true });
});

test('one’s own customer opens offline though it was never opened; its edit goes as a file to another browser, once (SY1, SY4)', async () => {
	const train = await place.owner.window();
	await train.open('/settings/device');
	await train.page.locator('[data-keeping="kept"]').filter({ hasText: /[3-9]\d* records kept|\d{2,} records kept/ }).waitFor();
	await until('a worker in control', () => train.page.evaluate(() => navigator.serviceWorker.controller !== null));
	await train.context.setOffline(true);
	await train.open(`/customers/${mine[0]!.id}`);
	await train.page.getByLabel('Industry').fill('Written on the train');
	await train.page.keyboard.press('Tab');
	await train.page.locator('[data-light="waiting"]').waitFor();
	await train.page.reload();
	await until('the edit on the device', () => train.page.getByLabel('Industry').inputValue(), { isEnough: (value) => value === 'Written on the train' });

	await train.open('/settings/device');
	const [download] = await Promise.all([train.page.waitForEvent('download'), train.page.getByRole('button', { name: 'Save as a file' }).click()]);
	const file = join(folder, 'work.json');
	await download.saveAs(file);
	expect(JSON.parse(readFileSync(file, 'utf8')).documents).toMatchObject([{ id: mine[0]!.id, name: mine[0]!.name }]);

	const desk = await place.owner.window();
	await desk.open('/settings/device');
	await desk.synced();
	for (const result of ['Merged', 'Already here']) {
		await desk.page.locator('input[type=file]').setInputFiles(file);
		const dialog = desk.page.getByRole('dialog');
		await dialog.getByRole('button', { name: 'Bring in what is chosen' }).click();
		await dialog.getByText(result).waitFor();
		await dialog.getByRole('button', { name: 'Close' }).last().click();
	}
	await until('the edit in the store', async () => (await place.owner.rows('customer')).find(({ id, custom }) => id === mine[0]!.id && Object.values(custom).includes('Written on the train')));
	await train.context.setOffline(false);
	await train.synced();
	expect([...train.errors, ...desk.errors]).toEqual([]);
	await train.context.close();
	await desk.context.close();
});

test('a session that ended while offline: work goes on, the reason is said, signing in sends it all (SY4)', async () => {
	const { page, context, open, synced, errors } = await place.owner.window();
	await open(`/customers/${mine[1]!.id}`);
	await synced();
	await until('a worker in control', () => page.evaluate(() => navigator.serviceWorker.controller !== null));
	const cookies = await context.cookies();
	await context.setOffline(true);
	await page.getByLabel('Industry').fill('Written after midnight');
	await page.keyboard.press('Tab');
	await page.locator('[data-light="waiting"]').waitFor();
	// With the page its link is gone, too: the next one needs the session.
	await page.reload();
	await page.locator('[data-light="waiting"]').waitFor();
	await context.clearCookies();
	await context.setOffline(false);
	await page.getByText('Your session has ended.').first().waitFor();
	await page.getByLabel('Country').fill('Nowhere');
	await page.keyboard.press('Tab');
	await page.locator('[data-light="cannot"]').waitFor();
	await context.addCookies(cookies);
	await page.reload();
	await synced();
	await until('both in the store', async () => (await place.owner.rows('customer')).find(({ id, custom }) => id === mine[1]!.id && ['Written after midnight', 'Nowhere'].every((value) => Object.values(custom).includes(value))));
	expect(errors).toEqual([]);
	await context.close();
});

test('storage full: it is said, editing goes on and arrives; with room again the banner goes (S17)', async () => {
	const { page, context, open, synced, errors } = await place.owner.window();
	await open(`/customers/${mine[2]!.id}`);
	await synced();
	await page.evaluate(() => {
		const add = IDBObjectStore.prototype.add;
		const full = { isFull: true };
		Object.assign(window, { full });
		IDBObjectStore.prototype.add = function (...values: Parameters<typeof add>) {
			if (full.isFull && this.name === 'updates') throw new DOMException('No room', 'QuotaExceededError');
			return add.apply(this, values);
		};
	});
	await page.getByLabel('Industry').fill('Written without room');
	await page.keyboard.press('Tab');
	await page.getByText('This device has no room left.').waitFor();
	await until('the edit in the store', async () => (await place.owner.rows('customer')).find(({ id, custom }) => id === mine[2]!.id && Object.values(custom).includes('Written without room')));
	await page.evaluate(() => ((window as unknown as { full: { isFull: boolean } }).full.isFull = false));
	await page.getByText('This device has no room left.').waitFor({ state: 'detached', timeout: 40_000 });
	expect(errors).toEqual([]);
	await context.close();
});
