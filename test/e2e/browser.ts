/** The browser of the tests: the machine's own Chromium if there is one, else the one that ships in npm. */
import chromium from '@sparticuz/chromium';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { chromium as playwright, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { hear, witness } from './witness.ts';

const quiet = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

const executable = async (): Promise<string> => [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => path && existsSync(path)) ?? (await chromium.executablePath());

/** Starts one headless Chromium; several people are several contexts in it. */
export async function openBrowser(): Promise<Browser> {
	const browser = await playwright.launch({ executablePath: await executable(), args: quiet, headless: true });
	witness(browser);
	return browser;
}

/** A person's own browser, whose profile outlives it: `kill` ends it as a crash or an empty battery does, `kill -9` on all of it; `quit` lets it write everything down. */
export async function openProfile(folder: string): Promise<{ context: BrowserContext; kill: () => Promise<void>; quit: () => Promise<void> }> {
	const child = spawn(await executable(), [...quiet, '--headless', '--remote-debugging-port=0', `--user-data-dir=${folder}`, 'about:blank'], { detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
	const gone = new Promise((resolve) => child.once('exit', resolve));
	const address = await new Promise<string>((resolve, reject) => {
		createInterface(child.stderr).on('line', (line) => {
			const found = /DevTools listening on (ws:\S+)/.exec(line);
			if (found) resolve(found[1]!);
		});
		child.once('exit', () => reject(new Error('The browser did not start.')));
	});
	const browser = await playwright.connectOverCDP(address);
	witness(browser);
	const end = async (how: () => unknown) => {
		await how();
		await gone;
		await browser.close().catch(() => {});
	};
	const kill = async () => void (child.exitCode === null && child.signalCode === null && (await end(() => process.kill(-child.pid!, 'SIGKILL'))));
	const quit = () => end(async () => (await browser.newBrowserCDPSession()).send('Browser.close').catch(() => {}));
	return { context: browser.contexts()[0]!, kill, quit };
}

/** A desktop of 1440 px, or a phone of 360 px with touch. */
export type Device = 'desktop' | 'phone';

export async function openContext(browser: Browser, device: Device = 'desktop', scheme: 'light' | 'dark' = 'light'): Promise<BrowserContext> {
	const context = await browser.newContext(
		device === 'desktop'
			? { viewport: { width: 1440, height: 900 }, colorScheme: scheme, locale: 'en-GB', timezoneId: 'Europe/Paris' }
			: { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true, colorScheme: scheme, locale: 'en-GB', timezoneId: 'Europe/Paris' },
	);
	hear(context);
	// Somebody who is asked whether to leave, and leaves: without an answer the page would stay.
	context.on('dialog', (dialog) => void (dialog.type() === 'beforeunload' ? dialog.accept() : dialog.dismiss()));
	return context;
}

/** Fails the test on an error that the page did not expect: uncaught exceptions are bugs. */
export function collectErrors(page: Page): string[] {
	const errors: string[] = [];
	page.on('pageerror', (error) => errors.push(error.stack ?? error.message));
	return errors;
}
