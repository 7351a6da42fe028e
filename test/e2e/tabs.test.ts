/** Two tabs of one browser on one customer: one link for both, edits that cross at once, and the lead's death (issue 3, ADR 13). */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { openPlace, until, type Place, type Window } from './people.ts';

let place: Place;
let window: Window;
let id: string;
beforeAll(async () => {
	place = await openPlace();
	await place.loadDemo();
	id = (await place.owner.rows('customer'))[0]!.id;
	window = await place.owner.window();
});
afterAll(() => place?.close());

const name = (page: Page) => page.getByRole('textbox', { name: 'Industry' });
const synced = (page: Page) => page.locator('[data-light="synced"]').waitFor();
const title = (page: Page, text: string) => until(`the page shows ${text}`, async () => (await name(page).inputValue()) === text);

test('two tabs share one link; edits cross at once; when the lead is killed the other goes on', async () => {
	const { context, errors } = window;
	const opened = new Map<Page, string[]>();
	context.on('page', (page) => {
		opened.set(page, []);
		page.on('websocket', (socket) => opened.get(page)!.push(new URL(socket.url()).pathname));
	});
	const linksOf = (page: Page) => opened.get(page)!.filter((path) => path.startsWith('/parties/'));
	const [lead, follower] = [await context.newPage(), await context.newPage()];
	for (const page of [lead, follower]) {
		await page.goto(`${place.stack.appUrl}/customers/${id}`);
		await name(page).waitFor();
		await synced(page);
	}
	expect(linksOf(lead).filter((path) => path.endsWith(id)).length, 'the lead has the document’s link').toBe(1);
	expect(linksOf(follower), 'the other has none').toEqual([]);

	await name(follower).fill('From the second tab');
	await name(follower).press('Tab');
	await title(lead, 'From the second tab');
	await name(lead).fill('From the first tab');
	await name(lead).press('Tab');
	await title(follower, 'From the first tab');
	for (const page of [lead, follower]) await synced(page);

	await lead.close();
	await name(follower).fill('After its death');
	await name(follower).press('Tab');
	await until('the other took over', () => linksOf(follower).some((path) => path.endsWith(id)));
	await until('the room has it', async () => JSON.stringify((await place.owner.rows('customer')).find((row) => row.id === id)).includes('After its death'));
	await synced(follower);
	expect(errors).toEqual([]);
});
