/** Cuebook on a phone of 360 px with a finger (MO1): what opens fits and is large enough to hit, works, and tells of what is new. The screens themselves: accessibility.test.ts. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPushService, type PushService } from '../providers/push-service.ts';
import { openContext } from './browser.ts';
import { openPlace, until, type Place, type Window } from './people.ts';
import { misfits } from './misfits.ts';
import { furnish } from './screens.ts';

let place: Place;
beforeAll(async () => {
	place = await openPlace();
	await furnish(place);
});
afterAll(() => place?.close());

test('signing in: the address is asked for, the link from the mail opens the app', async () => {
	const context = await openContext(place.browser, 'phone');
	const page = await context.newPage();
	await page.goto(`${place.stack.appUrl}/customers`);
	await page.getByLabel('Email address').fill(place.owner.email);
	expect(await misfits(page)).toEqual([]);
	await page.getByRole('button', { name: 'Send me a link' }).tap();
	await page.getByRole('heading', { name: 'Look in your mail' }).waitFor();
	const mail = await until('the mail with the link', async () => (await place.owner.rows('mail')).find(({ kind, to }) => kind === 'sign-in' && to.includes(place.owner.email)));
	const link = /https?:\/\/\S+\/api\/auth\/magic-link\/\S+/.exec(mail!.text)![0];
	await page.goto(link);
	await page.getByRole('heading', { level: 1, name: 'Customers' }).waitFor();
	await context.close();
});

describe('a visit, by thumb', () => {
	let window: Window;
	const heading = async (name: string) => await window.page.getByRole('heading', { level: 1, name }).waitFor();
	const bar = (name: string) => window.page.getByRole('navigation', { name: 'Main' }).last().getByText(name, { exact: true });
	beforeAll(async () => {
		window = await place.owner.window('phone');
		await window.open('/');
		await window.synced();
	});
	afterAll(() => window?.context.close());

	test('the bar leads to customers, shown as cards; the search finds one', async () => {
		const { page } = window;
		await bar('Customers').tap();
		await heading('Customers');
		const cards = page.getByRole('list', { name: 'Customers' }).getByRole('listitem');
		await cards.first().waitFor();
		expect(await page.getByRole('table').count()).toBe(0);
		await page.getByRole('searchbox', { name: 'Search customers' }).fill('fjall');
		await until('one card', () => cards.count(), { isEnough: (count) => count === 1 });
		await cards.first().tap();
		await heading('Fjällkliniken');
	});

	test('its tabs open, a field is written and is at the server', async () => {
		const { page } = window;
		for (const tab of ['Interactions', 'Contacts', 'Agreements', 'Playbooks', 'History', 'Overview']) {
			await page.getByRole('navigation', { name: 'Parts of the customer' }).getByRole('link', { name: tab }).tap();
			await page.locator(`nav a[aria-current="page"]`, { hasText: tab }).waitFor();
		}
		await page.getByLabel('Industry').fill('Mountain clinics');
		await page.getByLabel('Country').tap();
		await until('the field at the server', async () => (await place.owner.rows('customer')).find(({ name, custom }) => name === 'Fjällkliniken' && Object.values(custom).includes('Mountain clinics')));
	});

	test('leaving a page with a half-written field keeps what was written', async () => {
		const { page } = window;
		await page.getByLabel('Industry').fill('Clinics in the hills');
		await page.goBack();
		await until('the field at the server', async () => (await place.owner.rows('customer')).find(({ name, custom }) => name === 'Fjällkliniken' && Object.values(custom).includes('Clinics in the hills')));
		await page.goForward();
		await heading('Fjällkliniken');
	});

	test('focus areas are written with the screen’s keyboard', async () => {
		const { page } = window;
		await page.getByRole('button', { name: 'Write in the focus areas' }).tap();
		const editor = page.getByRole('textbox', { name: 'Focus areas' });
		await editor.waitFor();
		expect(await misfits(page)).toEqual([]);
		await until('the cursor in the text', () => editor.evaluate((node) => node === document.activeElement || node.contains(document.activeElement)));
		await page.keyboard.type(' Open the second clinic by May.');
		await page.locator('[data-light="saving"]').waitFor({ state: 'detached' });
		await page.reload();
		await page.getByText('Open the second clinic by May.').waitFor();
		await window.synced();
	});

	test('a task is ticked off under Actions', async () => {
		const { page } = window;
		await bar('Actions').tap();
		await heading('My Actions');
		await page.getByRole('button', { name: /^Complete “Send the minutes/ }).tap();
		await until('the task done', async () => (await place.owner.rows('task')).find(({ title, state }) => title.startsWith('Send the minutes') && state === 'done'));
	});

	test('More leads to the outbox, where a mail opens, and to the settings', async () => {
		const { page } = window;
		await bar('More').tap();
		await page.getByRole('dialog').getByRole('link', { name: 'Outbox' }).tap();
		await heading('Outbox');
		await page.getByText('Welcome to Aurora Diagnostics').first().tap();
		await page.getByRole('dialog').waitFor();
		expect(await misfits(page)).toEqual([]);
		await page.getByRole('button', { name: 'Close' }).tap();
		await bar('More').tap();
		await page.getByRole('dialog').getByRole('link', { name: 'Settings' }).tap();
		await heading('Settings');
		await bar('Home').tap();
		await page.getByRole('heading', { level: 1, name: /^Good / }).waitFor();
	});

	test('a playbook is readable, and its steps open', async () => {
		const { page } = window;
		await bar('Playbooks').tap();
		await heading('Playbooks');
		await page.getByText('Welcome a new customer').first().tap();
		await page.getByText(/Welcome to/).first().tap();
		await page.getByRole('dialog').waitFor();
		expect(await misfits(page)).toEqual([]);
		await page.keyboard.press('Escape');
		expect(window.errors).toEqual([]);
	});
});

describe('notifications', () => {
	let window: Window;
	let service: PushService;
	beforeAll(async () => {
		service = await startPushService(place.stack.secrets.VAPID_PUBLIC_KEY);
		window = await place.owner.window('phone');
		await window.open('/settings/device');
		await window.synced();
	});
	afterAll(async () => {
		await window?.context.close();
		await service?.close();
	});

	// Headless Chromium forbids notifications: what a person sees who did the same.
	test('they are off; where the browser blocks them it says so, and what to do', async () => {
		await window.page.getByText('Notifications from Cuebook are blocked. Allow them for this site').waitFor();
		expect(await window.page.getByRole('switch', { name: 'Notify me on this device' }).count()).toBe(0);
		expect(await place.owner.call('/api/push')).toMatchObject({ publicKey: place.stack.secrets.VAPID_PUBLIC_KEY, devices: [] });
	});

	test('a colleague’s task is pushed within seconds; the worker shows it; a tap opens My Actions in the window that is there', async () => {
		const { page, context } = window;
		const colleague = await place.colleague('bo.berg@example.org');
		await place.owner.call('/api/push', { ...service.subscribe(), topics: ['task'], language: 'fr', label: 'Chrome, Android' });
		await colleague.command('create-task', { id: `task_${crypto.randomUUID().slice(0, 18)}`, title: 'Review the offer', customerId: null, assignees: [place.owner.id], dueAt: null });
		const { message } = (await until('the push', () => service.delivered[0]))!;
		expect(message).toMatchObject({ topic: 'task', title: 'Review the offer', language: 'fr', open: '/actions' });

		// Headless Chromium draws no notifications, so the worker's last word to the browser is read instead of the screen.
		const worker = (await until('the service worker', () => context.serviceWorkers()[0]))!;
		// A browser drops a push for a worker that is still being installed.
		await until('a worker in control', () => page.evaluate(() => navigator.serviceWorker.controller !== null));
		await worker.evaluate(() => {
			const self = globalThis as unknown as { registration: { showNotification: unknown }; navigator: object; shown: object[] };
			self.shown = [];
			// Asked for a badge in a worker, headless Chromium crashes.
			Object.defineProperty(self.navigator, 'setAppBadge', { value: async () => undefined });
			self.registration.showNotification = async (title: string, options: object) => void self.shown.push({ title, ...options });
		});
		const devtools = await context.newCDPSession(page);
		const registered = new Promise<string>((resolve) => devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => registrations[0] && resolve(registrations[0].registrationId)));
		await devtools.send('ServiceWorker.enable');
		await devtools.send('ServiceWorker.deliverPushMessage', { origin: place.stack.appUrl, registrationId: await registered, data: JSON.stringify(message) });
		const shown = await until('the notification', () => worker.evaluate(() => (globalThis as unknown as { shown: object[] }).shown), { isEnough: (notices) => notices.length > 0 });
		expect(shown).toEqual([expect.objectContaining({ title: 'Nouvelle tâche', body: 'Review the offer', tag: message.tag, lang: 'fr', data: { open: '/actions' } })]);

		await worker.evaluate(() => {
			const self = globalThis as unknown as { shown: { data: object }[]; dispatchEvent: (event: Event) => void; ExtendableEvent: new (type: string) => Event };
			self.dispatchEvent(Object.assign(new self.ExtendableEvent('notificationclick'), { notification: { data: self.shown[0]!.data, close: () => undefined } }));
		});
		await page.getByRole('heading', { level: 1, name: 'My Actions' }).waitFor();
		await page.getByText('Review the offer', { exact: true }).waitFor();
		expect(window.errors).toEqual([]);
	});

	test('above the screen’s keyboard: the field that is written in stays in view, in a sheet as on a page', async () => {
		const { page } = window;
		await window.open('/actions');
		await page.getByRole('button', { name: 'New task' }).tap();
		const sheet = page.getByRole('dialog');
		await sheet.waitFor();
		// What Chromium leaves of the page (interactive-widget=resizes-content).
		await page.setViewportSize({ width: 360, height: 380 });
		for (const field of await sheet.getByRole('textbox').all()) {
			await field.tap();
			const box = await until('the field in view', async () => (await field.boundingBox())!, { isEnough: ({ y, height }) => y >= 0 && y + Math.min(height, 44) <= 380 });
			expect(box.height).toBeGreaterThanOrEqual(44);
		}
		expect(await page.evaluate(() => document.scrollingElement!.scrollWidth)).toBe(360);
		await page.setViewportSize({ width: 360, height: 740 });
		await page.keyboard.press('Escape');
		await sheet.waitFor({ state: 'hidden' });
		await window.open('/settings');
		const bar = page.getByRole('navigation', { name: 'Main' }).last();
		await page.setViewportSize({ width: 360, height: 380 });
		expect(await bar.isVisible()).toBe(true);
		await page.getByLabel('Name', { exact: true }).tap();
		await bar.waitFor({ state: 'hidden' });
		await page.setViewportSize({ width: 360, height: 740 });
		await bar.waitFor();
		// Safari leaves the page as it is and lays its keyboard over it.
		const cover = (height: number) => page.evaluate((seen) => (Object.defineProperty(visualViewport!, 'height', { get: () => seen, configurable: true }), visualViewport!.dispatchEvent(new Event('resize'))), height);
		await cover(404);
		await bar.waitFor({ state: 'hidden' });
		const name = page.getByLabel('Name', { exact: true });
		await until('the field above the keyboard', async () => (await name.boundingBox())!, { isEnough: ({ y, height }) => y >= 0 && y + height <= 404 });
		expect(await page.locator('main').evaluate((main) => Math.round(main.getBoundingClientRect().bottom)), 'the page ends where the keyboard begins').toBe(404);
		await cover(740);
		await bar.waitFor();
	});
});
