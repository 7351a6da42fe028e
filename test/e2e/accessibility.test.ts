/** Everyone can use it: every screen by axe in light and dark, in another language and by thumb (MO1); the keyboard alone. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inBothSchemes } from './axe.ts';
import { openContext, type Device } from './browser.ts';
import { misfits } from './misfits.ts';
import { openPlace, until, type Place, type Window } from './people.ts';
import { furnish, type Screen } from './screens.ts';

let place: Place;
let screens: Screen[];
beforeAll(async () => {
	place = await openPlace();
	screens = await furnish(place);
});
afterAll(() => place?.close());

/** The language that a device's walk is made in: the longest words of the three for the narrow screen. English is what every other test reads. */
const languages = { desktop: { name: 'Italiano', code: 'it', places: ['Home|Inizio', 'Clienti', 'Impostazioni'] }, phone: { name: 'Français', code: 'fr', places: ['Accueil', 'Clients'] } };
/** A key, or a message with its hole unfilled: never shown to anybody. */
const unspoken = /\b(nav|frame|ui|home|customers?|actions?|playbooks?|runs?|settings|outbox|import|light|palette|document|refusal|problem)_[a-z][a-z0-9_]*\b|(?<!\{)\{[a-z]+\}(?!\})/g;

describe.each<Device>(['desktop', 'phone'])('on a %s', (device) => {
	test(`every screen speaks ${languages[device].name}, chosen in the account menu; axe finds nothing serious in light and dark; a thumb hits everything on a phone`, async () => {
		const { page, errors, open, synced } = await place.owner.window(device);
		const { name: language, code, places } = languages[device];
		await open('/customers');
		await synced();
		if (device === 'phone') await page.getByRole('button', { name: 'More' }).click();
		await page.getByRole('button', { name: /^Your account/ }).click();
		await page.getByRole('menuitem', { name: language }).or(page.getByRole('menuitemcheckbox', { name: language })).first().click();
		await page.locator(`html[lang="${code}"]`).waitFor();
		for (const name of places) await page.getByRole('navigation').getByRole('link', { name: new RegExp(`^(${name})`) }).last().waitFor();

		const found: string[] = [];
		for (const { name, path } of screens) {
			await open(path);
			await synced();
			found.push(...((await page.locator('body').innerText()).match(unspoken) ?? []).map((key) => `${name}: ${key}`));
			if (device === 'phone') found.push(...(await misfits(page)).map((misfit) => `${name}: ${misfit}`));
			found.push(...(await inBothSchemes(page, name)));
		}
		expect(found).toEqual([]);
		expect(errors).toEqual([]);
		await page.context().close();
	}, 400_000);

	test('axe finds nothing serious signed out, nor with what opens over a page', async () => {
		const stranger = await openContext(place.browser, device);
		const door = await stranger.newPage();
		await door.goto(`${place.stack.appUrl}/sign-in`);
		await door.getByLabel('Email address').waitFor();
		const found = await inBothSchemes(door, 'sign-in');
		await stranger.close();

		const { page, errors, open, synced } = await place.owner.window(device);
		await open('/customers');
		await synced();
		const over: Record<string, () => Promise<void>> = {
			'search': async () => await page.getByRole('banner').getByRole('button', { name: /^Search/ }).click(),
			'new customer': async () => await page.getByRole('button', { name: 'New', exact: true }).click(),
			'filters': async () => await page.getByRole('button', { name: /Filter/ }).click(),
			'sync': async () => await page.locator('[data-light]').click(),
			...(device === 'phone' ? { more: async () => await page.getByRole('button', { name: 'More' }).click() } : { account: async () => await page.getByRole('button', { name: /^Your account/ }).click() }),
		};
		for (const [name, act] of Object.entries(over)) {
			await act();
			const floating = page.locator('[role="dialog"], [role="menu"], [data-popover-content]').first();
			await floating.waitFor();
			found.push(...(await inBothSchemes(page, name)));
			// A list that is open inside closes first.
			await until(`${name} closed`, async () => (await page.keyboard.press('Escape'), (await floating.count()) === 0));
		}
		expect(found).toEqual([]);
		expect(errors).toEqual([]);
		await page.context().close();
	});
});

describe('by keyboard alone', () => {
	let window: Window;
	beforeAll(async () => {
		window = await place.owner.window();
		await window.open('/');
		await window.synced();
	});
	afterAll(() => window?.context.close());
	const heading = async (name: string | RegExp) => await window.page.getByRole('heading', { level: 1, name }).waitFor();
	/** The accessible text of what has the focus. */
	const focused = () => window.page.evaluate(() => `${document.activeElement?.tagName.toLowerCase()} ${document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent?.trim() ?? ''}`);

	test('g and a letter goes to a place; j, k and Enter open a customer', async () => {
		const { keyboard } = window.page;
		await keyboard.press('g');
		await keyboard.press('c');
		await heading('Customers');
		await window.page.getByRole('row').nth(4).waitFor();
		for (const key of ['j', 'j', 'j', 'k']) await keyboard.press(key);
		const second = await window.page.getByRole('row').nth(2).getByRole('link').first().innerText();
		await keyboard.press('Enter');
		await heading(second);
	});

	test('Ctrl K finds a customer by a contact’s or its own name, Enter opens it', async () => {
		const { page } = window;
		const book = await place.owner.rows('customer');
		const wanted = book.find(({ name }) => name === 'Falkenstein Brauerei')!;
		await page.keyboard.press('Control+k');
		await page.getByRole('combobox', { name: /A customer/ }).waitFor();
		await page.keyboard.type('falkenst');
		await page.getByRole('option', { name: wanted.name }).first().waitFor();
		await page.keyboard.press('Enter');
		await heading(wanted.name);
		expect(new URL(page.url()).pathname).toBe(`/customers/${wanted.id}`);
	});

	test('Tab reaches the page past the frame, and a dialog gives the focus back', async () => {
		const { page } = window;
		await window.open('/customers');
		await page.getByRole('row').nth(4).waitFor();
		await page.keyboard.press('Tab');
		expect(await focused()).toMatch(/^a Skip/);
		await page.keyboard.press('Enter');
		await until('the focus past the frame', focused, { isEnough: (at) => !at.startsWith('a Skip') });
		await page.getByRole('link', { name: 'Import' }).waitFor();
		for (const act of ['button Export', 'a Import', 'button New']) {
			await page.keyboard.press('Tab');
			expect(await focused()).toBe(act);
		}
		await page.keyboard.press('Enter');
		const dialog = page.getByRole('dialog', { name: 'New customer' });
		await dialog.waitFor();
		await until('the focus in the dialog', () => dialog.evaluate((node) => node.contains(document.activeElement)));
		// Tab goes round inside it.
		for (let n = 0; n < 12; n++) await page.keyboard.press('Tab');
		expect(await dialog.evaluate((node) => node.contains(document.activeElement))).toBe(true);
		await page.keyboard.press('Escape');
		await dialog.waitFor({ state: 'detached' });
		await until('the focus back', focused, { isEnough: (at) => at === 'button New' });
	});

	test('a customer is made, its stage chosen and a field written', async () => {
		const { page } = window;
		await window.open('/customers');
		await page.getByRole('button', { name: 'New', exact: true }).focus();
		await page.keyboard.press('Enter');
		await page.getByRole('dialog', { name: 'New customer' }).waitFor();
		await until('the name field', focused, { isEnough: (at) => at.startsWith('input') });
		await page.keyboard.type('Keyboard & Sons');
		await page.keyboard.press('Enter');
		await heading('Keyboard & Sons');
		const stage = page.getByLabel('Stage').first();
		await until('the stage to be chosen', () => stage.isEnabled());
		await stage.focus();
		const unchosen = await stage.innerText();
		await page.keyboard.press('Enter');
		// As a person does: looks which one is marked, moves, looks again, and sees the choice before going on.
		const marked = page.locator('[role=option][data-highlighted]');
		await marked.waitFor();
		const first = await marked.innerText();
		await page.keyboard.press('ArrowDown');
		await until('the next stage marked', () => marked.innerText(), { isEnough: (name) => name !== first });
		await page.keyboard.press('Enter');
		await until('the stage chosen', () => stage.innerText(), { isEnough: (name) => name !== unchosen });
		await page.getByRole('listbox').waitFor({ state: 'detached' });
		await until('the focus back at the stage', () => stage.evaluate((node) => node === document.activeElement));
		await page.getByLabel('Domain').focus();
		await page.keyboard.type('keyboard.example');
		await page.keyboard.press('Tab');
		const made = await until('the new customer with stage and domain', async () => (await place.owner.rows('customer')).find(({ name, stage, domain }) => name === 'Keyboard & Sons' && stage !== null && domain !== null));
		expect(made?.domain).toBe('keyboard.example');
		expect(window.errors).toEqual([]);
	});
});
