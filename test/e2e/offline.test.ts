/** The app without network, and with colleagues: SY1, SY4, MO1; the parts 5 and 11. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPlace, quickest, until, type Person, type Place, type Window } from './people.ts';
import { furnish, type Screen } from './screens.ts';

let place: Place;
let colleague: Person;
let customers: { id: string; name: string }[];
let screens: Screen[];
beforeAll(async () => {
	place = await openPlace();
	screens = await furnish(place);
	colleague = await place.colleague('ana.ruiz@example.org');
	customers = (await place.owner.rows('customer')).toSorted((a, b) => a.name.localeCompare(b.name));
});
afterAll(() => place?.close());

test('it can be installed: a valid manifest, reachable icons, a worker that controls the page', async () => {
	const { page, open, errors, context } = await place.owner.window('phone');
	await open('/');
	const address = await page.locator('link[rel=manifest]').evaluate((link: HTMLLinkElement) => link.href);
	const answer = await context.request.get(address);
	expect(answer.headers()['content-type']).toMatch(/json/);
	const manifest = (await answer.json()) as { name: string; start_url: string; display: string; icons: { src: string; sizes: string; type: string; purpose?: string }[] };
	expect(manifest).toMatchObject({ name: 'Cuebook', display: 'standalone' });
	expect((await context.request.get(new URL(manifest.start_url, address).href)).status()).toBe(200);
	expect(manifest.icons.map(({ sizes }) => sizes)).toEqual(expect.arrayContaining(['192x192', '512x512']));
	for (const { src, sizes, type } of manifest.icons) {
		const icon = await context.request.get(new URL(src, address).href);
		expect(`${icon.status()} ${icon.headers()['content-type']?.split(';')[0]}`).toBe(`200 ${type}`);
		// A PNG says its size in its first bytes.
		if (type === 'image/png') expect(`${(await icon.body()).readUInt32BE(16)}x${(await icon.body()).readUInt32BE(20)}`).toBe(sizes);
	}
	await until('a worker in control', () => page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state === 'activated' && navigator.serviceWorker.controller !== null));
	expect(errors).toEqual([]);
	await context.close();
});

test('every screen opens without network on what was synced, or says that it isn’t here, and how old all that is (SY1, SY2)', async () => {
	const { page, open, synced, errors, context } = await place.owner.window('phone');
	await open('/');
	await synced();
	await until('a worker in control', () => page.evaluate(() => navigator.serviceWorker.controller !== null));
	await context.setOffline(true);
	await page.reload();
	await page.locator('[data-as-of]').waitFor();
	const never = ['customers/customer', 'customers/customer_x/documents/note', 'playbooks/playbook', 'runs/run', 'templates/template'].map((kind) => ({ name: `never seen: ${kind}`, path: `/${kind}_${'z'.repeat(20)}` }));
	for (const { name, path } of [...screens, ...never]) {
		// As a link does, inside the app.
		await page.evaluate((href) => {
			const link = Object.assign(document.createElement('a'), { href });
			document.body.appendChild(link);
			link.click();
			link.remove();
		}, path);
		await until(`${name} without network`, () => page.evaluate((wanted) => {
			// The error page has another main.
			const main = document.querySelector<HTMLElement>('main#content');
			if (location.pathname + location.search !== wanted || !main || !document.querySelector('[data-as-of]')) return false;
			return main.innerText.trim().length > 20 && ![...main.querySelectorAll('[role=status]')].some((one) => /Loading|Opening/.test(one.textContent));
		}, path));
	}
	expect(errors).toEqual([]);
	await context.close();
});

describe('without network', () => {
	let phone: Window;
	let desk: Window;
	const light = (word: string) => phone.page.locator(`[data-light="${word}"]`);
	beforeAll(async () => {
		phone = await place.owner.window('phone');
		await phone.open(`/customers/${customers[0]!.id}`);
		await phone.synced();
		await phone.page.getByRole('textbox', { name: 'Industry' }).waitFor();
		await until('a worker in control', () => phone.page.evaluate(() => navigator.serviceWorker.controller !== null));
		desk = await colleague.window();
		await desk.open(`/customers/${customers[0]!.id}`);
		await desk.synced();
	});
	afterAll(async () => {
		await phone?.context.close();
		await desk?.context.close();
	});

	test('the app opens, with the list from the device', async () => {
		await phone.context.setOffline(true);
		await phone.open('/customers');
		await phone.page.getByRole('listitem').filter({ hasText: customers[1]!.name }).waitFor();
		await light('saved-here').waitFor();
		await phone.page.getByRole('searchbox', { name: 'Search customers' }).fill(customers[0]!.name);
		await phone.page.getByRole('listitem').filter({ hasText: customers[0]!.name }).tap();
		await phone.page.getByRole('heading', { level: 1, name: customers[0]!.name }).waitFor();
	});

	test('a customer that was open opens again after a reload, an edit shows at once and waits', async () => {
		const { page } = phone;
		await page.reload();
		await page.getByRole('heading', { level: 1, name: customers[0]!.name }).waitFor();
		await page.getByLabel('Industry').fill('Written on the train');
		await page.getByLabel('Country').tap();
		await light('waiting').waitFor();
		expect(await light('waiting').innerText()).toMatch(/1 waiting/);
		// It outlives the app, too.
		await page.reload();
		await until('the edit on the device', () => page.getByLabel('Industry').inputValue(), { isEnough: (value) => value === 'Written on the train' });
		await light('waiting').waitFor();
		expect(await desk.page.getByLabel('Industry').inputValue()).not.toBe('Written on the train');
	});

	test('one’s own customer that was never open is there', async () => {
		const { page } = phone;
		await phone.open(`/customers/${customers[5]!.id}`);
		await page.getByRole('heading', { level: 1, name: customers[5]!.name }).waitFor();
	});

	test('back online it arrives at a colleague’s screen within 2 s, and the light says synced', async () => {
		const { page } = phone;
		await phone.open(`/customers/${customers[0]!.id}`);
		await page.getByLabel('Industry').waitFor();
		let written = 'Written on the train';
		const arriving = await quickest(2_000, async (n) => {
			if (n > 0) {
				written = `Written on the train ${n}`;
				await phone.context.setOffline(true);
				await page.getByLabel('Industry').fill(written);
				await page.getByLabel('Country').tap();
				await light('waiting').waitFor();
			}
			const back = Date.now();
			await phone.context.setOffline(false);
			await until('the edit on the colleague’s screen', () => desk.page.getByLabel('Industry').inputValue(), { isEnough: (value) => value === written });
			return Date.now() - back;
		});
		expect(arriving).toBeLessThan(2_000);
		await phone.synced();
		await until('the edit in the store', async () => (await colleague.rows('customer')).find(({ id, custom }) => id === customers[0]!.id && Object.values(custom).includes(written)));
		expect([...phone.errors, ...desk.errors]).toEqual([]);
	});

	test('on a slow link nothing can be written in a customer before it is here, then all is kept', async () => {
		const { page } = desk;
		let give!: () => void;
		const slow = new Promise<void>((resolve) => (give = resolve));
		await page.route(`**/api/rooms/token?room=${customers[6]!.id}`, async (route) => (await slow, route.continue()));
		await desk.open(`/customers/${customers[6]!.id}`);
		const [domain, stage] = [page.getByLabel('Domain'), page.getByLabel('Stage').first()];
		await domain.waitFor();
		expect([await domain.isDisabled(), await stage.isDisabled()]).toEqual([true, true]);
		expect(await page.getByRole('region', { name: 'Focus areas' }).innerText(), 'not “nothing written”').toContain('Opening…');
		give();
		await domain.fill('slow.example');
		await page.keyboard.press('Tab');
		await until('the edit in the store', async () => (await colleague.rows('customer')).find(({ id, domain }) => id === customers[6]!.id && domain === 'slow.example'));
		expect(desk.errors).toEqual([]);
	});

	test('a colleague’s customer that was never open says so: what the list knows is shown, and can’t be written', async () => {
		const { page } = desk;
		await until('a worker in control', () => page.evaluate(() => navigator.serviceWorker.controller !== null));
		await desk.context.setOffline(true);
		await desk.open(`/customers/${customers[7]!.id}`);
		await page.getByRole('heading', { level: 1, name: customers[7]!.name }).waitFor();
		await page.getByText('editing needs a connection once').waitFor();
		for (const field of ['Stage', 'Industry', 'Owner']) expect(await page.getByLabel(field, { exact: true }).first().isDisabled(), field).toBe(true);
		await desk.context.setOffline(false);
		await desk.synced();
	});

	test('a decision taken without network arrives later too', async () => {
		const { page } = phone;
		const id = `task_${crypto.randomUUID().slice(0, 18)}`;
		await place.owner.command('create-task', { id, title: 'Ring them back', customerId: customers[0]!.id, assignees: [place.owner.id], dueAt: Date.now() });
		await phone.open('/actions');
		await page.getByRole('button', { name: /^Complete “Ring them back/ }).waitFor();
		await phone.context.setOffline(true);
		await page.getByRole('button', { name: /^Complete “Ring them back/ }).tap();
		await light('waiting').waitFor();
		await phone.context.setOffline(false);
		await until('the task done', async () => (await place.owner.rows('task')).find((task) => task.id === id && task.state === 'done'));
		await phone.synced();
	});
});

describe('together', () => {
	let mine: Window;
	let hers: Window;
	beforeAll(async () => {
		mine = await place.owner.window();
		hers = await colleague.window();
		for (const window of [mine, hers]) {
			await window.open(`/customers/${customers[2]!.id}`);
			await window.synced();
			await window.page.getByRole('button', { name: 'Write in the focus areas' }).waitFor();
		}
	});
	afterAll(async () => {
		await mine?.context.close();
		await hers?.context.close();
	});

	test('each sees that the other is here, on this customer', async () => {
		await mine.page.getByRole('list', { name: 'Also on this customer' }).getByTitle(/Ana/).waitFor();
		await hers.page.getByRole('list', { name: 'Also on this customer' }).getByRole('listitem').first().waitFor();
		await mine.page.getByRole('button', { name: /here/ }).click();
		await mine.page.getByRole('link', { name: new RegExp(customers[2]!.name) }).waitFor();
		await mine.page.keyboard.press('Escape');
	});

	test('a field that one writes is on the other’s screen within a second', async () => {
		const seen = await quickest(1_000, async (n) => {
			await mine.page.getByLabel('Industry').fill(`Seen at once ${n}`);
			const written = Date.now();
			await mine.page.keyboard.press('Tab');
			await until('the field', () => hers.page.getByLabel('Industry').inputValue(), { isEnough: (value) => value === `Seen at once ${n}` });
			return Date.now() - written;
		});
		expect(seen).toBeLessThan(1_000);
	});

	test('focus areas are written together, with the other’s cursor, within a second', async () => {
		await mine.page.getByRole('button', { name: 'Write in the focus areas' }).click();
		const editor = mine.page.getByRole('textbox', { name: 'Focus areas' });
		await until('the cursor in the text', () => editor.evaluate((node) => node === document.activeElement));
		const seen = await quickest(1_000, async (n) => {
			await mine.page.keyboard.type(` Their plan ${n} for spring.`);
			const written = Date.now();
			await until('the text', () => hers.page.getByRole('region', { name: 'Focus areas' }).innerText(), { isEnough: (text) => text.includes(`Their plan ${n} for spring.`) });
			return Date.now() - written;
		});
		expect(seen).toBeLessThan(1_000);
		await hers.page.locator('.rich-text-caret', { hasText: /Owner/ }).waitFor();
		expect([...mine.errors, ...hers.errors]).toEqual([]);
	});

	test('who passes through a field writes nothing over what the other wrote there meanwhile', async () => {
		await mine.page.getByLabel('External ID').focus();
		await hers.page.getByLabel('External ID').fill('HERS-0');
		await hers.page.keyboard.press('Enter');
		await until('her id', () => mine.page.getByLabel('External ID').inputValue(), { isEnough: (value) => value === 'HERS-0' });
		await mine.page.keyboard.press('Tab');
		await mine.page.getByLabel('Seats').fill('77');
		await mine.page.keyboard.press('Tab');
		await until('what came after', () => hers.page.getByLabel('Seats').inputValue(), { isEnough: (value) => value === '77' });
		expect(await hers.page.getByLabel('External ID').inputValue()).toBe('HERS-0');
	});

	test('two fields written at the same moment both stay', async () => {
		await Promise.all([
			mine.page.getByLabel('Domain').fill('mine.example').then(() => mine.page.keyboard.press('Tab')),
			hers.page.getByLabel('External ID').fill('HERS-1').then(() => hers.page.keyboard.press('Tab')),
		]);
		for (const { page } of [mine, hers]) {
			await until('my domain', () => page.getByLabel('Domain').inputValue(), { isEnough: (value) => value === 'mine.example' });
			await until('her id', () => page.getByLabel('External ID').inputValue(), { isEnough: (value) => value === 'HERS-1' });
		}
	});
});

