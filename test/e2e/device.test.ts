/** What is kept on a device and never lost, in real browsers: SY1, SY4, SY5, S17. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Locator, Page } from 'playwright-core';
import { openProfile } from './browser.ts';
import { openDoor } from './newer-version.ts';
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
	await fillDevice(page);
	await page.getByLabel('Industry').fill('Written without room');
	await page.keyboard.press('Tab');
	await page.getByText('This device has no room left.').waitFor();
	await until('the edit in the store', async () => (await place.owner.rows('customer')).find(({ id, custom }) => id === mine[2]!.id && Object.values(custom).includes('Written without room')));
	await page.evaluate(() => ((window as unknown as { full: { isFull: boolean } }).full.isFull = false));
	await page.getByText('This device has no room left.').waitFor({ state: 'detached' });
	expect(errors).toEqual([]);
	await context.close();
});

test('what the light says waits here survives a reload in that very moment, again and again (SY1, SY4)', async () => {
	const { page, context, open, synced, errors } = await place.owner.window();
	await open(`/customers/${mine[2]!.id}`);
	await synced();
	await until('a worker in control', () => page.evaluate(() => navigator.serviceWorker.controller !== null));
	await context.setOffline(true);
	const industry = page.getByLabel('Industry');
	for (let round = 1; round <= 6; round++) {
		// In the page, so that not a millisecond lies between the word and the reload.
		const reloaded = page.waitForEvent('load');
		await page.evaluate((waits) => {
			const light = document.querySelector('[data-light]') as HTMLElement;
			const look = () => (light.dataset['light'] === 'waiting' && light.innerText.includes(`${waits} waiting`) ? location.reload() : void setTimeout(look, 0));
			look();
		}, round);
		await industry.fill(`Round ${round}`);
		await page.keyboard.press('Tab');
		await reloaded;
		await until('the edit on the device', () => industry.inputValue(), { isEnough: (value) => value === `Round ${round}` });
	}
	await context.setOffline(false);
	await isStored(2, 'Round 6');
	await synced();
	expect(errors).toEqual([]);
	await context.close();
});

test('a field that is half written when its tab is reloaded is kept, and the person is asked (SY1)', async () => {
	const { page, context, open, synced, errors } = await place.owner.window();
	await open(`/customers/${mine[2]!.id}`);
	await synced();
	await until('a worker in control', () => page.evaluate(() => navigator.serviceWorker.controller !== null));
	await context.setOffline(true);
	const industry = page.getByLabel('Industry');
	let asked = 0;
	page.on('dialog', () => asked++);
	for (let round = 1; round <= 6; round++) {
		const reloaded = page.waitForEvent('load');
		await industry.fill(`Half of ${round}`);
		// Whoever asks for the reload waits for its answer in vain.
		await page.evaluate(() => void setTimeout(() => location.reload(), 0));
		await reloaded;
		await until('the edit on the device', () => industry.inputValue(), { isEnough: (value) => value === `Half of ${round}` });
	}
	expect(asked).toBe(6);
	await context.setOffline(false);
	await isStored(2, 'Half of 6');
	expect(errors).toEqual([]);
	await context.close();
});

test('a decision that could still be undone is kept when its tab goes away in the moment it was made; undone, it is never sent (SY3)', async () => {
	const { page, context, synced, errors } = await place.owner.window();
	const titles = ['Ring the clinic', 'Book the room', 'Thank the team', 'Not this one'];
	for (const title of titles) await place.owner.command('create-task', { id: `task_${crypto.randomUUID().slice(0, 18)}`, title, customerId: mine[2]!.id, assignees: [place.owner.id], dueAt: Date.now() });
	await page.goto(`${place.stack.appUrl}/actions`);
	await until('a worker in control', () => page.evaluate(() => navigator.serviceWorker.controller !== null));
	await synced();
	await context.setOffline(true);
	const tick = (title: string) => page.getByRole('button', { name: `Complete “${title}”` });
	for (const title of titles.slice(0, 3)) {
		await tick(title).waitFor();
		const reloaded = page.waitForEvent('load');
		// In the page, so that not a millisecond lies between the decision and the reload.
		await page.evaluate((name) => {
			const look = () => ([...document.querySelectorAll('[data-action]')].some((row) => row.textContent.includes(name)) ? void setTimeout(look, 0) : location.reload());
			look();
		}, title);
		await tick(title).click();
		await reloaded;
		await tick('Not this one').waitFor();
		expect(await tick(title).count(), title).toBe(0);
	}
	await tick('Not this one').click();
	await tick('Not this one').waitFor({ state: 'detached' });
	await page.getByRole('button', { name: 'Undo' }).click();
	await tick('Not this one').waitFor();
	const unsent = page.getByRole('region', { name: 'Waiting to be sent' });
	await until('three wait to be sent', () => unsent.getByRole('listitem').count(), { isEnough: (count) => count === 3 });
	await context.setOffline(false);
	const states = async () => (await place.owner.rows('task')).filter(({ title }) => titles.includes(title)).map(({ title, state }) => `${title}: ${state}`).toSorted();
	await until('all three done', states, { isEnough: (all) => all.filter((one) => one.endsWith(': done')).length === 3 });
	await synced();
	expect(await states()).toEqual(['Book the room: done', 'Not this one: open', 'Ring the clinic: done', 'Thank the team: done']);
	expect(errors).toEqual([]);
	await context.close();
});

test('an edit that neither the device nor a room has: the browser asks before its tab goes, until one of them has it (S17)', async () => {
	const { page, context, open, synced, errors } = await place.owner.window();
	await open(`/customers/${mine[2]!.id}`);
	await synced();
	await until('a worker in control', () => page.evaluate(() => navigator.serviceWorker.controller !== null));
	await context.setOffline(true);
	await fillDevice(page);
	context.removeAllListeners('dialog');
	const asked: string[] = [];
	context.on('dialog', (dialog) => (asked.push(dialog.type()), void dialog.dismiss()));
	await page.getByLabel('Industry').fill('Nowhere but here');
	await page.keyboard.press('Tab');
	await page.getByText('This device has no room left.').waitFor();
	await page.evaluate(() => location.reload());
	await until('it asked', () => asked, { isEnough: (types) => types.length === 1 });
	expect([asked, await page.getByLabel('Industry').inputValue()]).toEqual([['beforeunload'], 'Nowhere but here']);

	await page.evaluate(() => ((window as unknown as { full: { isFull: boolean } }).full.isFull = false));
	await page.locator('[data-light="waiting"]').waitFor();
	await page.reload();
	await until('the edit on the device', () => page.getByLabel('Industry').inputValue(), { isEnough: (value) => value === 'Nowhere but here' });
	await context.setOffline(false);
	await isStored(2, 'Nowhere but here');
	expect([asked.length, errors]).toEqual([1, []]);
	await context.close();
});

/** Its device takes no more edits while `full.isFull`. */
const fillDevice = (page: Page) =>
	page.evaluate(() => {
		const add = IDBObjectStore.prototype.add;
		const full = { isFull: true };
		Object.assign(window, { full });
		IDBObjectStore.prototype.add = function (...values: Parameters<typeof add>) {
			if (full.isFull && this.name === 'updates') throw new DOMException('No room', 'QuotaExceededError');
			return add.apply(this, values);
		};
	});

/** Updates of documents that the device holds on its disk, by its own database. */
const keptUpdates = (page: Page): Promise<number> =>
	page.evaluate(async () => {
		const name = (await indexedDB.databases()).map((one) => one.name!).find((one) => one.startsWith('cuebook:documents:'));
		if (!name) return 0;
		const database = await new Promise<IDBDatabase>((resolve, reject) => {
			const request = indexedDB.open(name);
			request.onsuccess = () => resolve(request.result);
			request.onerror = () => reject(request.error);
		});
		// eslint-disable-next-line no-restricted-syntax -- IndexedDB knows nothing but transactions; R4 is about the store
		const count = await new Promise<number>((resolve) => (database.transaction('updates').objectStore('updates').count().onsuccess = ({ target }) => resolve((target as IDBRequest<number>).result)));
		database.close();
		return count;
	});
const isStored = (index: number, value: string) => until(`“${value}” in the store`, async () => (await place.owner.rows('customer')).find(({ id, custom }) => id === mine[index]!.id && Object.values(custom).includes(value)));

test('the browser is killed with edits that nobody has; opened again, offline still, they are there, and then they arrive (SY1, S16)', async () => {
	const profile = join(folder, 'profile');
	const visitor = await place.owner.window();
	const cookies = await visitor.context.cookies();
	await visitor.context.close();
	const address = `${place.stack.appUrl}/customers/${mine[0]!.id}`;
	let browser = await openProfile(profile);
	const visit = async (isOffline: boolean) => {
		const page = await browser.context.newPage();
		await page.setViewportSize({ width: 1440, height: 900 });
		await browser.context.setOffline(isOffline);
		await page.goto(address);
		await page.getByLabel('Industry').waitFor();
		return page;
	};
	try {
		// Signed in yesterday: what a browser writes down lazily, the cookie and that somebody is here, is on its disk.
		await browser.context.addCookies(cookies);
		const yesterday = await visit(false);
		await yesterday.locator('[data-light="synced"]').waitFor();
		await until('a worker in control', () => yesterday.evaluate(() => navigator.serviceWorker.controller !== null));
		await browser.quit();

		browser = await openProfile(profile);
		const train = await visit(true);
		const before = await keptUpdates(train);
		await train.getByLabel('Industry').fill('Written before the crash');
		await train.keyboard.press('Tab');
		await train.locator('[data-light="waiting"]').waitFor();
		await until('it is on the disk', () => keptUpdates(train), { isEnough: (count) => count > before });
		await browser.kill();

		browser = await openProfile(profile);
		const after = await visit(true);
		await until('the edit on the device', () => after.getByLabel('Industry').inputValue(), { isEnough: (value) => value === 'Written before the crash' });
		await after.locator('[data-light="waiting"]').waitFor();
		await browser.context.addCookies(cookies);
		await browser.context.setOffline(false);
		await isStored(0, 'Written before the crash');
		await after.locator('[data-light="synced"]').waitFor();
	} finally {
		await browser.kill();
	}
});

test('IndexedDB is closed under the app: what is written then is kept again, and arrives (S17)', async () => {
	const { page, context, open, synced, errors } = await place.owner.window();
	await open(`/customers/${mine[1]!.id}`);
	await synced();
	await until('a worker in control', () => page.evaluate(() => navigator.serviceWorker.controller !== null));
	// As WebKit does in the background: every connection that the page has is closed, and nobody is told.
	await page.evaluate(() => {
		const { open } = IDBFactory.prototype;
		const { transaction } = IDBDatabase.prototype;
		const isNew = new WeakSet<IDBDatabase>();
		IDBFactory.prototype.open = function (...args: Parameters<typeof open>) {
			const request = open.apply(this, args);
			request.addEventListener('success', () => isNew.add(request.result));
			return request;
		};
		IDBDatabase.prototype.transaction = function (...args: Parameters<typeof transaction>) {
			if (!isNew.has(this)) this.close();
			return transaction.apply(this, args);
		};
	});
	await context.setOffline(true);
	const before = await keptUpdates(page);
	await page.getByLabel('Industry').fill('Written on closed ground');
	await page.keyboard.press('Tab');
	await page.locator('[data-light="waiting"]').waitFor();
	await until('it is on the disk', () => keptUpdates(page), { isEnough: (count) => count > before });
	await page.reload();
	await until('the edit on the device', () => page.getByLabel('Industry').inputValue(), { isEnough: (value) => value === 'Written on closed ground' });
	await context.setOffline(false);
	await isStored(1, 'Written on closed ground');
	expect(errors).toEqual([]);
	await context.close();
});

test('a newer version is taken offline with an edit half written and a decision that could still be undone: both arrive; the other tab goes on as it was until its person says so (SY4)', async () => {
	const door = await openDoor(place.stack.appUrl);
	const { page, context, errors } = await place.owner.window();
	try {
		const taskId = `task_${crypto.randomUUID().slice(0, 18)}`;
		await place.owner.command('create-task', { id: taskId, title: 'Ring them back', customerId: mine[2]!.id, assignees: [place.owner.id], dueAt: Date.now() });
		await page.goto(`${door.url}/actions`);
		await until('a worker in control', () => page.evaluate(() => navigator.serviceWorker.controller !== null));
		const other = await context.newPage();
		await other.goto(`${door.url}/customers/${mine[2]!.id}`);
		await other.evaluate(() => Object.assign(window, { isSame: true }));
		const [here, there] = [page, other].map((tab) => tab.getByRole('status').filter({ hasText: 'A newer version is ready.' }).getByRole('button', { name: 'Reload' })) as [Locator, Locator];
		door.publish();
		// As when the app comes back into view.
		await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
		await Promise.all([here.waitFor(), there.waitFor()]);

		await context.setOffline(true);
		// A worker that leaves must not be called back by a tab that asks the server for something at that moment.
		await other.evaluate(() => void setInterval(() => void fetch('/api/session').catch(() => {}), 2));
		await page.getByRole('button', { name: /^Complete “Ring them back/ }).click();
		await page.getByRole('button', { name: 'Complete “Ring them back”' }).waitFor({ state: 'detached' });
		await here.click();
		await here.waitFor({ state: 'detached' });
		await page.getByRole('region', { name: 'Waiting to be sent' }).getByText('Ring them back').waitFor();
		expect(await other.evaluate(() => 'isSame' in window)).toBe(true);
		expect(await other.evaluate(async () => (await caches.keys()).length), 'what the other tab may still load is there').toBe(2);
		await other.getByLabel('Industry').fill('Written before the update');
		await there.click();
		await other.waitForFunction(() => !('isSame' in window));
		await until('the edit on the device', () => other.getByLabel('Industry').inputValue(), { isEnough: (value) => value === 'Written before the update' });
		expect(await there.count()).toBe(0);

		await context.setOffline(false);
		await isStored(2, 'Written before the update');
		await until('the task done', async () => (await place.owner.rows('task')).some(({ id, state }) => id === taskId && state === 'done'));
		expect(errors).toEqual([]);
	} finally {
		await context.close();
		await door.close();
	}
});
