/** The browser of the tests: the machine's own Chromium if there is one, else the one that ships in npm. */
import chromium from '@sparticuz/chromium';
import { existsSync } from 'node:fs';
import { chromium as playwright, type Browser, type BrowserContext, type Page } from 'playwright-core';

const quiet = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** Starts one headless Chromium; several people are several contexts in it. */
export async function openBrowser(): Promise<Browser> {
	const own = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => path && existsSync(path));
	return await playwright.launch({ executablePath: own ?? (await chromium.executablePath()), args: quiet, headless: true });
}

/** A desktop of 1440 px, or a phone of 360 px with touch. */
export type Device = 'desktop' | 'phone';

export async function openContext(browser: Browser, device: Device = 'desktop', scheme: 'light' | 'dark' = 'light'): Promise<BrowserContext> {
	return await browser.newContext(
		device === 'desktop'
			? { viewport: { width: 1440, height: 900 }, colorScheme: scheme, locale: 'en-GB', timezoneId: 'Europe/Paris' }
			: { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true, colorScheme: scheme, locale: 'en-GB', timezoneId: 'Europe/Paris' },
	);
}

/** Fails the test on an error that the page did not expect: uncaught exceptions are bugs. */
export function collectErrors(page: Page): string[] {
	const errors: string[] = [];
	page.on('pageerror', (error) => errors.push(error.stack ?? error.message));
	return errors;
}
