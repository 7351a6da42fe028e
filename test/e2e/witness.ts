/** What the windows of a browser test show at the moment it fails: told with the failure, so that its one line says why. */
import type { Browser, BrowserContext, Page } from 'playwright-core';

const browsers = new Set<Browser>();
/** The last errors that a page wrote to its console, one line each. */
const complaints = new WeakMap<Page, string[]>();
/** A page that hangs must not hold up the others: ms. */
const patience = 3_000;
const mark = ' | Windows: ';

/** Its windows are looked at when a test fails. */
export function witness(browser: Browser): void {
	browsers.add(browser);
	browser.on('disconnected', () => browsers.delete(browser));
}

/** What its pages write to the console as errors is told, too. */
export function hear(context: BrowserContext): void {
	context.on('console', (said) => {
		const page = said.page();
		if (page && said.type() === 'error') complaints.set(page, [...(complaints.get(page) ?? []), said.text().slice(0, 150)].slice(-3));
	});
}

const look = (page: Page): Promise<string> =>
	page.evaluate(() => {
		const text = (node: Element | null, most = 60) => (node?.getAttribute('aria-label') ?? (node instanceof HTMLElement ? node.innerText : '')).replace(/\s+/g, ' ').trim().slice(0, most);
		const all = (selector: string) => [...document.querySelectorAll(selector)].filter((node) => node.checkVisibility()).map((node) => text(node)).filter(Boolean);
		const at = document.activeElement;
		const focus = !at || at === document.body ? 'nothing' : `${at.getAttribute('role') ?? at.tagName.toLowerCase()} “${text(at) || (at.id && document.querySelector(`label[for="${CSS.escape(at.id)}"]`)?.textContent?.trim())}”`;
		const open = [...document.querySelectorAll('[role=dialog], [role=alertdialog], [role=menu], [role=listbox]')].filter((node) => node.checkVisibility()).map((node) => `${node.getAttribute('role')} “${text(node)}”`);
		const said = [...new Set(all('[role=alert], [role=status]'))].slice(0, 4);
		return [
			`“${text(document.querySelector('h1'))}”`,
			`light ${document.querySelector('[data-light]')?.getAttribute('data-light') ?? 'none'}`,
			`focus on ${focus}`,
			...(open.length > 0 ? [`open: ${open.join(', ')}`] : []),
			...(said.length > 0 ? [`says: ${said.join('; ')}`] : []),
			...(navigator.onLine ? [] : ['offline']),
		].join(', ');
	});

/** Every open page: address, heading, sync light, focus, what is open over it, what it says, and its last errors in the console. Never throws. */
async function windows(): Promise<string> {
	const pages = [...browsers].flatMap((browser) => browser.contexts()).flatMap((context) => context.pages());
	const told = pages.map(async (page, n) => {
		const late = new Promise<string>((resolve) => setTimeout(resolve, patience, `it does not answer within ${patience} ms`).unref());
		const seen = await Promise.race([look(page).catch((error: Error) => error.message.split('\n')[0]!), late]);
		const heard = complaints.get(page) ?? [];
		return `${n + 1}. ${page.url().replace(/^https?:\/\/[^/]+/, '')} ${seen}${heard.length > 0 ? `, console: ${heard.join(' / ')}` : ''}`;
	});
	return (await Promise.all(told)).join(' ');
}

/** Adds the windows to an error, once: behind its first line, before the stack. An error that a runner has copied into plain data counts, too. */
export async function tell(error: { message: string; stack?: string }): Promise<void> {
	if (error.message.includes(mark)) return;
	const [first = '', ...rest] = error.message.split('\n');
	const message = [`${first}${mark}${(await windows()) || 'none'}`, ...rest].join('\n');
	const { stack } = error;
	// V8 writes the message into the stack, and reporters print the stack.
	if (stack?.includes(error.message)) error.stack = stack.replace(error.message, () => message);
	error.message = message;
}

/** Lets work end; when it fails, the error tells of the windows. For what is done in hooks, too, after which nobody asks. */
export async function told<T>(work: Promise<T>): Promise<T> {
	return await work.catch(async (error: unknown) => {
		if (error instanceof Error) await tell(error);
		throw error;
	});
}
