import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { root } from '../../scripts/settings.ts';

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

/** What axe finds serious or critical: in light with every rule, then in dark with what colours can break. */
export async function inBothSchemes(page: Page, at: string): Promise<string[]> {
	await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
	const light = await violations(page, `${at}, light`);
	await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
	await page.locator('html[data-theme="dark"]').waitFor();
	return [...light, ...(await violations(page, `${at}, dark`, ['color-contrast', 'link-in-text-block']))];
}
