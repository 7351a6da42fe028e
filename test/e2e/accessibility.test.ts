/** Everyone can use it: axe on every screen in light and dark, the keyboard alone, and the words of three languages. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../scripts/settings.ts';
import { openContext, type Device } from './browser.ts';
import { openPlace, until, type Place, type Window } from './people.ts';
import { furnish, type Screen } from './screens.ts';

let place: Place;
let screens: Screen[];
beforeAll(async () => {
	place = await openPlace();
	screens = await furnish(place);
});
afterAll(() => place?.close());

const axe = readFileSync(join(root, 'node_modules', 'axe-core', 'axe.min.js'), 'utf8');
type AxeResult = { violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[] };

/** What axe finds serious or critical, one line each. `rules` limits it to those. */
async function violations(page: Page, at: string, rules: string[] | null = null): Promise<string[]> {
	await page.evaluate(axe);
	const { violations } = await page.evaluate(
		(only): Promise<AxeResult> => (globalThis as unknown as { axe: { run: (on: unknown, options: unknown) => Promise<AxeResult> } }).axe.run(document, { resultTypes: ['violations'], ...(only ? { runOnly: { type: 'rule', values: only } } : {}) }),
		rules,
	);
	return violations
		.filter(({ impact }) => impact === 'serious' || impact === 'critical')
		.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${at}: ${id}: ${html.slice(0, 200)} ${failureSummary.replace(/\s+/g, ' ').slice(0, 200)}`));
}

/** Light with every rule, then dark with what colours can break. */
async function inBothSchemes(page: Page, at: string): Promise<string[]> {
	await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
	const light = await violations(page, `${at}, light`);
	await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
	await page.locator('html[data-theme="dark"]').waitFor();
	return [...light, ...(await violations(page, `${at}, dark`, ['color-contrast', 'link-in-text-block']))];
}

describe.each<Device>(['desktop', 'phone'])('axe finds nothing serious on a %s', (device) => {
	test('on any screen, light and dark', async () => {
		const { page, errors, open, synced } = await place.owner.window(device);
		const found: string[] = [];
		for (const { name, path } of screens) {
			await open(path);
			await synced();
			found.push(...(await inBothSchemes(page, name)));
		}
		expect(found).toEqual([]);
		expect(errors).toEqual([]);
		await page.context().close();
	}, 400_000);

	test('signed out, and with what opens over a page', async () => {
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
		await page.getByLabel('Domain').focus();
		await page.keyboard.type('keyboard.example');
		await page.keyboard.press('Tab');
		const made = await until('the new customer with stage and domain', async () => (await place.owner.rows('customer')).find(({ name, stage, domain }) => name === 'Keyboard & Sons' && stage !== null && domain !== null));
		expect(made?.domain).toBe('keyboard.example');
		expect(window.errors).toEqual([]);
	});
});

describe('in three languages', () => {
	const places = { Français: ['Accueil', 'Clients', 'Réglages|Paramètres'], Italiano: ['Home|Inizio', 'Clienti', 'Impostazioni'] };
	test.each(Object.entries(places))('%s is chosen in the account menu, and every screen speaks it', async (language, names) => {
		const { page, errors, open, synced, context } = await place.owner.window();
		await open('/customers');
		await synced();
		await page.getByRole('button', { name: /^Your account/ }).click();
		await page.getByRole('menuitem', { name: language }).or(page.getByRole('menuitemcheckbox', { name: language })).first().click();
		await page.locator(`html[lang="${language === 'Italiano' ? 'it' : 'fr'}"]`).waitFor();
		for (const name of names) await page.getByRole('navigation').first().getByRole('link', { name: new RegExp(`^(${name})`) }).waitFor();
		const keys: string[] = [];
		for (const { name, path } of screens) {
			await open(path);
			await synced();
			const text = await page.locator('body').innerText();
			// A key, or a message with its hole unfilled: never shown to anybody.
			const leftovers = text.match(/\b(nav|frame|ui|home|customers?|actions?|playbooks?|runs?|settings|outbox|import|light|palette|document|refusal|problem)_[a-z][a-z0-9_]*\b|(?<!\{)\{[a-z]+\}(?!\})/g) ?? [];
			keys.push(...leftovers.map((key) => `${name}: ${key}`));
		}
		expect(keys).toEqual([]);
		expect(errors).toEqual([]);
		await context.close();
	}, 300_000);
});
